#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "qhub/api/codec.h"
#include "qhub/circuit/draw/draw.h"
#include "qhub/circuit/writers/write.h"
#include "qhub/cli/commands.h"
#include "qhub/cli/input_file.h"
#include "qhub/cli/output.h"
#include "qhub/cli/terminal.h"

namespace qhub::cli {
namespace {

using circuit::Circuit;

std::optional<circuit::Format> source_format(Arguments const& arguments) {
  auto const name = arguments.find("from");
  if (!name) return std::nullopt;
  static constexpr std::pair<std::string_view, circuit::Format> formats[] = {{"openqasm2", circuit::Format::openqasm2},
                                                                             {"openqasm3", circuit::Format::openqasm3},
                                                                             {"braket", circuit::Format::openqasm3},
                                                                             {"ionq", circuit::Format::ionq},
                                                                             {"aqt", circuit::Format::aqt},
                                                                             {"iqm", circuit::Format::iqm}};
  for (auto const& [known, format] : formats)
    if (known == *name) return format;
  throw UsageError{fmt::format("--from takes {}, not '{}'", fmt::join(circuit::output_format_names(), ", "), *name)};
}

std::vector<circuit::JobCircuit> circuits_of(Arguments const& arguments) {
  return read_circuits(read_input_file(arguments.at("FILE")), source_format(arguments));
}

/// Prints, or writes into the file that --output names.
void put(Arguments const& arguments, std::string_view text) {
  auto const path = arguments.find("output");
  if (!path) return print(text);
  std::ofstream file(*path, std::ios::binary);
  file << text << std::flush;
  if (!file) throw std::runtime_error(fmt::format("cannot write {}: {}", *path, std::strerror(errno)));
}

ExitCode show(Arguments const& arguments) {
  circuit::DrawOptions options{.columns = terminal_columns(), .ascii = arguments.flag("ascii")};
  if (auto const columns = arguments.integer("columns", 20, 10'000))
    options.columns = static_cast<std::size_t>(*columns);
  auto const circuits = circuits_of(arguments);
  if (arguments.flag("svg") && circuits.size() != 1)
    throw UsageError{fmt::format("{} holds {} circuits; --svg draws one", arguments.at("FILE"), circuits.size())};
  std::string text;
  for (std::size_t i = 0; i < circuits.size(); ++i) {
    if (circuits.size() > 1) text += fmt::format("circuit {}\n", i);
    text += arguments.flag("svg") ? draw_svg(circuits[i].circuit, options) : draw(circuits[i].circuit, options);
  }
  put(arguments, text);
  return ExitCode::done;
}

ExitCode convert(Arguments const& arguments) {
  std::string const& name = arguments.at("to");
  auto const format = circuit::find_output_format(name);
  if (!format)
    throw UsageError{fmt::format("--to takes {}, not '{}'", fmt::join(circuit::output_format_names(), ", "), name)};
  auto const read = circuits_of(arguments);
  circuit::WriteOptions options;
  if (read.front().shots) options.shots = *read.front().shots;
  if (auto const shots = arguments.integer("shots", 1, 1'000'000'000))
    options.shots = static_cast<std::uint32_t>(*shots);
  std::vector<Circuit> circuits;
  for (circuit::JobCircuit const& each : read) circuits.push_back(each.circuit);
  auto const text = circuit::write(circuits, *format, options);
  if (!text) throw std::runtime_error(fmt::format("{}: {}", arguments.at("FILE"), text.error().message));
  put(arguments, *text + "\n");
  return ExitCode::done;
}

boost::json::object statistics(Circuit const& circuit) {
  boost::json::object gates;
  std::size_t wide = 0;
  for (circuit::Instruction const instruction : circuit) {
    bool const gate =
        instruction.kind == circuit::InstructionKind::gate || instruction.kind == circuit::InstructionKind::unitary;
    if (gate && instruction.control_count() + instruction.targets.size() > 1) ++wide;
  }
  for (auto const& [name, count] : circuit.counts()) gates[name] = count;
  boost::json::array parameters;
  for (std::string const& parameter : circuit.parameters()) parameters.emplace_back(parameter);
  return {{"name", circuit.name},
          {"qubits", circuit.qubit_count()},
          {"clbits", circuit.clbit_count()},
          {"instructions", circuit.size()},
          {"depth", circuit.depth()},
          {"gates_on_several_qubits", wide},
          {"parameters", std::move(parameters)},
          {"counts", std::move(gates)}};
}

ExitCode stats(Arguments const& arguments) {
  auto const circuits = circuits_of(arguments);
  std::string text;
  if (wants_form(arguments)) {
    boost::json::array all;
    for (auto const& each : circuits) all.push_back(statistics(each.circuit));
    if (all.size() == 1)
      print_document(arguments, all.front(), "name");
    else
      print_list(arguments, all,
                 {{"NAME", "name"}, {"QUBITS", "qubits"}, {"INSTRUCTIONS", "instructions"}, {"DEPTH", "depth"}});
  } else {
    for (std::size_t i = 0; i < circuits.size(); ++i) {
      if (circuits.size() > 1) text += fmt::format("circuit {}\n", i);
      boost::json::object const figures = statistics(circuits[i].circuit);
      for (std::string_view const key : {"qubits", "clbits", "instructions", "depth", "gates_on_several_qubits"}) {
        std::string label(key);
        std::ranges::replace(label, '_', ' ');
        text += fmt::format("{:<26}{:>12}\n", label, api::to_text(figures.at(key)));
      }
      for (auto const& [name, count] : figures.at("counts").get_object())
        text += fmt::format("  {:<24}{:>12}\n", std::string_view(name), api::to_text(count));
    }
  }
  print(text);
  return ExitCode::done;
}

constexpr Positional circuit_file{"FILE", "OpenQASM source, or a job input as JSON (*.json)."};
constexpr Option from_option{
    "from", "FORMAT", "What the file is in; else it is found out: openqasm2, openqasm3, braket, ionq, aqt, iqm."};
constexpr Option output_option{"output", "FILE", "Where to write instead of printing."};

}  // namespace

Noun const noun_circuit{
    "circuit",
    "Circuit files on this machine.",
    {{.name = "circuit show",
      .summary = "Draws a circuit file.",
      .positionals = {circuit_file},
      .options = {from_option,
                  output_option,
                  {"svg", "", "An SVG document instead of text."},
                  {"columns", "N", "Longest line. The terminal's width, else 80."},
                  {"ascii", "", "Nothing but ASCII."}},
      .remote = false,
      .examples = {"qhubctl circuit show bell.qasm", "qhubctl circuit show bell.qasm --svg --output bell.svg"},
      .run = show},
     {.name = "circuit convert",
      .summary = "Writes a circuit file in another format.",
      .positionals = {circuit_file},
      .options = {{.name = "to",
                   .value = "FORMAT",
                   .help = "openqasm2, openqasm3, braket, ionq, aqt or iqm.",
                   .required = true},
                  from_option,
                  output_option,
                  {"shots", "N", "To aqt: repetitions in the document. The file's, else 100."}},
      .remote = false,
      .examples = {"qhubctl circuit convert bell.qasm --to iqm"},
      .run = convert},
     {.name = "circuit stats",
      .summary = "Counts a circuit's qubits and gates.",
      .positionals = {circuit_file},
      .options = {from_option},
      .remote = false,
      .prints = true,
      .examples = {"qhubctl circuit stats bell.qasm", "qhubctl circuit stats bell.qasm --json depth,counts"},
      .run = stats}}};

}  // namespace qhub::cli
