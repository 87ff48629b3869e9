width = 720; height = 480
load 'style.gp'
set title 'SVAG comes to the SDE with order 1 in 1/l (svag, Theorem 4.1)'
set logscale xy
set format '%g'
set key bottom right
set xlabel 'eta/l'
set ylabel '|moment of SVAG - moment of the SDE|'
plot for [i=1:4] file('svag2.weak-order.svag-against-the-SDE-instance-a') \
       using 1:(abs(column(i+1))) with points ls i title sprintf('moment %d', i), \
     0.172*x with lines ls 9 title 'slope 1'
