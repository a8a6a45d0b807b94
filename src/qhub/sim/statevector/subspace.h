#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <stop_token>

namespace qhub::sim::statevector {

/// How a pass over a state is carried out.
struct Execution {
  unsigned threads = 1;  ///< Used for states of parallel_size and above only.
  std::stop_token stop;  ///< After a request every pass returns soon and leaves the state unspecified.
};

/// The indices i of amplitudes with (i & fixed) == value. A gate fixes the bits of its controls and of its targets: the
/// controls at the values they ask for, the targets at 0, from where offsets lead to the amplitudes it mixes.
struct Subspace {
  std::uint64_t fixed = 0;
  std::uint64_t value = 0;  ///< A subset of `fixed`.
};

/// States below this many amplitudes are handled by the calling thread: starting the others would take longer.
inline constexpr std::size_t parallel_size = std::size_t{1} << 16;

/// Unit of work for a thread, between two looks at the stop token: at most 16 Ki groups, a millisecond or less. Chunks
/// do not depend on the number of threads, so sums made chunk by chunk do not either.
inline constexpr std::size_t chunk_size = std::size_t{1} << 14;

/// Calls body(c) for every c in [0, count), on several threads if `parallel`, until a stop is requested.
template <class Body>
void for_each_chunk(std::size_t count, bool parallel, Execution const& execution, Body const& body) {
  if (!parallel || execution.threads < 2) {
    for (std::size_t c = 0; c < count && !execution.stop.stop_requested(); ++c) body(c);
    return;
  }
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(execution.threads))
  for (std::size_t c = 0; c < count; ++c)
    if (!execution.stop.stop_requested()) body(c);
}

/// Calls body(chunk, first, length) for runs of consecutive indices that together make up `where`; first is an index
/// into the state, and `length` a power of two, as std::integral_constant if it is 1 (a fixed lowest bit).
/// Cost: three operations per run, beside the body.
template <class Body>
void for_each_run(std::size_t state_size, Subspace where, Execution const& execution, Body const& body) {
  std::size_t const count = state_size >> std::popcount(where.fixed);
  std::size_t const chunk = count < chunk_size ? count : chunk_size;
  std::size_t const lowest = where.fixed & -where.fixed;
  std::size_t const run = lowest == 0 || lowest > chunk ? chunk : lowest;
  auto const visit = [&](std::size_t c, auto length) {
    std::size_t index = c * chunk;  // becomes an index into the state by making room for each fixed bit, lowest first
    for (std::uint64_t bits = where.fixed; bits != 0; bits &= bits - 1) {
      std::size_t const below = (bits & -bits) - 1;
      index = (index & ~below) << 1 | (index & below);
    }
    for (std::size_t done = 0; done < chunk; done += length) {
      body(c, index | where.value, length);
      index = ((index | where.fixed) + length) & ~where.fixed;  // the carry runs through the fixed bits
    }
  };
  bool const parallel = state_size >= parallel_size;
  if (run == 1) {
    for_each_chunk(count / chunk, parallel, execution,
                   [&](std::size_t c) { visit(c, std::integral_constant<std::size_t, 1>()); });
  } else {
    for_each_chunk(count / chunk, parallel, execution, [&](std::size_t c) { visit(c, run); });
  }
}

/// Number of values the chunk argument of for_each_run takes.
inline std::size_t chunk_count(std::size_t state_size, Subspace where) {
  std::size_t const count = state_size >> std::popcount(where.fixed);
  return count < chunk_size ? 1 : count / chunk_size;
}

}  // namespace qhub::sim::statevector
