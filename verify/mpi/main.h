#ifndef VF_MPI_MAIN_H
#define VF_MPI_MAIN_H

/* main() of sidyn: verify/command/main.c, built under this name. */
int vf_main(int argc, char **argv);

#endif
