width = 1000; height = 460
load 'style.gp'
set multiplot layout 1,2 \
    title 'Schedules run in effective steps, and SVAG keeps its order 1 (svag, Figure 9)'
set key at graph 0.98,0.98
set yrange [0:1.15]
set xlabel 'effective step'
set ylabel 'learning rate'
plot for [i=2:5] file('svag8.effective-steps.learning-rate-by-effective-step-Figure-9') \
       using 1:i with linespoints ls i-1 title word('step triangle cosine two-triangles', i-1)
set autoscale y
set logscale xy
set format '%g'
set xlabel 'l'
set ylabel '|E x of SVAG - E x of the SDE|'
w(name) = file('svag8.weak-order.'.name.'-family-skewed-lam=0.05-13-effective-steps')
stats w('cosine') using 1:(abs(column(3))) nooutput
plot for [i=1:4] w(word('step triangle cosine two-triangles', i)) using 1:(abs(column(3))) \
       with points ls i title word('step triangle cosine two-triangles', i), \
     STATS_max_y*STATS_min_x/x with lines ls 9 title 'slope -1'
