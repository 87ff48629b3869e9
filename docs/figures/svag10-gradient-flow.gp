width = 720; height = 460
load 'style.gp'
set title 'Gradient descent leaves gradient flow as eta grows, on x^2 (svag, Figure 3)'
set key top right
set yrange [-1.5:1.5]
set xrange [0:3]
set xlabel 'time eta k'
set ylabel 'x'
d(eta) = file('svag10.gradient-flow.x-2-eta='.eta)
plot exp(-2*x) with lines ls 9 title 'gradient flow', \
     for [i=1:4] d(word('0.1 0.4 0.9 1.1', i)) using 1:2 with linespoints ls i \
       title 'eta '.word('0.1 0.4 0.9 1.1', i)
