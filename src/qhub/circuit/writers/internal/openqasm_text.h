#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/circuit/circuit.h"

/// What the writers of OpenQASM's versions and dialects share.
namespace qhub::circuit::openqasm {

enum class Dialect : std::uint8_t { v2, v3, braket };

/// A gate with so many controls under its name in a dialect; empty: it has none there.
[[nodiscard]] std::string_view gate_name(Dialect dialect, Gate gate, std::size_t positive_controls,
                                         std::size_t negative_controls = 0);

/// A gate that neither qelib1.inc nor stdgates.inc has, in gates that both have, global phase included.
struct Definition {
  std::string_view name;
  Gate gate;
  std::uint8_t controls;
  std::string_view text;  ///< The `gate` block.
};
/// \return null if the dialect has the gate itself, or it cannot be defined.
[[nodiscard]] Definition const* find_definition(Dialect dialect, Gate gate, std::size_t positive_controls);

/// The definitions that a circuit needs in a dialect, one a line. `controls_by_modifier`: those of the gates alone.
[[nodiscard]] std::string definitions(Dialect dialect, Circuit const& circuit, bool controls_by_modifier);

/// The shortest text that reads as the same number; simple fractions of π by name unless in Braket's dialect.
[[nodiscard]] std::string number_text(Dialect dialect, double value);

/// "name" for each register, changed where the dialect does not allow it or it is taken.
class Identifiers {
 public:
  Identifiers(Dialect dialect, Circuit const& circuit);
  /// A name like the wanted one that is allowed and not taken, and is from now on.
  std::string choose(std::string_view wanted, char prefix);

  std::vector<std::string> quantum;    ///< By register.
  std::vector<std::string> classical;  ///< By register.
  std::vector<std::string> qubits;     ///< "q[0]" by qubit.
  std::vector<std::string> clbits;     ///< "c[0]" by classical bit.

 private:
  Dialect dialect_;
  std::set<std::string, std::less<>> taken_;
};

/// Joins names of qubits.
[[nodiscard]] std::string operands(Identifiers const& identifiers, std::span<Qubit const> qubits,
                                   std::string_view separator);
/// "(a,b)", or nothing without parameters. Of OpenQASM 3 also expressions of named parameters.
[[nodiscard]] std::string parameters(Dialect dialect, Instruction const& instruction, std::string_view separator);

/// Follows where conditions are tested. A text tests again at each `if` what a circuit tests once, so the bits must not
/// change between.
class ConditionTracker {
 public:
  explicit ConditionTracker(Circuit const& circuit)
      : circuit_(circuit),
        tested_at_(circuit.conditions().size()),
        written_at_(circuit.clbit_count() + circuit.scratch_count()) {}

  /// \return whether a test now comes out as the first one did.
  bool test(Condition::Id id);
  void write(Clbit first, std::uint32_t count) {
    ++time_;
    for (std::uint32_t bit = 0; bit < count; ++bit) written_at_[circuit_.bit_position(first + bit)] = time_;
  }

 private:
  Circuit const& circuit_;
  std::size_t time_ = 1;
  std::vector<std::size_t> tested_at_;   ///< 0: not yet.
  std::vector<std::size_t> written_at_;  ///< By position of the bit.
};

}  // namespace qhub::circuit::openqasm
