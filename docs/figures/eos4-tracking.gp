width = 720; height = 480
load 'style.gp'
set title 'The flow is tracked with exponent 1/2 (eos, Theorem 4.7)'
set logscale xy
set format '10^{%L}'
set format '%g'
set key bottom right
set xlabel 'intrinsic learning rate ein'
set ylabel 'largest distance to the flow'
a = file('eos4.track.toy-B-al0=1')
plot a using 1:2 with points ls 1 title 'iterates, sup |theta - zeta|', \
     a using 1:3 with points ls 2 title 'their projections, sup |phi - zeta|', \
     1.3*sqrt(x) with lines ls 9 title 'slope 1/2', \
     2*sqrt(x) with lines ls 9 dt 3 title 'bound 2 sqrt(ein)'
