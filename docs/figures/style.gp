# What all figures share. Given: data (the folder of `sidyn verify --series`), out (a name without
# its ending), kind (svg or png), and here width and height. Measured points are dots, laws lines.
if (kind eq 'svg') {
  set terminal svg size width,height font 'Sans,13' noenhanced background 'white'
} else {
  set terminal pngcairo size width,height font 'Sans,10' noenhanced background 'white'
}
set output out.'.'.kind
set datafile separator comma
set datafile columnheaders
set grid lc rgb '#dddddd'
set border lw 1
set key spacing 1.1
set style line 1 lc rgb '#0060ad' pt 7 ps 0.6 lw 1.5
set style line 2 lc rgb '#dd4400' pt 5 ps 0.6 lw 1.5
set style line 3 lc rgb '#008844' pt 9 ps 0.7 lw 1.5
set style line 4 lc rgb '#8844aa' pt 11 ps 0.7 lw 1.5
set style line 9 lc rgb '#222222' lw 1.5 dt 2
file(name) = data.'/'.name.'.csv'
