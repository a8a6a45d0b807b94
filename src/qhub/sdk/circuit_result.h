#pragma once

#include <complex>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/circuit/circuit.h"

namespace qhub {

/// How often each outcome was measured. An outcome is a string of '0' and '1', one per classical bit of the circuit,
/// bit 0 rightmost; bits that nothing was measured into are 0.
class Counts {
 public:
  Counts() = default;  ///< None.
  /// How often each of these outcomes occurred.
  explicit Counts(std::map<std::string, std::int64_t, std::less<>> counts) : counts_(std::move(counts)) {}

  /// 0 for an outcome that did not occur.
  [[nodiscard]] std::int64_t operator[](std::string_view outcome) const;
  [[nodiscard]] std::int64_t shots() const;  ///< In total.
  /// The outcome that occurred most often, of several the smallest. \throws std::out_of_range without any.
  [[nodiscard]] std::string const& most_frequent() const;
  /// Counts of some classical bits alone, the first of `bits` rightmost. \throws std::out_of_range for others.
  [[nodiscard]] Counts marginal(std::span<circuit::Clbit const> bits) const;
  /// Counts of one register alone.
  [[nodiscard]] Counts marginal(circuit::Register const& bits) const;

  [[nodiscard]] auto begin() const { return counts_.begin(); }  ///< Outcomes and how often, in order.
  [[nodiscard]] auto end() const { return counts_.end(); }  ///< Behind the last.
  [[nodiscard]] std::size_t size() const { return counts_.size(); }  ///< Different outcomes.
  [[nodiscard]] bool empty() const { return counts_.empty(); }  ///< Whether there is none.

  friend bool operator==(Counts const&, Counts const&) = default;  ///< Whether all are equal.

 private:
  std::map<std::string, std::int64_t, std::less<>> counts_;
};

/// The answer to one of Circuit::result_requests.
struct RequestedValue {
  circuit::ResultRequest::Kind kind = circuit::ResultRequest::Kind::expectation;  ///< What was asked for.
  double value = 0;                                   ///< Of expectation and variance.
  std::vector<double> values = {};                    ///< Of sample and probability.
  std::vector<std::complex<double>> amplitudes = {};  ///< Of state_vector; see CircuitResult::statevector.
  std::map<std::string, std::complex<double>> amplitude_of_state = {};  ///< Of amplitude; keys as requested.
};

/// What a backend answered for one circuit.
struct CircuitResult {
  std::string name;                 ///< Of the circuit.
  Counts counts;                    ///< Empty if the backend gives only probabilities or a state.
  std::vector<std::string> memory;  ///< Outcome of each shot in order, where the backend tells.
  /// Share of each outcome: as the backend gives it, else counts divided by shots.
  std::map<std::string, double, std::less<>> probabilities;
  /// 2^n amplitudes, if asked for; bit q of an index is the value of qubit q.
  std::vector<std::complex<double>> statevector;
  std::vector<RequestedValue> values;  ///< Of the circuit's result requests, in their order.
};

}  // namespace qhub
