width = 720; height = 480
load 'style.gp'
set title 'How far batch and learning rate may grow together (svag, Theorem 6.6, Figure 6)'
set logscale xy
set format '%g'
set key top left
set xlabel 'factor kappa of batch and learning rate'
set ylabel 'least C^2 at which equilibria are C-close'
one = file('svag7.critical-batch.regression-B=1-eta=0.01-lam=0.1')
two = file('svag7.critical-batch.regression-B=2-eta=0.04-lam=0.2')
three = file('svag7.critical-batch.regression-B=1-eta=0.04-lam=0.5')
bound(k, ratio) = (k + ratio)/(1 + ratio)
plot one using 1:6 with linespoints ls 1 title 'N/G = 42', \
     bound(x, 3.1272069364/0.0738517184) with lines ls 9 \
       title 'bound (kappa + N/G)/(1 + N/G) for it, lr*wd -> 0', \
     two using 1:6 with linespoints ls 2 title 'B 2, eta 0.04, lam 0.2', \
     three using 1:6 with linespoints ls 3 title 'B 1, eta 0.04, lam 0.5'
