#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace qhub::sim::stabilizer {

/// Row `target` ^= row `source`; they differ.
struct Addition {
  std::uint32_t target;
  std::uint32_t source;
};

/// Does the additions one after another, with the widest vectors the processor has.
/// \param words  of each row, a multiple of 8; row r starts at rows + r * words.
void add_rows(std::uint64_t* rows, std::size_t words, std::span<Addition const> additions);

}  // namespace qhub::sim::stabilizer
