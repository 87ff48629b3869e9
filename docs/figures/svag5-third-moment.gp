width = 720; height = 460
load 'style.gp'
set title \
    'Poisson gradients: SVAG loses the third moment, linear scaling keeps it (svag, Section 5.2)'
set logscale x 2
set yrange [-1.1:0.1]
set key center right
set xlabel 'l'
set ylabel 'third central moment / (eta^3 T)'
d = file('svag5.third-moment.third-central-moment-over-eta-3-T-eta-0.1.m-1.t-16')
plot d using 1:2 with points ls 1 title 'SVAG', \
     -(3-1/x)/(2*x) with lines ls 9 title '-(3 - 1/l)/(2l)', \
     d using 1:3 with linespoints ls 2 title 'SGD with the batch divided by l', \
     0 with lines ls 9 dt 3 title 'the SDE, which is Gaussian'
