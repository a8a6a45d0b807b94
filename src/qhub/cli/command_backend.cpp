#include <boost/json.hpp>

#include "qhub/cli/commands.h"
#include "qhub/cli/output.h"
#include "qhub/cli/remote.h"
#include "qhub/quantum/backends_client.h"
#include "qhub/quantum/models_codec.h"

namespace qhub::cli {
namespace {

constexpr Positional id_of_backend{"ID", "The backend's id, e.g. aws.sim.sv1."};

quantum::BackendsClient backends(Arguments const& arguments) {
  return quantum::BackendsClient(quantum_api(arguments));
}

ExitCode list(Arguments const& arguments) {
  print_list(arguments, to_json(backends(arguments).get_backends({.provider = arguments.find("provider")})),
             {{"ID", "id"},
              {"PROVIDER", "provider"},
              {"TYPE", "type"},
              {"QUBITS", "configuration.qubit_count"},
              {"STATUS", "status"},
              {"QUEUE", "queue_size"},
              {"NAME", "display_name"}});
  return ExitCode::done;
}

ExitCode get(Arguments const& arguments) {
  print_document(arguments, to_json(backends(arguments).get_backend(arguments.at("ID"))));
  return ExitCode::done;
}

ExitCode status(Arguments const& arguments) {
  print_document(arguments, to_json(backends(arguments).get_backend_status(arguments.at("ID"))), "status");
  return ExitCode::done;
}

ExitCode config(Arguments const& arguments) {
  print_document(arguments, backends(arguments).get_backend_config(arguments.at("ID")));
  return ExitCode::done;
}

ExitCode calibration(Arguments const& arguments) {
  quantum::GetBackendCalibrationRequest request;
  if (auto const time = arguments.find("at")) request.effective_at = Timestamp(*time);
  auto const found = backends(arguments).get_backend_calibration(arguments.at("ID"), request);
  if (!found) throw Failure{ExitCode::not_found, "there is no calibration of " + arguments.at("ID")};
  print_document(arguments, to_json(*found), "backend_id");
  return ExitCode::done;
}

ExitCode least_busy(Arguments const& arguments) {
  quantum::GetLeastBusyBackendRequest const request{.provider = arguments.find("provider").value_or("IBM"),
                                                    .min_qubits = arguments.integer("qubits", 1, 1'000'000)};
  print_document(arguments, to_json(backends(arguments).get_least_busy_backend(request)));
  return ExitCode::done;
}

}  // namespace

Noun const noun_backend{
    "backend",
    "Quantum computers and simulators.",
    {{.name = "backend list",
      .summary = "Lists the backends that take jobs.",
      .options = {{"provider", "NAME", "Only this provider's, e.g. AWS."}},
      .prints = true,
      .examples = {"qhubctl backend list", "qhubctl backend list --provider AWS -o name"},
      .run = list},
     {.name = "backend get",
      .summary = "Shows a backend with its configuration.",
      .positionals = {id_of_backend},
      .prints = true,
      .examples = {"qhubctl backend get aws.sim.sv1",
                   "qhubctl backend get aws.sim.sv1 --json configuration.shots_range"},
      .run = get},
     {.name = "backend status",
      .summary = "Shows whether a backend is online, and its queue.",
      .positionals = {id_of_backend},
      .prints = true,
      .examples = {"qhubctl backend status aws.sim.sv1 -o name"},
      .run = status},
     {.name = "backend config",
      .summary = "Prints the provider's own description of a backend.",
      .positionals = {id_of_backend},
      .prints = true,
      .examples = {"qhubctl backend config aws.sim.sv1 -o json"},
      .run = config},
     {.name = "backend calibration",
      .summary = "Prints a backend's calibration.",
      .positionals = {id_of_backend},
      .options = {{"at", "TIME", "The one in force then, e.g. 2026-11-25T12:00:00Z; the newest unless given."}},
      .prints = true,
      .examples = {"qhubctl backend calibration ibm.qpu.fez -o json"},
      .run = calibration},
     {.name = "backend least-busy",
      .summary = "Shows the backend with the shortest queue.",
      .options = {{"provider", "NAME", "Of this provider. IBM unless given, the only one that tells."},
                  {"qubits", "N", "With at least so many qubits."}},
      .prints = true,
      .examples = {"qhubctl backend least-busy --qubits 5 -o name"},
      .run = least_busy}}};

}  // namespace qhub::cli
