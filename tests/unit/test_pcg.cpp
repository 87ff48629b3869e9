// PCG64 against libpcg-cpp, the implementation by the author of the generator: raws, and jumps in
// both directions.
#include <cstdint>
#include <cstdio>

#include <pcg_random.hpp>

#include "sidyn.h"

namespace {

__extension__ typedef unsigned __int128 uint128;

const uint128 multiplier = (static_cast<uint128>(0x2360ed051fc65da4u) << 64) | 0x4385df649fccf645u;

uint128 wide(std::uint64_t hi, std::uint64_t lo) { return (static_cast<uint128>(hi) << 64) | lo; }

// The inverse of an odd number modulo 2^128, by Newton: the number of right bits doubles, from 3 to
// 192.
uint128 inverse(uint128 a) {
  uint128 x = a;
  for (int i = 0; i < 6; i++) x *= 2 - a * x;
  return x;
}

// The generator of libpcg-cpp in the state of the stream. Its constructor sets
// state = (initial + inc)*M + inc.
pcg64 twin_of(const sid_stream &stream) {
  const uint128 inc = wide(stream.inc_hi, stream.inc_lo);
  const uint128 state = wide(stream.state_hi, stream.state_lo);
  const uint128 initial = inverse(multiplier) * (state - inc) - inc;
  // inc is 2*sequence + 1; the constructor forgets the top bit of the sequence.
  return pcg64(initial, inc >> 1);
}

int run = 0, failed = 0;

void report(bool good, const char *name) {
  run++;
  if (!good) failed++;
  std::printf("%sok %d - %s\n", good ? "" : "not ", run, name);
}

bool same_raws(sid_stream stream, pcg64 twin, int count) {
  for (int i = 0; i < count; i++)
    if (sid_stream_raw(&stream) != static_cast<std::uint64_t>(twin())) return false;
  return true;
}

std::uint64_t next(std::uint64_t &state) {  // xorshift64*, for test data
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545f4914f6cdd1du;
}

// Streams as sid_stream_init() makes them.
bool seeded_streams() {
  for (std::uint64_t seed = 0; seed < 200; seed++) {
    const std::uint64_t key[2] = {seed % 3, ~seed};
    sid_stream stream;
    if (sid_stream_init(&stream, seed << (seed % 57), key, 1 + seed % 2) != SID_OK) return false;
    if (!same_raws(stream, twin_of(stream), 1000)) return false;
  }
  return true;
}

// States and increments that no seed need ever give.
bool arbitrary_states() {
  std::uint64_t data = 1;
  for (int i = 0; i < 2000; i++) {
    const sid_stream stream = {next(data), next(data), next(data), next(data) | 1, nullptr};
    if (!same_raws(stream, twin_of(stream), 50)) return false;
  }
  return true;
}

bool extreme_states() {
  const std::uint64_t words[] = {0, 1, 2, 0x8000000000000000u, ~0ull, 0xffffffffu, 1ull << 32};
  for (std::uint64_t a : words)
    for (std::uint64_t b : words)
      for (std::uint64_t c : words)
        for (std::uint64_t d : words) {
          const sid_stream stream = {a, b, c, d | 1, nullptr};
          if (!same_raws(stream, twin_of(stream), 20)) return false;
        }
  return true;
}

bool jumps() {
  std::uint64_t data = 2;
  for (int i = 0; i < 2000; i++) {
    sid_stream stream = {next(data), next(data), next(data), next(data) | 1, nullptr};
    pcg64 twin = twin_of(stream);
    const std::uint64_t hi = next(data) >> (i % 64), lo = next(data);
    sid_stream_advance(&stream, i % 2 ? hi : 0, lo);
    twin.advance(wide(i % 2 ? hi : 0, lo));
    if (!same_raws(stream, twin, 3)) return false;
  }
  return true;
}

bool jumps_back() {
  std::uint64_t data = 3;
  for (std::uint64_t back = 1; back < 500; back++) {
    sid_stream stream = {next(data), next(data), next(data), next(data) | 1, nullptr};
    pcg64 twin = twin_of(stream);
    sid_stream_advance(&stream, ~0ull, 0 - back);
    twin.backstep(back);
    if (!same_raws(stream, twin, 3)) return false;
  }
  return true;
}

// One raw is told from the next, so that the comparisons above can fail.
bool a_shift_is_seen() {
  const std::uint64_t key = 1;
  sid_stream stream;
  if (sid_stream_init(&stream, 1, &key, 1) != SID_OK) return false;
  const pcg64 twin = twin_of(stream);
  sid_stream_raw(&stream);
  return !same_raws(stream, twin, 1);
}

}  // namespace

int main() {
  std::printf("1..6\n");
  report(seeded_streams(), "raws of seeded streams equal those of libpcg-cpp");
  report(arbitrary_states(), "raws of arbitrary states equal those of libpcg-cpp");
  report(extreme_states(), "raws of extreme states equal those of libpcg-cpp");
  report(jumps(), "advance equals that of libpcg-cpp");
  report(jumps_back(), "advance by 2^128 - d is the backstep of libpcg-cpp");
  report(a_shift_is_seen(), "a shift by one raw is seen");
  return failed != 0;
}
