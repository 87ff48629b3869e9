#include "formats/failure.h"
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int vf_fail(const char *format, ...) {
  enum { SIZE = 8192 };
  char text[SIZE], line[4 * SIZE + 16]; /* a control character takes four */
  va_list arguments;
  fflush(stdout);
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  char *to = line + sprintf(line, "sidyn: ");
  for (const char *at = text; *at; at++) {
    const unsigned char byte = (unsigned char)*at;
    to += sprintf(to, byte < 0x20 || byte == 0x7f ? "\\x%02x" : "%c", byte);
  }
  strcpy(to, "\n");
  fputs(line, stderr); /* in one piece, whatever else is written */
  return VF_EXIT_USAGE;
}

/* The partial files that an interrupt has to remove; a command writes at most four reports. */
enum { MAX_OUTPUTS = 4 };
static const char *volatile vf_partials[MAX_OUTPUTS];
static volatile long vf_group;
static volatile int vf_waiting, vf_signal;

void vf_drop_partials(void) {
  if (vf_group > 0) kill((pid_t)-vf_group, SIGKILL);
  for (int i = 0; i < MAX_OUTPUTS; i++)
    if (vf_partials[i]) unlink(vf_partials[i]);
}

/* The signal then does what it does without us: its handler is gone, and it is raised again. */
static void vf_die_of(int signal_number) {
  vf_drop_partials();
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

static void vf_interrupted(int signal_number) {
  if (vf_waiting && !vf_signal)
    vf_signal = signal_number;
  else
    vf_die_of(signal_number);
}

/* Signals that end a program unless it says otherwise. SIGXFSZ is not among them:
 * main() ignores it. */
static int vf_is_deadly(int number) {
  static const int harmless[] = {SIGKILL, SIGSTOP, SIGCHLD, SIGCONT, SIGTSTP,
                                 SIGTTIN, SIGTTOU, SIGURG,  SIGXFSZ};
  for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
    if (number == harmless[i]) return 0;
#ifdef SIGWINCH
  if (number == SIGWINCH) return 0;
#endif
  return 1;
}

/* The largest number of a signal. */
static int vf_last_signal(void) {
#ifdef SIGRTMAX
  return SIGRTMAX;
#else
  return 31;
#endif
}

/* Catches what would end the program. */
static void vf_catch_signals(void) {
  for (int number = 1; number <= vf_last_signal(); number++) {
    struct sigaction action;
    if (!vf_is_deadly(number) || sigaction(number, NULL, &action) != 0) continue;
    if (action.sa_handler == SIG_IGN) continue; /* nohup */
    memset(&action, 0, sizeof action);
    action.sa_handler = vf_interrupted;
    action.sa_flags = SA_RESTART;
    sigaction(number, &action, NULL);
  }
}

void vf_remember_partial(const char *partial) {
  for (int i = 0; i < MAX_OUTPUTS; i++) {
    if (vf_partials[i]) continue;
    vf_partials[i] = partial;
    break;
  }
  vf_catch_signals();
}

void vf_wait_for_interrupts(void) {
  vf_waiting = 1;
  vf_catch_signals();
}

const volatile int *vf_interrupt(void) { return &vf_signal; }

void vf_die_of_interrupt(void) { vf_die_of(vf_signal); }

void vf_remember_group(long group) {
  vf_group = group;
  vf_catch_signals();
}

void vf_forget_partial(const char *partial) {
  for (int i = 0; i < MAX_OUTPUTS; i++)
    if (vf_partials[i] == partial) vf_partials[i] = NULL;
}
