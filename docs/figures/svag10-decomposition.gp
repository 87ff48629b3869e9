width = 720; height = 480
load 'style.gp'
set title 'The error of the SDE in two parts: discretisation and non-Gaussian noise (svag, (6))'
set logscale xy
set format '%g'
set key bottom right
set xlabel 'learning rate eta'
set ylabel '|error of the third moment|'
gap = file('svag10.decomposition.gap-by-non-Gaussian-noise-instance-a')
discretisation = file('svag10.decomposition.discretisation-error-instance-a')
stats discretisation using 1:(abs(column(4))) nooutput
a = STATS_max_y/STATS_max_x
stats gap using 1:(abs(column(4))) nooutput
b = STATS_min_y/STATS_min_x**2
plot discretisation using 1:(abs(column(4))) with points ls 1 title 'discretisation', \
     gap using 1:(abs(column(4))) with points ls 2 title 'gap by non-Gaussian noise', \
     a*x with lines ls 9 title 'slope 1', b*x**2 with lines ls 9 dt 3 title 'slope 2'
