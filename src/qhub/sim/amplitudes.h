#pragma once

#include <complex>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "qhub/sim/zeroed_memory.h"

namespace qhub::sim {

using Amplitude = std::complex<double>;

/// Owns a power of two of complex numbers, aligned to a cache line. Movable, not copyable: a copy may take gigabytes.
class Amplitudes {
 public:
  /// 2^log2_count zeros, or nothing if the system refuses the memory. Returns at once also for large counts.
  [[nodiscard]] static std::optional<Amplitudes> zeros(unsigned log2_count);

  [[nodiscard]] std::size_t size() const { return std::size_t{1} << log2_count_; }
  [[nodiscard]] std::size_t bytes() const { return size() * sizeof(Amplitude); }
  [[nodiscard]] unsigned log2_size() const { return log2_count_; }

  [[nodiscard]] std::span<Amplitude> span() { return {data(), size()}; }
  [[nodiscard]] std::span<Amplitude const> span() const { return {data(), size()}; }
  [[nodiscard]] Amplitude& operator[](std::size_t index) { return data()[index]; }
  [[nodiscard]] Amplitude const& operator[](std::size_t index) const { return data()[index]; }

 private:
  Amplitudes(ZeroedMemory memory, unsigned log2_count) : log2_count_(log2_count), memory_(std::move(memory)) {}

  [[nodiscard]] Amplitude* data() const { return static_cast<Amplitude*>(memory_.data()); }

  unsigned log2_count_;
  ZeroedMemory memory_;
};

}  // namespace qhub::sim
