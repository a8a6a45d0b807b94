#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "qhub/api/codec.h"
#include "qhub/circuit/draw/draw.h"
#include "qhub/circuit/read.h"
#include "qhub/circuit/writers/write.h"
#include "qhub/cli/command.h"
#include "qhub/cli/input_file.h"
#include "qhub/cli/table.h"

namespace qhub::cli {
namespace {

using circuit::Circuit;

/// One line per mistake with its place, where there are several.
std::string message_of(Error const& error) {
  if (error.details.size() < 2) return error.message;
  std::string text;
  for (ErrorDetail const& detail : error.details)
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", detail.where, detail.message);
  return text;
}

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

std::vector<circuit::JobCircuit> read_circuits(Arguments const& arguments) {
  std::string const& path = arguments.at("FILE");
  circuit::ReadOptions options;
  options.source_name = path;
  auto read = circuit::read_circuits(read_input_file(path), source_format(arguments), options);
  if (!read) throw std::runtime_error(message_of(read.error()));
  return std::move(read->circuits);
}

/// Prints, or writes into the file that --output names.
void put(Arguments const& arguments, std::string_view text) {
  auto const path = arguments.find("output");
  if (!path) {
    std::cout << text;
    return;
  }
  std::ofstream file(*path, std::ios::binary);
  file << text << std::flush;
  if (!file) throw std::runtime_error(fmt::format("cannot write {}: {}", *path, std::strerror(errno)));
}

void show(Arguments const& arguments) {
  circuit::DrawOptions options{.columns = terminal_columns(), .ascii = arguments.flag("ascii")};
  if (auto const columns = arguments.integer("columns", 20, 10'000))
    options.columns = static_cast<std::size_t>(*columns);
  auto const circuits = read_circuits(arguments);
  if (arguments.flag("svg") && circuits.size() != 1)
    throw UsageError{fmt::format("{} holds {} circuits; --svg draws one", arguments.at("FILE"), circuits.size())};
  std::string text;
  for (std::size_t i = 0; i < circuits.size(); ++i) {
    if (circuits.size() > 1) text += fmt::format("circuit {}\n", i);
    text += arguments.flag("svg") ? draw_svg(circuits[i].circuit, options) : draw(circuits[i].circuit, options);
  }
  put(arguments, text);
}

void convert(Arguments const& arguments) {
  auto const name = arguments.find("to");
  if (!name) throw UsageError{"circuit convert needs --to FORMAT"};
  auto const format = circuit::find_output_format(*name);
  if (!format)
    throw UsageError{fmt::format("--to takes {}, not '{}'", fmt::join(circuit::output_format_names(), ", "), *name)};
  auto const read = read_circuits(arguments);
  circuit::WriteOptions options;
  if (read.front().shots) options.shots = *read.front().shots;
  if (auto const shots = arguments.integer("shots", 1, 1'000'000'000))
    options.shots = static_cast<std::uint32_t>(*shots);
  std::vector<Circuit> circuits;
  for (circuit::JobCircuit const& each : read) circuits.push_back(each.circuit);
  auto const text = circuit::write(circuits, *format, options);
  if (!text) throw std::runtime_error(fmt::format("{}: {}", arguments.at("FILE"), text.error().message));
  put(arguments, *text + "\n");
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

void stats(Arguments const& arguments) {
  auto const circuits = read_circuits(arguments);
  std::string text;
  if (arguments.flag("json")) {
    boost::json::array all;
    for (auto const& each : circuits) all.push_back(statistics(each.circuit));
    text = api::to_text(circuits.size() == 1 ? all.front() : Json(all)) + "\n";
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
  put(arguments, text);
}

ExitCode run(Arguments const& arguments) {
  std::string const& action = arguments.at("ACTION");
  if (action == "show")
    show(arguments);
  else if (action == "convert")
    convert(arguments);
  else if (action == "stats")
    stats(arguments);
  else
    throw UsageError{fmt::format("circuit takes show, convert or stats, not '{}'", action)};
  return ExitCode::done;
}

}  // namespace

Command const command_circuit{
    .name = "circuit",
    .summary = "Draws a circuit file, writes it in another format, or counts its gates.",
    .positionals = {{"ACTION", "show, convert or stats."},
                    {"FILE", "OpenQASM source, or a job input as JSON (*.json)."}},
    .options = {{"from", "FORMAT",
                 "What the file is in; else it is found out: openqasm2, openqasm3, braket, ionq, aqt, iqm."},
                {"to", "FORMAT", "convert: what to write, of the same."},
                {"shots", "N", "convert to aqt: repetitions in the document. The file's, else 100."},
                {"output", "FILE", "Where to write instead of printing."},
                {"svg", "", "show: an SVG document instead of text."},
                {"columns", "N", "show: longest line. The terminal's width, else 80."},
                {"ascii", "", "show: nothing but ASCII."},
                {"json", "", "stats: as JSON."}},
    .remote = false,
    .examples = {"qhubctl circuit show bell.qasm", "qhubctl circuit convert bell.qasm --to iqm",
                 "qhubctl circuit stats bell.qasm --json"},
    .run = run,
};

}  // namespace qhub::cli
