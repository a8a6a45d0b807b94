#include <boost/json.hpp>
#include <map>

#include "qhub/hub/quantum/results/job_run.h"

namespace qhub::hub {
namespace {

namespace json = boost::json;

json::object header(std::string_view name) {
  return {{"name", std::string("braket.") + std::string(name)}, {"version", "1"}};
}

/// Which qubit was measured last into each classical bit that holds a measurement.
std::map<circuit::Clbit, circuit::Qubit> measured_qubits(circuit::Circuit const& circuit) {
  std::map<circuit::Clbit, circuit::Qubit> measured;
  for (circuit::Instruction const instruction : circuit)
    if (instruction.kind == circuit::InstructionKind::measure) measured[instruction.clbit] = instruction.targets[0];
  return measured;
}

json::array result_types(CircuitRun const& run, std::map<circuit::Clbit, circuit::Qubit> const& measured) {
  if (!run.pragmas) return {};
  std::map<circuit::Qubit, circuit::Clbit> clbits;
  for (auto const& [clbit, qubit] : measured) clbits[qubit] = clbit;
  return run.pragmas->values(run.result, clbits);
}

/// The members both kinds of result share: `measurements`, `measuredQubits` and `resultTypes`; and those of `rest`.
std::string with_measurements(CircuitRun const& run, json::object rest) {
  auto const measured = measured_qubits(run.circuit);
  json::array qubits;
  for (auto const& [clbit, qubit] : measured) qubits.push_back(qubit);
  rest["measuredQubits"] = std::move(qubits);
  rest["resultTypes"] = result_types(run, measured);
  if (run.shots == 0) return json::serialize(rest);
  return with_member("measurements",
                     array_of_shots(run.result,
                                    [&](sim::Outcome const& outcome) {
                                      std::string row = "[";
                                      for (auto const& [clbit, qubit] : measured) {
                                        if (row.size() > 1) row += ',';
                                        row += outcome[clbit] ? '1' : '0';
                                      }
                                      return row + ']';
                                    }),
                     rest);
}

json::object program(CircuitRun const& run) {
  return {{"braketSchemaHeader", header("ir.openqasm.program")}, {"source", run.source}};
}

std::string write_task_result(JobRun const& run) {
  CircuitRun const& circuit_run = run.circuits.front();
  return with_measurements(circuit_run, {{"braketSchemaHeader", header("task_result.gate_model_task_result")},
                                         {"taskMetadata",
                                          {{"braketSchemaHeader", header("task_result.task_metadata")},
                                           {"id", run.job_id},
                                           {"shots", circuit_run.shots},
                                           {"deviceId", run.backend.id}}},
                                         {"additionalMetadata", {{"action", program(circuit_run)}}}});
}

std::string write_program_set_result(JobRun const& run) {
  std::string results = "[";
  json::array metadata;
  std::uint64_t shots = 0;
  for (CircuitRun const& circuit_run : run.circuits) {
    std::string const executable = with_measurements(
        circuit_run, {{"braketSchemaHeader", header("task_result.program_set_executable_result")}, {"inputsIndex", 0}});
    if (results.size() > 1) results += ',';
    results += with_member("executableResults", '[' + executable + ']',
                           {{"braketSchemaHeader", header("task_result.program_result")},
                            {"source", program(circuit_run)},
                            {"additionalMetadata", json::object()}});
    metadata.push_back(json::object{{"executables", json::array{json::object()}}});
    shots += circuit_run.shots;
  }
  return with_member("programResults", results + ']',
                     {{"braketSchemaHeader", header("task_result.program_set_task_result")},
                      {"taskMetadata",
                       {{"braketSchemaHeader", header("task_result.program_set_task_metadata")},
                        {"id", run.job_id},
                        {"deviceId", run.backend.id},
                        {"requestedShots", shots},
                        {"successfulShots", shots},
                        {"programMetadata", std::move(metadata)},
                        {"totalFailedExecutables", 0}}}});
}

}  // namespace

std::string write_braket_result(JobRun const& run) {
  return run.is_list ? write_program_set_result(run) : write_task_result(run);
}

}  // namespace qhub::hub
