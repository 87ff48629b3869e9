/* The reference as a command under test: what `sidyn conform --serve` does. */
#ifndef VF_SERVE_H
#define VF_SERVE_H

/* Answers requests on standard input until it ends; bits: numbers as bit patterns. Returns an exit
 * status. */
int vf_serve(int jobs, int bits);

#endif
