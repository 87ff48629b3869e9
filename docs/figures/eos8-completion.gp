width = 760; height = 760
load 'style.gp'
d = file('eos8.reduction.10x10-rank-1-60-entries-seed-1-start-0-eta=0.5-lam=0.004')
n = file('eos10.no-decay.10x10-rank-1-60-entries-seed-1-start-0-eta=0.5-lam=0')
set multiplot layout 3,1 \
    title 'Matrix completion: sharpness and test loss fall at the edge (eos, Figure 1)'
set lmargin 12
set key top right
set yrange [1e-10:1e3]
set logscale y
set format y '10^%L'
set ylabel 'loss at midpoints'
plot d using 'step':'test loss at midpoint' with lines ls 1 title 'test loss', \
     d using 'step':'training loss at midpoint' with lines ls 2 title 'training loss', \
     n using 'step':'test loss at midpoint' with lines ls 1 dt 2 \
       title 'test loss without weight decay'
unset logscale y
set format y '%g'
set yrange [0:20]
set ylabel 'spherical sharpness'
plot d using 'step':'spherical sharpness at midpoint' with lines ls 3 title 'with weight decay', \
     n using 'step':'spherical sharpness at midpoint' with lines ls 3 dt 2 title 'without'
set yrange [0:3]
set ylabel 'effective rate * sharpness'
set xlabel 'step'
plot d using 'step':'et lam1' with lines ls 4 title 'with weight decay', \
     2 with lines ls 9 title 'edge, 2'
