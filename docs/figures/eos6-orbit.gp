width = 760; height = 620
load 'style.gp'
d = file('eos6.curve.toy-B-al=1.107-y0=0.01-ein=1e-4')
set multiplot layout 2,1 title 'One period of the oscillation at the edge (eos, Figure 5(c), 5(d))'
set lmargin 12
set key top right
set ylabel 'h^2/ein'
plot d using 1:3 with linespoints ls 1 ps 0.3 title 'squared distance to the minimisers'
set ylabel 'effective rate * sharpness'
set xlabel 'step * sqrt(ein)'
plot d using 1:4 with linespoints ls 2 ps 0.3 title 'measured', \
     2 with lines ls 9 title 'the edge, 2'
