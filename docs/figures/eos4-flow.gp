width = 720; height = 460
load 'style.gp'
set title 'At the edge GD with weight decay follows the sharpness-reduction flow (eos, Figure 4)'
set key top right
set xlabel 'tau = steps * lr * wd'
set ylabel 'angle on the circle of minimisers (rad)'
a = file('eos4.curve.toy-B-al0=1.107-ein=0.0001')
b = file('eos4.curve.toy-B-al0=1-ein=2e-05')
plot a using 1:2 every 3 with points ls 1 title 'GD, lr*wd = 1e-4', \
     a using 1:3 with lines ls 9 title 'flow (3)', \
     b using 1:2 every 3 with points ls 2 title 'GD, lr*wd = 2e-5', \
     b using 1:3 with lines ls 9 notitle
