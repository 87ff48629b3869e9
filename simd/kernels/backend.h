/* The end of each instruction set's file: its table entry. */

static void sid_block_normals(sid_stream *streams, double *z, size_t n) {
  uint64_t words[4][SID_W];
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    words[0][lane] = streams[lane].state_hi;
    words[1][lane] = streams[lane].state_lo;
    words[2][lane] = streams[lane].inc_hi;
    words[3][lane] = streams[lane].inc_lo;
  }
  sid_lanes_stream stream = {vu_load(words[0]), vu_load(words[1]), vu_load(words[2]), vu_load(words[3])};
  sid_lanes_normals(&stream, z, n);
  vu_store(words[0], stream.state_hi);
  vu_store(words[1], stream.state_lo);
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    streams[lane].state_hi = words[0][lane];
    streams[lane].state_lo = words[1][lane];
  }
}

extern const sid_backend SID_ISA(sid_backend);
const sid_backend SID_ISA(sid_backend) = {SID_BACKEND_NAME, SID_W, sid_block_workspace, sid_block_run_all,
                                          sid_block_normals};
