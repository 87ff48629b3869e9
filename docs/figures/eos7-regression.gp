width = 760; height = 760
load 'style.gp'
d = file('eos7.figure-5.n=20-d=40-ein=0.001')
set multiplot layout 3,1 \
    title 'Regression with batch normalisation: fit, rest, edge, flow (eos, Figure 5)'
set lmargin 12
set key top right
set ylabel 'angle to w* (rad)'
plot d using 'tau':'psi of the flow' with lines ls 9 title 'flow: tan psi = tan psi_0 e^-tau', \
     d using 'tau':'psi' every 6 with points ls 1 ps 0.5 title 'measured'
set logscale y
set format y '10^%L'
set ylabel 'training loss'
plot d using 'tau':'loss' with lines ls 2 title 'measured'
unset format
unset logscale y
set format y '%g'
set ylabel '|P_row w|^2 / edge'
set xlabel 'tau = steps * lr * wd'
plot d using 'tau':'|P_row w|^2/edge' with lines ls 3 title 'measured', \
     1 with lines ls 9 title 'edge of stability'
