/* AArch64, started at EL1 without MMU: floating point on, stack, semihosting. */
  .section .board_start, "ax"
  .global board_reset
board_reset:
  mov x0, #(3 << 20) /* CPACR_EL1.FPEN: no trap of floating point */
  msr cpacr_el1, x0
  isb
  adr x0, board_vectors
  msr vbar_el1, x0
  ldr x0, =board_stack_top
  mov sp, x0
  bl board_main
  bl board_exit

  /* Every exception ends the program with a status of its own. */
  .balign 2048
board_vectors:
  .rept 16
  .balign 128
  mov w0, #70
  bl board_exit
  .endr

  .text
  .global board_semihost
board_semihost:
  hlt #0xf000
  ret
