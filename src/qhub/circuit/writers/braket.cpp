#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "qhub/circuit/transpile/lower.h"
#include "qhub/circuit/writers/final_measurements.h"
#include "qhub/circuit/writers/internal/openqasm_text.h"
#include "qhub/circuit/writers/openqasm.h"

namespace qhub::circuit {
namespace {

using namespace openqasm;

Error cannot(std::string_view what) {
  return {ErrorKind::unsupported, fmt::format("Braket's OpenQASM cannot express {}", what), {}};
}

std::string_view name_of_gate(Instruction const& instruction) {
  return gate_name(Dialect::braket, instruction.gate, instruction.positive_controls.size(),
                   instruction.negative_controls.size());
}

bool accepts(Instruction const& instruction) {
  if (instruction.is_symbolic()) return false;
  if (instruction.kind == InstructionKind::unitary) return instruction.control_count() == 0;
  if (instruction.kind == InstructionKind::assign || instruction.kind == InstructionKind::loop_begin) return false;
  if (instruction.kind != InstructionKind::gate) return true;
  return !name_of_gate(instruction).empty() || !gate_name(Dialect::braket, instruction.gate, 0).empty();
}

std::string_view name_of(ResultRequest::Kind kind) {
  switch (kind) {
    case ResultRequest::Kind::state_vector:
      return "state_vector";
    case ResultRequest::Kind::density_matrix:
      return "density_matrix";
    case ResultRequest::Kind::amplitude:
      return "amplitude";
    case ResultRequest::Kind::probability:
      return "probability";
    case ResultRequest::Kind::expectation:
      return "expectation";
    case ResultRequest::Kind::variance:
      return "variance";
    case ResultRequest::Kind::sample:
      return "sample";
  }
  return {};
}

class Writer {
 public:
  Writer(Circuit const& circuit, WriteOptions const& options) : circuit_(circuit), options_(options) {}

  Result<std::string> run() {
    auto const measured = final_measurements(circuit_, "Braket's OpenQASM");
    if (!measured) return measured.error();
    find_width();
    std::string body;
    for (Instruction const instruction : circuit_)
      if (auto written = write(instruction, body); !written) return written.error();
    bool const measures = std::ranges::any_of(*measured, [](auto const& qubit) { return qubit.has_value(); });
    if (measures && !circuit_.result_requests.empty()) return cannot("measurements beside result requests");
    std::string text = "OPENQASM 3.0;\n";
    if (measures) text += fmt::format("bit[{}] b;\n", circuit_.clbit_count());
    if (options_.verbatim)
      text += "#pragma braket verbatim\nbox{\n" + body + "}\n";
    else
      text += fmt::format("qubit[{}] q;\n", std::max(width_, 1U)) + body;
    for (Clbit clbit = 0; clbit < measured->size(); ++clbit)
      if (auto const from = (*measured)[clbit]) text += fmt::format("b[{}] = measure {};\n", clbit, qubit(*from));
    for (ResultRequest const& request : circuit_.result_requests) {
      if (options_.verbatim) return cannot("result requests beside a verbatim box");
      text += request_text(request);
    }
    text.pop_back();  // the last newline
    return text;
  }

 private:
  std::string qubit(Qubit index) const {
    return fmt::format("{}{}{}", options_.verbatim ? "$" : "q[", index, options_.verbatim ? "" : "]");
  }

  template <class Range>
  std::string qubits(Range const& indices) const {
    std::string text;
    for (Qubit const index : indices) text += (text.empty() ? "" : ", ") + qubit(index);
    return text;
  }

  void find_width() {
    auto const use = [&](std::span<Qubit const> used) {
      for (Qubit const each : used) width_ = std::max(width_, each + 1);
    };
    for (Instruction const instruction : circuit_)
      if (instruction.kind != InstructionKind::barrier)
        use(instruction.positive_controls), use(instruction.negative_controls), use(instruction.targets);
    for (ResultRequest const& request : circuit_.result_requests) {
      use(request.targets);
      for (auto const& factor : request.observable) use(factor.targets);
    }
  }

  Result<void> write(Instruction const& instruction, std::string& body) const {
    auto const out = std::back_inserter(body);
    switch (instruction.kind) {
      case InstructionKind::gate:
        gate(instruction, body);
        break;
      case InstructionKind::unitary: {
        if (options_.verbatim) return cannot("a unitary in a verbatim box");
        std::vector<Qubit> const highest_first(instruction.targets.rbegin(), instruction.targets.rend());
        fmt::format_to(out, "#pragma braket unitary({}) {}\n", matrix_text(instruction.matrix), qubits(highest_first));
        break;
      }
      case InstructionKind::barrier: {
        std::vector<Qubit> used;
        for (Qubit const each : instruction.targets)
          if (each < width_) used.push_back(each);
        if (!used.empty()) fmt::format_to(out, "barrier {};\n", qubits(used));
        break;
      }
      case InstructionKind::measure:
        break;  // written last
      case InstructionKind::noise:
        if (options_.verbatim) return cannot("noise in a verbatim box");
        noise(instruction, body);
        break;
      default:
        return cannot(circuit::name_of(instruction));
    }
    return {};
  }

  void gate(Instruction const& instruction, std::string& body) const {
    std::string_view name = name_of_gate(instruction);
    std::string modifiers;
    if (name.empty()) {
      name = gate_name(Dialect::braket, instruction.gate, 0);
      for (std::size_t i = 0; i < instruction.negative_controls.size(); ++i) modifiers += "negctrl @ ";
      for (std::size_t i = 0; i < instruction.positive_controls.size(); ++i) modifiers += "ctrl @ ";
    }
    std::vector<Qubit> all;
    for (auto const& group : {instruction.negative_controls, instruction.positive_controls, instruction.targets})
      all.insert(all.end(), group.begin(), group.end());
    body += fmt::format("{}{}{}{}{};\n", modifiers, name, parameters(Dialect::braket, instruction, ", "),
                        all.empty() ? "" : " ", qubits(all));
  }

  void noise(Instruction const& instruction, std::string& body) const {
    // What has no pragma of its own is given by its operators, whose highest bit is the first qubit there.
    bool const by_operators = instruction.channel == Channel::kraus || instruction.channel == Channel::two_qubit_pauli;
    auto const out = std::back_inserter(body);
    if (!by_operators) {
      std::string_view const name =
          instruction.channel == Channel::pauli ? "pauli_channel" : info(instruction.channel).name;
      fmt::format_to(out, "#pragma braket noise {}({}) {}\n", name, fmt::join(instruction.parameters, ", "),
                     qubits(instruction.targets));
      return;
    }
    std::vector<std::string> matrices;
    for (auto const& each :
         kraus_operators(instruction.channel, instruction.parameters, instruction.matrix, instruction.targets.size()))
      matrices.push_back(matrix_text(each));
    std::vector<Qubit> const highest_first(instruction.targets.rbegin(), instruction.targets.rend());
    fmt::format_to(out, "#pragma braket noise kraus({}) {}\n", fmt::join(matrices, ", "), qubits(highest_first));
  }

  static std::string matrix_text(std::span<Complex const> matrix) {
    std::size_t dimension = 1;
    while (dimension * dimension < matrix.size()) dimension *= 2;
    std::string text = "[";
    for (std::size_t row = 0; row < dimension; ++row) {
      text += row == 0 ? "[" : ", [";
      for (std::size_t column = 0; column < dimension; ++column) {
        Complex const entry = matrix[row * dimension + column];
        text += column == 0 ? "" : ", ";
        if (entry.imag() == 0)
          text += fmt::format("{}", entry.real());
        else if (entry.real() == 0)
          text += fmt::format("{}im", entry.imag());
        else
          text += fmt::format("{}{:+}im", entry.real(), entry.imag());
      }
      text += ']';
    }
    return text + ']';
  }

  std::string request_text(ResultRequest const& request) const {
    std::string text = fmt::format("#pragma braket result {}", name_of(request.kind));
    switch (request.kind) {
      case ResultRequest::Kind::state_vector:
        break;
      case ResultRequest::Kind::amplitude:
        for (std::size_t i = 0; i < request.states.size(); ++i)
          text += fmt::format("{}\"{}\"", i == 0 ? " " : ", ", request.states[i]);
        break;
      case ResultRequest::Kind::density_matrix:
      case ResultRequest::Kind::probability:
        text += fmt::format(" {}", request.targets.empty() ? "all" : qubits(request.targets));
        break;
      case ResultRequest::Kind::expectation:
      case ResultRequest::Kind::variance:
      case ResultRequest::Kind::sample: {
        std::string_view separator = " ";
        for (ResultRequest::Factor const& factor : request.observable) {
          text += separator;
          separator = " @ ";
          std::vector<Qubit> targets = factor.targets;
          if (!factor.matrix.empty()) {
            std::ranges::reverse(targets);
            text +=
                fmt::format("hermitian({}) {}", matrix_text(factor.matrix), targets.empty() ? "all" : qubits(targets));
          } else if (targets.empty()) {
            text += factor.observable + " all";
          } else {
            text += fmt::format("{}({})", factor.observable, qubits(targets));
          }
        }
        break;
      }
    }
    return text + '\n';
  }

  Circuit const& circuit_;
  WriteOptions const& options_;
  std::uint32_t width_ = 0;  ///< One more than the highest qubit in use.
};

}  // namespace

Result<std::string> write_braket(Circuit const& circuit, WriteOptions const& options) {
  auto const lowered = lower(circuit, accepts, "Braket's OpenQASM");
  if (!lowered) return lowered.error();
  return Writer(*lowered, options).run();
}

}  // namespace qhub::circuit
