#include "qhub/sdk/internal/raw_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <optional>

#include "qhub/circuit/writers/final_measurements.h"

namespace qhub::sdk {
namespace {

namespace json = boost::json;
using circuit::Circuit;
using circuit::Clbit;
using circuit::ResultRequest;

/// A defect of the document; caught below, so that readers of members can be short.
struct Malformed {
  std::string message;
};

[[noreturn]] void malformed(std::string_view where, std::string_view expected) {
  throw Malformed{fmt::format("the result's {} is not {}", where, expected)};
}

json::object const& object(json::value const& value, std::string_view where) {
  auto const* found = value.if_object();
  if (!found) malformed(where, "an object");
  return *found;
}
json::array const& array(json::value const& value, std::string_view where) {
  auto const* found = value.if_array();
  if (!found) malformed(where, "an array");
  return *found;
}
json::value const& member(json::value const& parent, std::string_view name) {
  auto const* found = object(parent, "parent of '" + std::string(name) + "'").if_contains(name);
  if (!found) throw Malformed{fmt::format("the result has no member '{}'", name)};
  return *found;
}
json::value const* find(json::value const& parent, std::string_view name) {
  auto const* members = parent.if_object();
  auto const* found = members ? members->if_contains(name) : nullptr;
  return found && !found->is_null() ? found : nullptr;
}
std::string_view string(json::value const& value, std::string_view where) {
  auto const* found = value.if_string();
  if (!found) malformed(where, "a string");
  return *found;
}
double number(json::value const& value, std::string_view where) {
  if (!value.is_number()) malformed(where, "a number");
  return value.to_number<double>();
}
std::int64_t count(json::value const& value, std::string_view where) {
  json::error_code error;
  auto const whole = value.to_number<std::int64_t>(error);
  if (error || whole < 0) malformed(where, "a whole number");
  return whole;
}
std::complex<double> complex_number(json::value const& value, std::string_view where) {
  json::array const& parts = array(value, where);
  if (parts.size() != 2) malformed(where, "a pair of real and imaginary part");
  return {number(parts[0], where), number(parts[1], where)};
}

/// The bits of an outcome, bit 0 first.
using Bits = std::vector<char>;

/// Outcomes as texts: where the bit at each place of a raw outcome belongs.
class Outcomes {
 public:
  /// Place k is classical bit k of `width`.
  explicit Outcomes(std::uint32_t width) : width_(width), bits_of_(width) {
    for (std::uint32_t k = 0; k < width; ++k) bits_of_[k] = {k};
  }
  /// Place k goes to several classical bits, or to none.
  Outcomes(std::uint32_t width, std::vector<std::vector<Clbit>> bits_of)
      : width_(width), bits_of_(std::move(bits_of)) {}

  std::string text(Bits const& bits) const {
    std::string text(width_, '0');
    for (std::size_t place = 0; place < std::min(bits.size(), bits_of_.size()); ++place)
      if (bits[place])
        for (Clbit const clbit : bits_of_[place]) text[width_ - 1 - clbit] = '1';
    return text;
  }

 private:
  std::uint32_t width_;
  std::vector<std::vector<Clbit>> bits_of_;
};

/// "0x1f", "01 10": the last character is bit 0.
Bits bits_of_text(std::string_view text) {
  Bits bits;
  bool const hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  for (auto c = text.rbegin(); c != text.rend(); ++c) {
    if (*c == ' ' || *c == '_') continue;
    unsigned digit = 0;
    auto const [end, failed] = std::from_chars(&*c, &*c + 1, digit, hexadecimal ? 16 : 2);
    if (failed != std::errc{}) malformed(fmt::format("outcome '{}'", text), "a bit string");
    for (int bit = 0; bit < (hexadecimal ? 4 : 1); ++bit) bits.push_back(static_cast<char>(digit >> bit & 1));
  }
  return bits;
}

/// Which classical bits take each qubit at the end.
std::vector<std::vector<Clbit>> bits_of_qubits(Circuit const& circuit) {
  std::vector<std::vector<Clbit>> bits(circuit.qubit_count());
  auto const measured = final_measurements(circuit, "");
  for (Clbit clbit = 0; measured && clbit < measured->size(); ++clbit)
    if ((*measured)[clbit]) bits[*(*measured)[clbit]].push_back(clbit);
  return bits;
}

void fill_probabilities(CircuitResult& result) {
  auto const shots = static_cast<double>(result.counts.shots());
  for (auto const& [outcome, times] : result.counts) result.probabilities[outcome] = static_cast<double>(times) / shots;
}

using CountMap = std::map<std::string, std::int64_t, std::less<>>;

/// {"counts": {"01": 5}, "memory": ["0x1", …]}
void read_counts(json::value const& document, SentCircuits const& sent, Circuit const& circuit, CircuitResult& result) {
  bool const by_qubit = sent.input_format == "AQT_JOB_INPUT_V1";
  Outcomes const outcomes =
      by_qubit ? Outcomes(circuit.clbit_count(), bits_of_qubits(circuit)) : Outcomes(circuit.clbit_count());
  bool const lowest_first = sent.provider == "KIPU";
  CountMap counts;
  for (auto const& [key, times] : object(member(document, "counts"), "member 'counts'")) {
    Bits bits = bits_of_text(key);
    if (lowest_first && !std::string_view(key).starts_with("0x")) std::ranges::reverse(bits);
    counts[outcomes.text(bits)] += count(times, fmt::format("count of '{}'", std::string_view(key)));
  }
  result.counts = Counts(std::move(counts));
  if (auto const* memory = find(document, "memory"))
    for (json::value const& shot : array(*memory, "member 'memory'"))
      result.memory.push_back(outcomes.text(bits_of_text(string(shot, "memory"))));
}

/// {"histogram": {"3": 0.5}}: the key is the number that the qubits form.
void read_histogram(json::value const& document, Circuit const& circuit, CircuitResult& result) {
  Outcomes const outcomes(circuit.clbit_count(), bits_of_qubits(circuit));
  for (auto const& [key, share] : object(member(document, "histogram"), "member 'histogram'")) {
    std::string_view const digits = key;
    std::uint64_t state = 0;
    auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), state);
    if (failed != std::errc{} || end != digits.data() + digits.size())
      malformed(fmt::format("state '{}'", digits), "a whole number");
    Bits bits(circuit.qubit_count());
    for (std::size_t qubit = 0; qubit < std::min<std::size_t>(bits.size(), 64); ++qubit)
      bits[qubit] = static_cast<char>(state >> qubit & 1);
    result.probabilities[outcomes.text(bits)] += number(share, fmt::format("share of '{}'", digits));
  }
}

/// Amplitudes whose index has qubit 0 as its highest bit, in our order.
std::vector<std::complex<double>> amplitudes(json::value const& value, std::string_view where) {
  json::array const& given = array(value, where);
  if (!std::has_single_bit(given.size())) malformed(where, "of a power of two of amplitudes");
  int const qubits = std::countr_zero(given.size());
  std::vector<std::complex<double>> state(given.size());
  for (std::size_t index = 0; index < given.size(); ++index) {
    std::size_t turned = 0;
    for (int qubit = 0; qubit < qubits; ++qubit) turned |= (index >> qubit & 1) << (qubits - 1 - qubit);
    state[turned] = complex_number(given[index], where);
  }
  return state;
}

RequestedValue requested_value(json::value const& value, ResultRequest const& request) {
  RequestedValue answer{.kind = request.kind};
  constexpr std::string_view where = "value of a result type";
  switch (request.kind) {
    case ResultRequest::Kind::expectation:
    case ResultRequest::Kind::variance:
      if (value.is_array())  // of an observable on each qubit in turn
        for (json::value const& each : value.get_array()) answer.values.push_back(number(each, where));
      else
        answer.value = number(value, where);
      break;
    case ResultRequest::Kind::sample:
    case ResultRequest::Kind::probability:
      for (json::value const& each : array(value, where)) answer.values.push_back(number(each, where));
      break;
    case ResultRequest::Kind::state_vector:
      answer.amplitudes = amplitudes(value, where);
      break;
    case ResultRequest::Kind::amplitude:
      for (auto const& [state, amplitude] : object(value, where))
        answer.amplitude_of_state[std::string(state)] = complex_number(amplitude, where);
      break;
    case ResultRequest::Kind::density_matrix:
      for (json::value const& row : array(value, where))
        for (json::value const& entry : array(row, where)) answer.amplitudes.push_back(complex_number(entry, where));
      break;
  }
  return answer;
}

/// A gate-model task result, or one executable's of a program set.
void read_braket(json::value const& document, Circuit const& circuit, CircuitResult& result) {
  std::vector<std::vector<Clbit>> const bits = bits_of_qubits(circuit);
  bool const measures = std::ranges::any_of(bits, [](auto const& of_qubit) { return !of_qubit.empty(); });
  std::vector<std::vector<Clbit>> places;
  if (auto const* qubits = find(document, "measuredQubits"))
    for (json::value const& each : array(*qubits, "member 'measuredQubits'")) {
      auto const qubit = static_cast<std::size_t>(count(each, "measured qubit"));
      if (measures)
        places.push_back(qubit < bits.size() ? bits[qubit] : std::vector<Clbit>{});
      else  // without measurement all qubits are told, and make up the outcome
        places.push_back({static_cast<Clbit>(places.size())});
    }
  Outcomes const outcomes(measures ? circuit.clbit_count() : static_cast<std::uint32_t>(places.size()), places);
  if (auto const* shots = find(document, "measurements")) {
    CountMap counts;
    for (json::value const& shot : array(*shots, "member 'measurements'")) {
      Bits row;
      for (json::value const& bit : array(shot, "shot"))
        row.push_back(static_cast<char>(bit.is_string() ? bit.get_string() == "1" : count(bit, "measured bit") != 0));
      result.memory.push_back(outcomes.text(row));
      ++counts[result.memory.back()];
    }
    result.counts = Counts(std::move(counts));
  } else if (auto const* shares = find(document, "measurementProbabilities")) {
    for (auto const& [state, share] : object(*shares, "member 'measurementProbabilities'")) {
      Bits row = bits_of_text(state);
      std::ranges::reverse(row);  // its first character is the first column
      result.probabilities[outcomes.text(row)] += number(share, "probability");
    }
  }
  auto const* types = find(document, "resultTypes");
  if (!types) return;
  json::array const& given = array(*types, "member 'resultTypes'");
  if (given.size() != circuit.result_requests.size())
    malformed("member 'resultTypes'", fmt::format("of the {} values asked for", circuit.result_requests.size()));
  for (std::size_t i = 0; i < given.size(); ++i) {
    result.values.push_back(requested_value(member(given[i], "value"), circuit.result_requests[i]));
    if (result.values.back().kind == ResultRequest::Kind::state_vector)
      result.statevector = result.values.back().amplitudes;
  }
}

/// {"measurement_keys": ["c_2_0_0", …], "counts": {"10": 5}}: character i is what was measured under key i.
void read_iqm(json::value const& document, Circuit const& circuit, CircuitResult& result) {
  auto const* keys = find(document, "measurement_keys");
  std::vector<std::vector<Clbit>> places;
  for (json::value const& key : keys ? array(*keys, "member 'measurement_keys'") : json::array()) {
    std::string_view const text = string(key, "measurement key");
    std::size_t number = 0;
    std::optional<Clbit> clbit;
    for (circuit::Register const& each : circuit.classical_registers()) {
      for (std::uint32_t bit = 0; bit < each.size && !clbit; ++bit)
        if (text == fmt::format("{}_{}_{}_{}", each.name, each.size, number, bit)) clbit = each.first + bit;
      ++number;
    }
    if (!clbit) throw Malformed{fmt::format("the result has the measurement key '{}', which was not sent", text)};
    places.push_back({*clbit});
  }
  Outcomes const outcomes = keys ? Outcomes(circuit.clbit_count(), places) : Outcomes(circuit.clbit_count());
  CountMap counts;
  for (auto const& [state, times] : object(member(document, "counts"), "member 'counts'")) {
    Bits bits = bits_of_text(state);
    if (keys) std::ranges::reverse(bits);
    counts[outcomes.text(bits)] += count(times, "count");
  }
  result.counts = Counts(std::move(counts));
}

void read_one(json::value const& document, SentCircuits const& sent, Circuit const& circuit, CircuitResult& result) {
  if (find(document, "histogram"))
    read_histogram(document, circuit, result);
  else if (sent.input_format == "IQM_JOB_INPUT_V1")
    read_iqm(document, circuit, result);
  else if (auto const* state = find(document, "statevector"))
    result.statevector = amplitudes(*state, "member 'statevector'");
  else if (find(document, "measurements") || find(document, "measurementProbabilities") ||
           find(document, "resultTypes"))
    read_braket(document, circuit, result);
  else
    read_counts(document, sent, circuit, result);
  if (!result.counts.empty()) fill_probabilities(result);
}

/// One document per circuit.
std::vector<json::value const*> documents(json::value const& raw) {
  std::vector<json::value const*> each;
  if (auto const* list = raw.if_array()) {
    for (json::value const& document : *list) each.push_back(&document);
  } else if (auto const* programs = find(raw, "programResults")) {
    for (json::value const& program : array(*programs, "member 'programResults'")) {
      json::array const& executables = array(member(program, "executableResults"), "member 'executableResults'");
      if (executables.size() != 1) malformed("member 'executableResults'", "of one element");
      each.push_back(&executables[0]);
    }
  } else if (auto const* circuits = find(raw, "measurement_counts")) {
    for (json::value const& document : array(*circuits, "member 'measurement_counts'")) each.push_back(&document);
  } else {
    each.push_back(&raw);
  }
  return each;
}

}  // namespace

Result<std::vector<CircuitResult>> read_raw_results(json::value const& raw, SentCircuits const& sent) {
  try {
    auto const each = documents(raw);
    if (each.size() != sent.circuits.size())
      throw Malformed{fmt::format("the result is of {} circuits, {} were sent", each.size(), sent.circuits.size())};
    std::vector<CircuitResult> results(each.size());
    for (std::size_t i = 0; i < each.size(); ++i) {
      results[i].name = sent.circuits[i].name;
      read_one(*each[i], sent, sent.circuits[i], results[i]);
    }
    return results;
  } catch (Malformed const& defect) {
    return Error{ErrorKind::syntax, defect.message, {}};
  }
}

}  // namespace qhub::sdk
