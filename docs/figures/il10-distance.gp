width = 720; height = 460
load 'style.gp'
set title 'Distances along a run grow to the size of the norm, without a plateau (il, Figure 6b)'
set key bottom right
set xlabel 'lag (steps)'
set ylabel 'mean |x_t - x_{t+lag}|^2 / (2 |x|^2)'
plot file('il10.distance.scale-invariant-p=2') using 1:2:3 with yerrorbars ls 1 title 'p = 2', \
     '' using 1:4 with lines ls 9 lc rgb '#0060ad' title 'law', \
     file('il10.distance.scale-invariant-p=5') using 1:2:3 with yerrorbars ls 2 title 'p = 5', \
     '' using 1:4 with lines ls 9 lc rgb '#dd4400' title 'law'
