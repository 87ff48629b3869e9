width = 720; height = 460
load 'style.gp'
set title 'The noise of a step of SVAG does not become Gaussian (svag, Lemma 4.5)'
set logscale x
set format x '10^%L'
set key top right
set xlabel 'l'
set ylabel 'fourth moment of a step / variance^2'
d = file('svag11.single-step.shape-of-a-step-symmetric-heavy')
plot d using 1:2 with points ls 1 title 'heavy samples, mu4 = 16 s^4', \
     9.5 with lines ls 9 title 'limit mu4/(2 s^4) + 3/2 = 9.5', \
     3 with lines ls 9 dt 3 title 'Gaussian: 3'
