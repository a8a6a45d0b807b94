#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <type_traits>

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

/// Number of indices of a subspace that are one unit of work for a thread, between two looks at the stop token. Each
/// stands for one group of a gate, up to 2^(number of fixed bits) amplitudes, so a unit is 16 Ki amplitudes in most
/// cases: a few milliseconds even for six-qubit gates. It does not depend on the number of threads, so sums made unit
/// by unit do not either.
inline std::size_t chunk_length(std::size_t state_size, Subspace where) {
  int const fixed_bits = std::popcount(where.fixed);
  std::size_t const wanted = std::max(std::size_t{1} << 14 >> fixed_bits, std::size_t{1} << 8);
  return std::min(state_size >> fixed_bits, wanted);
}

/// Number of such units.
inline std::size_t chunk_count(std::size_t state_size, Subspace where) {
  return (state_size >> std::popcount(where.fixed)) / chunk_length(state_size, where);
}

/// Calls body(c) for every c in [0, count), on several threads if `parallel`, until a stop is requested.
template <class Body>
void for_each_chunk(std::size_t count, bool parallel, Execution const& execution, Body const& body) {
  if (!parallel || execution.threads < 2) {
    for (std::size_t c = 0; c < count && !execution.stop.stop_requested(); ++c) body(c);
    return;
  }
  // Dynamic, so that a thread the system has set aside holds up one chunk only; with equal shares fixed in advance, two
  // threads on two busy processors ran about 1.7 times slower.
#pragma omp parallel for schedule(dynamic) num_threads(execution.threads)
  for (std::size_t c = 0; c < count; ++c)
    if (!execution.stop.stop_requested()) body(c);
}

/// Calls body(c, first, length), c being the number of the chunk, for runs of consecutive indices that together make up
/// `where`; first is an index into the state, and `length` a power of two, as std::integral_constant if it is 1 (a
/// fixed lowest bit). Cost: three operations per run, beside the body.
template <class Body>
void for_each_run(std::size_t state_size, Subspace where, Execution const& execution, Body const& body) {
  std::size_t const chunk = chunk_length(state_size, where);
  std::size_t const chunks = chunk_count(state_size, where);
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
    for_each_chunk(chunks, parallel, execution,
                   [&](std::size_t c) { visit(c, std::integral_constant<std::size_t, 1>()); });
  } else {
    for_each_chunk(chunks, parallel, execution, [&](std::size_t c) { visit(c, run); });
  }
}

}  // namespace qhub::sim::statevector
