width = 720; height = 480
load 'style.gp'
set title 'SGD against its SDEs: order 1 and order 2 in the learning rate (svag, Theorems 3.3, 6.3)'
set logscale xy
set format '%g'
set key bottom right
set xlabel 'learning rate eta'
set ylabel '|error of the first two moments|'
one = file('svag2.order-in-eta.sgd-against-the-SDE-of-order-1-instance-a')
two = file('svag3.order-in-eta.sgd-against-the-SDE-of-order-2-instance-a')
stats one using 1:(abs(column(2))) nooutput
a = STATS_max_y/STATS_max_x
stats two using 1:(abs(column(2))) nooutput
b = STATS_max_y/STATS_max_x**2
plot one using 1:(abs(column(2))) with points ls 1 title 'SDE (2), moment 1', \
     one using 1:(abs(column(3))) with points ls 3 title 'SDE (2), moment 2', \
     two using 1:(abs(column(2))) with points ls 2 title 'second-order SDE, moment 1', \
     two using 1:(abs(column(3))) with points ls 4 title 'second-order SDE, moment 2', \
     a*x with lines ls 9 title 'slope 1', b*x**2 with lines ls 9 dt 3 title 'slope 2'
