#pragma once

#include <array>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "qhub/sim/random.h"
#include "qhub/sim/stabilizer/program.h"
#include "qhub/sim/stabilizer/rare_events.h"
#include "qhub/sim/stabilizer/rows.h"

namespace qhub::sim::stabilizer {

/// Pauli frames: what each shot differs by from one reference shot, propagated for many shots at a time. A shot's frame
/// is a Pauli string; gates map it linearly, noise adds to it, and a measurement in it is the reference's outcome,
/// flipped where the frame has an X. A random Z on every qubit after each start, measurement and reset, which changes
/// nothing there, makes the outcomes that are random independent of the reference's.
///
/// Rows hold one bit per shot: two of each qubit, one of each classical bit and one of each condition. Every Clifford
/// gate becomes a renaming of rows and a few additions of rows.
/// Source: Gidney, arXiv:2103.02202, section 4.
class FrameProgram {
 public:
  /// Runs the reference shot. Requires program.frames_suffice(). After a stop request the program is incomplete.
  FrameProgram(CliffordProgram const& program, std::stop_token const& stop);

  [[nodiscard]] std::size_t row_count() const { return row_count_; }
  /// The row of classical bit 0; the others follow.
  [[nodiscard]] std::size_t first_clbit_row() const { return first_clbit_row_; }

  /// Makes 64 * words shots.
  /// \param rows   row_count() * words words, any content.
  /// \param words  a multiple of 8.
  /// After a stop request it returns soon and the rows are incomplete.
  void run(std::uint64_t* rows, std::size_t words, Random& random, std::stop_token const& stop) const;

  [[nodiscard]] static std::uint64_t row_count(circuit::Circuit const& circuit);

 private:
  struct Step {
    enum class Kind : std::uint8_t {
      add,      ///< Nothing but the additions.
      measure,  ///< Row b ^ reference into row a; then a random row is added to row c.
      reset,    ///< Row b becomes 0, a random row is added to row c.
      noise,    ///< noises_[a].
      test,     ///< Makes the test of condition a.
      mask,     ///< The last row becomes: shots for which condition a, or its negation if `reference`, holds.
      flip,     ///< Last row ^ reference is added to row a.
    };
    Kind kind = Kind::add;
    bool reference = false;
    std::uint32_t a = 0, b = 0, c = 0;
    std::uint32_t first_addition = 0, addition_count = 0;  ///< Done before the step itself.
  };
  struct Noise {
    PauliNoise const* noise;
    std::uint32_t events;  ///< Position in events_.
    std::uint8_t qubits;
    bool masked;
    std::array<std::uint32_t, 4> rows;  ///< X and Z of the first qubit, X and Z of the second.
  };
  class Compiler;

  void add_noise(Noise const& noise, std::uint64_t& failures, std::uint64_t* rows, std::size_t words,
                 Random& random) const;
  void write_mask(Step const& step, std::uint64_t* rows, std::size_t words) const;
  void write_test(std::uint32_t condition, std::uint64_t* rows, std::size_t words) const;

  std::vector<circuit::Condition> conditions_;
  std::vector<Addition> additions_;
  std::vector<Step> steps_;
  std::vector<Noise> noises_;
  std::vector<RareEvents> events_;
  std::size_t qubits_ = 0;
  std::size_t first_clbit_row_ = 0;
  std::size_t first_condition_row_ = 0;
  std::size_t row_count_ = 0;  ///< The last row is for masks.
};

}  // namespace qhub::sim::stabilizer
