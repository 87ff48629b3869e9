width = 760; height = 640
load 'style.gp'
d = file('nrq6.initial-norm.nrq-figure-2-i-l')
set multiplot layout 2,1 \
    title 'The initial norm changes the beginning, not the end (nrq, Figure 2 (i)-(l))'
set lmargin 11
set key top right
set logscale y
set format y '%g'
set ylabel 'risk 1 - E f'
plot for [i=0:2] d using 1:2+3*i with linespoints ls i+1 ps 0.35 \
       title '|x_0|^2 = '.word('1 25 400', i+1)
set ylabel 'norm |x|'
set xlabel 'step'
plot for [i=0:2] d using 1:4+3*i with linespoints ls i+1 ps 0.35 \
       title '|x_0|^2 = '.word('1 25 400', i+1)
