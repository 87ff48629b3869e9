width = 720; height = 460
load 'style.gp'
set title 'The tail-index estimator on Gaussian noise is not 1/2 (svag, Theorem F.3)'
set key top left
set xlabel 'expected by (36)'
set ylabel 'estimate of 1/alpha, with standard error'
plot file('svag9.gaussian.estimate-of-1-alpha-on-Gaussian-noise') using 6:4:5 with yerrorbars ls 1 \
       title 'correlated or unequal Gaussians', \
     x with lines ls 9 title 'equal', \
     0.5 with lines ls 9 dt 3 title 'what independent ones give, 1/2'
