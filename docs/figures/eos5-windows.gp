width = 760; height = 620
load 'style.gp'
d = file('eos5.windows.toy-B-al0=1.107-ein=1e-05')
set multiplot layout 2,1 \
    title 'The oscillation is as large as the slope wants it (eos, Section 4.2.3)'
set lmargin 10
set key top center
set ylabel 'mean h^2/ein'
plot d using ((column(1)+column(2))/2):3 with points ls 1 title 'measured over windows', \
     d using ((column(1)+column(2))/2):4 with lines ls 9 title '2/(4 + g^2) along the flow'
set yrange [-1.4:0.4]
set ylabel 'd log lam1/d tau'
set xlabel 'tau'
plot d using ((column(1)+column(2))/2):5 with points ls 2 title 'measured over windows', \
     d using ((column(1)+column(2))/2):6 with lines ls 9 title '-2 g^2/(4 + g^2) along the flow'
