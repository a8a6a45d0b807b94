#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace qhub::sim {

using Amplitude = std::complex<double>;

/// Owns a power of two of complex numbers, aligned to a cache line. Movable, not copyable: a copy may take gigabytes.
class Amplitudes {
 public:
  /// 2^log2_count zeros, or nothing if the system refuses the memory. Returns at once also for large counts: the system
  /// supplies zero pages as they are first touched, so that a run can be cancelled from its start.
  [[nodiscard]] static std::optional<Amplitudes> zeros(unsigned log2_count);

  [[nodiscard]] std::size_t size() const { return std::size_t{1} << log2_count_; }
  [[nodiscard]] std::size_t bytes() const { return size() * sizeof(Amplitude); }
  [[nodiscard]] unsigned log2_size() const { return log2_count_; }

  [[nodiscard]] std::span<Amplitude> span() { return {memory_.get(), size()}; }
  [[nodiscard]] std::span<Amplitude const> span() const { return {memory_.get(), size()}; }
  [[nodiscard]] Amplitude& operator[](std::size_t index) { return memory_.get()[index]; }
  [[nodiscard]] Amplitude const& operator[](std::size_t index) const { return memory_.get()[index]; }

 private:
  struct Unmap {
    std::size_t bytes;
    void operator()(Amplitude* memory) const;
  };

  Amplitudes(Amplitude* memory, unsigned log2_count);

  unsigned log2_count_;
  std::unique_ptr<Amplitude, Unmap> memory_;
};

}  // namespace qhub::sim
