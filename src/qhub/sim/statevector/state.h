#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "qhub/sim/statevector/plan.h"
#include "qhub/sim/team.h"
#include "qhub/sim/zeroed_memory.h"

namespace qhub::sim::statevector {

/// 2^positions amplitudes in the layout of the kernels (see kernels.h).
template <class Real>
class State {
 public:
  /// All zero but the first amplitude, which is 1; or nothing if the system refuses the memory.
  [[nodiscard]] static std::optional<State> zero(Shape const& shape);
  /// All zero.
  [[nodiscard]] static std::optional<State> empty(Shape const& shape);

  [[nodiscard]] unsigned lane_bits() const { return lane_bits_; }
  [[nodiscard]] unsigned positions() const { return positions_; }
  [[nodiscard]] std::size_t bytes() const { return sizeof(Real) << (positions_ + 1); }
  [[nodiscard]] static std::uint64_t bytes(unsigned positions) {
    return std::uint64_t{sizeof(Real)} << (positions + 1);
  }

  /// Where the block of amplitude `index` begins, or that amplitude's real part if index is a multiple of the lanes.
  [[nodiscard]] Real* at(std::size_t index) { return numbers() + 2 * index; }
  [[nodiscard]] Real const* at(std::size_t index) const { return numbers() + 2 * index; }

  [[nodiscard]] std::complex<double> operator[](std::size_t index) const {
    std::size_t const lane = index & (lanes() - 1);
    Real const* const real = at(index - lane) + lane;
    return {real[0], real[lanes()]};
  }
  /// |amplitude|^2
  [[nodiscard]] double probability(std::size_t index) const { return std::norm((*this)[index]); }

  [[nodiscard]] std::size_t lanes() const { return std::size_t{1} << lane_bits_; }

 private:
  State(ZeroedMemory memory, Shape const& shape)
      : memory_(std::move(memory)), lane_bits_(shape.lane_bits), positions_(shape.positions) {}

  [[nodiscard]] Real* numbers() const { return static_cast<Real*>(memory_.data()); }

  ZeroedMemory memory_;
  unsigned lane_bits_;
  unsigned positions_;
};

/// Sum of |amplitude|^2 over the first 2^written amplitudes in which the bit at `position` is 0, and in which it is 1.
/// Does not depend on the number of threads; unspecified after a stop request.
template <class Real>
[[nodiscard]] std::pair<double, double> probabilities_at(State<Real> const& state, unsigned written, unsigned position,
                                                         Team& team);

/// Whether the bit at `position` is in a state of its own: the amplitudes with 0 and with 1 are in proportion, up to
/// rounding errors. False after a stop request.
template <class Real>
[[nodiscard]] bool is_separable(State<Real> const& state, unsigned written, unsigned position, Team& team);

/// Writes the first 2^written amplitudes of one state to another of the same shape.
template <class Real>
void copy(State<Real> const& source, State<Real>& target, unsigned written, Team& team);

/// Multiplies the first 2^written amplitudes.
template <class Real>
void scale(State<Real>& state, unsigned written, double factor, Team& team);

/// What becomes of a state when one bit has been measured.
struct Projection {
  unsigned position = 0;
  bool outcome = false;  ///< Amplitudes with the other value become 0,
  bool to_zero = false;  ///< and those with this one go to where the bit is 0,
  double factor = 1;     ///< multiplied by this.
};

/// Writes the projection of the first 2^written amplitudes of one state to another of the same shape, or to itself.
template <class Real>
void project(State<Real> const& source, State<Real>& target, unsigned written, Projection const& projection,
             Team& team);

}  // namespace qhub::sim::statevector
