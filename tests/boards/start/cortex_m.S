/* Cortex-M: vectors, start, semihosting. */
  .syntax unified
  .thumb

  .section .board_start, "a"
  .align 2
  .word board_stack_top
  .word board_reset
  /* All exceptions end the program with a status of their own. */
  .rept 14
  .word board_fault
  .endr

  .text
  .global board_reset
  .type board_reset, %function
  .thumb_func
board_reset:
#ifdef __ARM_FP
  /* CPACR: the coprocessors 10 and 11 are the FPU. Before any C. */
  ldr r0, =0xe000ed88
  ldr r1, [r0]
  ldr r2, =0x00f00000
  orrs r1, r2
  str r1, [r0]
  dsb
  isb
#endif
  bl board_main
  bl board_exit

  .type board_fault, %function
  .thumb_func
board_fault:
  movs r0, #70
  bl board_exit

  /* uint32_t board_semihost(uint32_t operation, const void *argument) */
  .global board_semihost
  .type board_semihost, %function
  .thumb_func
board_semihost:
  bkpt 0xab
  bx lr

  .align 2
  .pool
