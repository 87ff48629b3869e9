/* The end of a command that cannot go on: its message, its exit status, and the partial files that
 * must not stay behind. */
#ifndef VF_FAILURE_H
#define VF_FAILURE_H

/* Exit statuses of the command line. */
enum { VF_EXIT_OK = 0, VF_EXIT_FAILED = 1, VF_EXIT_USAGE = 2, VF_EXIT_MACHINE = 3 };

/* Prints "sidyn: ..." as one line on stderr, control characters as \\xNN; returns VF_EXIT_USAGE. */
int vf_fail(const char *format, ...)
#ifdef __GNUC__
    __attribute__((format(printf, 1, 2)))
#endif
    ;

/* Partial files to be removed by vf_drop_partials() and by every signal that ends the program;
 * after the first one such signals are caught. The text must live until it is forgotten. */
void vf_remember_partial(const char *partial);
void vf_forget_partial(const char *partial);

/* A process group that ends with this program, as partial files do; 0 for none. */
void vf_remember_group(long group);

/* From now on what would end the program by a signal only sets a number, once: a second signal
 * ends it. So a run can store what it has. */
void vf_wait_for_interrupts(void);

/* The signal that has come, or 0. */
const volatile int *vf_interrupt(void);

/* Ends the program by the signal that has come. */
void vf_die_of_interrupt(void);

/* Removes the files and ends the group, for an end in the middle; nothing else is tidied. */
void vf_drop_partials(void);

#endif
