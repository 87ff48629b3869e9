width = 760; height = 760
load 'style.gp'
d = file('nrq5.escape.nrq-figure-2-e-h')
set multiplot layout 3,1 \
    title 'lr/10 at step 10000: the risk falls, then climbs back (nrq, Figure 2 (e)-(h))'
set lmargin 11
set xrange [9000:30000]
set key top right
set logscale y
set format y '%g'
set ylabel 'risk 1 - E f'
plot d using 't':'risk of the law' with lines ls 9 title 'law', \
     d using 't':'risk' with points ls 1 ps 0.35 title 'measured'
set ylabel 'angle of a step (rad)'
set key bottom right
plot d using 't':'angular update' with points ls 2 ps 0.35 title 'measured', \
     sqrt(2*0.1*0.01) with lines ls 9 title 'sqrt(2 lr wd), before', \
     sqrt(2*0.01*0.01) with lines ls 9 dt 3 title 'sqrt(2 lr wd), after'
unset logscale y
set ylabel 'norm |x|'
set key top right
set xlabel 'step'
plot d using 't':'norm' with points ls 3 ps 0.35 title 'measured'
