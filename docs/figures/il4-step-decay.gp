width = 720; height = 460
load 'style.gp'
set title 'lr/10 at step 240: the effective rate falls at once, then climbs back (il, Section 5.3)'
set key top right
set logscale y
set xlabel 'step'
set ylabel 'effective learning rate lr/|x|^2 (1/step)'
before = sqrt(0.05*1.95/2); after = sqrt(0.005*1.995/2)
plot [0:1500] file('il4.step-decay.eta=0.1-lam=0.5-tr=2-eta-10-at-t=240') \
       using 1:2 with lines ls 1 \
       title 'measured, lr 0.1 then 0.01, wd 0.5', \
     before with lines ls 9 title 'equilibrium of lr*wd = 0.05', \
     after with lines ls 9 dt 3 title 'equilibrium of lr*wd = 0.005'
