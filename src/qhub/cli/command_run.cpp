#include <filesystem>

#include "qhub/cli/commands.h"
#include "qhub/cli/jobs.h"
#include "qhub/cli/output.h"
#include "qhub/cli/run_service.h"

namespace qhub::cli {
namespace {

ExitCode run(Arguments const& arguments) {
  auto const file = arguments.find("FILE");
  if (!arguments.find("backend")) {
    if (file && (arguments.find("shots") || std::filesystem::is_regular_file(*file)))
      throw UsageError{"--backend is required to run a circuit file"};
    return run_service(arguments);
  }
  if (!file) throw UsageError{"FILE is required with --backend"};
  if (!arguments.find("shots")) throw UsageError{"--shots is required with --backend"};
  quantum::JobsClient const jobs = jobs_client(arguments);
  std::string const id = submit_file(arguments, jobs, *file).id.value_or("");
  if (arguments.flag("detached")) {
    print(id + "\n");
    return ExitCode::done;
  }
  wait_for_success(arguments, jobs, id);
  print_result(arguments, jobs, id);
  return ExitCode::done;
}

std::vector<Option> options() {
  std::vector<Option> all = submit_options();
  for (Option const& option : wait_options()) all.push_back(option);
  for (Option const& option :
       {Option{"input-file", "FILE", "The service's parameters, a JSON object; else the files input/NAME.json."},
        {"data", "JSON", "The service's parameter data.", 'd'},
        {"params", "JSON", "The service's parameter params.", 'p'},
        {"data-file", "FILE", "The same, from a file."},
        {"params-file", "FILE", "The same, from a file."},
        {"detached", "", "Only start it, and do not wait."}})
    all.push_back(option);
  return all;
}

}  // namespace

Command const command_run{
    .name = "run",
    .summary = "Runs a circuit file on a backend, or a service of yours, waits and prints the result.",
    .positionals = {{"FILE",
                     "With --backend: OpenQASM source, or a job input as JSON (*.json). Else: the id of a "
                     "service, unless given that of the project where you are.",
                     false}},
    .options = options(),
    .prints = true,
    .examples = {"qhubctl run bell.qasm --backend aws.sim.sv1 --shots 1000",
                 "qhubctl run bell.qasm --backend aqt.sim.ideal --shots 100 --fit",
                 "qhubctl run $SERVICE --data '{\"shots\": 100}'"},
    .run = run};

}  // namespace qhub::cli
