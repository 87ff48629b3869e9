/* RISC-V in machine mode: floating point on where the compiler uses it, stack, semihosting. */
  .option arch, +zicsr
  .section .board_start, "ax"
  .global board_reset
board_reset:
  la t0, board_fault
  csrw mtvec, t0
#ifdef __riscv_flen
  li t0, 1 << 13 /* mstatus.FS: initial */
  csrs mstatus, t0
  csrw fcsr, zero
#endif
  la sp, board_stack_top
  call board_main
  call board_exit

  .balign 4
board_fault:
  li a0, 70
  call board_exit

  /* The three instructions stand in one page and uncompressed: that is how the debugger knows the
   * call. */
  .text
  .balign 16
  .option norvc
  .global board_semihost
board_semihost:
  slli zero, zero, 0x1f
  ebreak
  srai zero, zero, 7
  ret
