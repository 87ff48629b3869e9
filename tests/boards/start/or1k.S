/* OpenRISC 1000: vectors, stack. A jump has a delay slot. */
  .section .board_start, "ax"
  /* Vectors at 0x100 to 0x1f00: reset; all exceptions end the program with a status of their
   * own. */
  .skip 256
  l.j board_reset
  l.nop
  .rept 30
  .balign 256
  l.ori r3, r0, 70
  l.j board_exit
  l.nop
  .endr

  .global board_reset
board_reset:
  l.movhi r0, 0
  l.movhi r1, hi(board_stack_top)
  l.ori r1, r1, lo(board_stack_top)
  l.jal board_main
  l.nop
  l.jal board_exit
  l.ori r3, r11, 0
