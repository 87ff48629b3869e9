width = 720; height = 460
load 'style.gp'
set title 'RMSprop follows a flow of its own at the edge (eos, Appendix B)'
set key top right
set xlabel 'tau = steps * eta^2'
set ylabel 'angle on the circle of minimisers (rad)'
d(name) = file('eos9.curve.toy-B-al0=1.107-'.name.'-eta=0.01')
plot d('RMSprop-cb=0.5') using 1:2 every 3 with points ls 1 title 'RMSprop, C_b 0.5', \
     '' using 1:3 with lines ls 9 notitle, \
     d('quasi-RMSprop-cb=1') using 1:2 every 3 with points ls 2 title 'quasi-RMSprop, C_b 1', \
     '' using 1:3 with lines ls 9 notitle, \
     d('RMSprop-cb=4') using 1:2 every 3 with points ls 3 title 'RMSprop, C_b 4', \
     '' using 1:3 with lines ls 9 title 'flows'
