/* The end of each instruction set's file: its table entry. */

static void sid_block_normals(sid_stream *streams, double *z, size_t n) {
  sid_lanes_stream stream;
  sid_lanes_stream_load(&stream, streams);
  sid_lanes_normals(&stream, z, n);
  sid_lanes_stream_save(&stream, streams);
}

extern const sid_backend SID_ISA(sid_backend);
const sid_backend SID_ISA(sid_backend) = {SID_BACKEND_NAME,    SID_W,
                                          sid_block_workspace, sid_block_run_all,
                                          sid_block_advance,   sid_block_normals,
                                          sid_laws_workspace,  sid_laws_flow,
                                          sid_laws_circle,     sid_laws_rayleigh,
                                          sid_laws_levy};
