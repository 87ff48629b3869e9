width = 720; height = 620
load 'style.gp'
d = file('il9.separation.figure-5-a')
set multiplot layout 2,1 title 'Two starts 1e-9 apart on x^2/(x^2+y^2) (il, Figure 5(a))'
set logscale y
set format y '10^%L'
set key bottom right
set ylabel 'loss'
plot [0:300] d using 1:2 with lines ls 1 title 'from (0.1, 1)', \
     d using 1:3 with lines ls 2 title 'from (0.1 + 1e-9, 1)'
set ylabel 'distance of the two'
set xlabel 'step'
plot [0:300] d using 1:4 with lines ls 3 notitle
