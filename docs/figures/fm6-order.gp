width = 720; height = 480
load 'style.gp'
set title 'Corrections to the limit: order 1/2 with a loss, 1 without (fm, Theorem 4.4)'
with_loss = file('fm6.half-order.corrections-with-a-loss')
without = file('fm6.half-order.corrections-without-a-loss')
set logscale xy
set format y '%g'
set format x '%g'
set key bottom right
set xlabel 'intrinsic learning rate lr*wd'
set ylabel 'relative excess of |x|^4'
plot with_loss using 1:(abs(column(2))) with points ls 1 title 'with a loss', \
     without using 1:(abs(column(2))) with points ls 2 title 'noise alone', \
     1.1*sqrt(x) with lines ls 9 title 'slope 1/2', 0.5*x with lines ls 9 dt 3 title 'slope 1'
