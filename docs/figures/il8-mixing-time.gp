width = 720; height = 460
load 'style.gp'
set title 'Steps to equilibrium are proportional to 1/(lr*wd) (il, Conjecture 5.3)'
set key bottom right
set logscale x 2
set format x '2^%L'
set yrange [0:5.5]
set xlabel 'intrinsic learning rate el = lr*wd'
set ylabel 'el * steps until the total variation is reached'
plot file('il8.plane-time.time-to-equilibrium') using 1:3 with linespoints ls 1 \
       title 'total variation 0.01', \
     '' using 1:2 with linespoints ls 2 title 'total variation 0.1'
