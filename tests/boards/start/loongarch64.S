/* LoongArch, a program of Linux: the stack is there and floating point is on. */
  .section .board_start, "ax"
  .global board_reset
board_reset:
  bl board_main
  bl board_exit

  /* long board_system_call(long number, long, long, long) */
  .text
  .global board_system_call
board_system_call:
  move $a7, $a0
  move $a0, $a1
  move $a1, $a2
  move $a2, $a3
  syscall 0
  ret
