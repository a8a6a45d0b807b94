#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "qhub/sim/random.h"
#include "qhub/sim/stabilizer/clifford.h"

namespace qhub::sim::stabilizer {

/// A noise channel that is a mixture of Pauli strings.
struct PauliNoise {
  struct Alternative {
    double cumulative = 0;  ///< Probability of this and the alternatives before it, if any of them happens; last is 1.
    PauliString string;     ///< Sign without meaning.
  };
  double probability = 0;  ///< That it does anything at all.
  std::vector<Alternative> alternatives;
  bool equally_likely = true;  ///< All alternatives.

  /// Draws which string happens, given that one does.
  [[nodiscard]] PauliString const& draw(Random& random) const {
    if (equally_likely) return alternatives[(random.next() >> 32) * alternatives.size() >> 32].string;
    double const uniform = random.uniform();
    auto found = alternatives.begin();
    while (found + 1 != alternatives.end() && uniform >= found->cumulative) ++found;
    return found->string;
  }
};

/// A circuit of Clifford gates and Pauli noise, looked up and checked.
class CliffordProgram {
 public:
  /// Fails with unsupported at a gate that is no Clifford gate or noise that is no mixture of Pauli strings; the
  /// message gives its number and name. The circuit must outlive the program.
  static Result<CliffordProgram> make(circuit::Circuit const& circuit);

  [[nodiscard]] circuit::Circuit const& circuit() const { return *circuit_; }
  /// Of the gate or unitary instruction at that position of the circuit.
  [[nodiscard]] Clifford const& gate(std::size_t position) const { return *gates_[position]; }
  /// Of the noise instruction at that position of the circuit.
  [[nodiscard]] PauliNoise const& noise(std::size_t position) const { return *noises_[position]; }

  /// Whether every shot does the same except for Pauli strings: no measurement, reset or gate other than a Pauli string
  /// depends on a classical bit. Then one reference shot and Pauli frames describe all shots.
  [[nodiscard]] bool frames_suffice() const { return frames_suffice_; }

 private:
  explicit CliffordProgram(circuit::Circuit const& circuit) : circuit_(&circuit) {}

  circuit::Circuit const* circuit_;
  std::shared_ptr<CliffordLibrary> library_ = std::make_shared<CliffordLibrary>();
  std::vector<Clifford const*> gates_;
  std::vector<std::shared_ptr<PauliNoise const>> noises_;
  bool frames_suffice_ = true;
};

}  // namespace qhub::sim::stabilizer
