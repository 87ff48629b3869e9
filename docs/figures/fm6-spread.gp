width = 1000; height = 460
load 'style.gp'
a = file('fm6.quadratic-variation.spread-of-the-angle-lr=0.01-wd=0.05-D=10')
b = file('fm6.quadratic-variation.spread-of-the-angle-lr=0.001-wd=0.05-D=10')
c = file('fm6.no-collapse.spread-of-the-angle-lr=0.0001-wd=0.05-D=10')
set multiplot layout 1,2 \
    title 'Spread of solutions: one curve in the time T, none in lr*steps (fm, Figure 2)'
set logscale xy
set key top left
set ylabel 'variance of the angle (rad^2), with standard error'
set xlabel 'rescaled time T'
plot a using 'T':"V(T) with the loss's part" with lines ls 9 title 'law V(T)', \
     a using 'T':'variation':'standard error' with yerrorbars ls 1 pt 6 ps 1.4 title 'lr 0.01', \
     b using 'T':'variation':'standard error' with yerrorbars ls 2 title 'lr 0.001', \
     c using 'T':'variation':'standard error' with yerrorbars ls 3 title 'lr 0.0001'
set xlabel 'lr * steps'
unset ylabel
plot a using 'lr*steps':'variation':'standard error' with yerrorlines ls 1 title 'lr 0.01', \
     b using 'lr*steps':'variation':'standard error' with yerrorlines ls 2 title 'lr 0.001', \
     c using 'lr*steps':'variation':'standard error' with yerrorbars ls 3 title 'lr 0.0001'
