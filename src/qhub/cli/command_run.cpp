#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "qhub/api/codec.h"
#include "qhub/cli/command.h"
#include "qhub/cli/input_file.h"
#include "qhub/cli/remote.h"
#include "qhub/cli/run_service.h"
#include "qhub/cli/table.h"
#include "qhub/quantum.hpp"
#include "qhub/quantum/models_codec.h"
#include "qhub/sdk/wait_for_job.h"

namespace qhub::cli {
namespace {

using quantum::JobStatus;

quantum::CreateJobRequestInput read_input(std::string const& path) {
  Json input = read_input_file(path);
  if (input.is_string()) return std::string(input.get_string());
  return input;
}

JobStatus wait(quantum::JobsClient const& jobs, std::string const& id, std::optional<long> seconds) {
  WaitOptions options;
  if (seconds) options.deadline = std::chrono::seconds(*seconds);
  bool const terminal = isatty(STDERR_FILENO);
  if (terminal)
    options.on_progress = [&](JobStatus const& status, std::chrono::milliseconds waited) {
      std::cerr << fmt::format("\r\033[K{} {:.1f} s", status.text(), static_cast<double>(waited.count()) / 1000)
                << std::flush;
    };
  JobStatus status = wait_for_job(jobs, id, options);
  if (terminal) std::cerr << "\r\033[K" << std::flush;
  return status;
}

void print_counts(quantum::NormalizedJobResult const& result) {
  for (quantum::NormalizedPubResult const& pub : result.pubs) {
    if (result.pubs.size() > 1) std::cout << fmt::format("circuit {}\n", &pub - result.pubs.data());
    if (auto const* counts = pub.get_if<quantum::NormalizedPubResult_Counts>(); counts && counts->counts)
      print_histogram(*counts->counts);
    else
      std::cout << api::encode(pub) << '\n';
  }
}

ExitCode run(Arguments const& arguments) {
  auto const file = arguments.find("FILE");
  if (!arguments.find("backend")) {
    if (file && (arguments.find("shots") || std::filesystem::is_regular_file(*file)))
      throw UsageError{"--backend is required to run a circuit file"};
    return run_service(arguments);
  }
  if (!file) throw UsageError{"FILE is required with --backend"};
  if (!arguments.find("shots")) throw UsageError{"--shots is required with --backend"};
  HubQuantumClient const client(client_options(arguments, "quantum"));
  quantum::Job const job = client.jobs().create_job({.backend_id = arguments.at("backend"),
                                                     .shots = *arguments.integer("shots", 1, 1'000'000'000),
                                                     .input = read_input(arguments.at("FILE")),
                                                     .name = arguments.find("name")});
  std::string const id = job.id.value_or("");
  JobStatus const status = [&] {
    try {
      return wait(client.jobs(), id, arguments.integer("deadline", 1, 31'536'000));
    } catch (TimeoutError const& error) {
      std::cerr << "qhubctl: " << error.what() << '\n';
      return JobStatus();
    }
  }();
  if (!is_final(status)) return ExitCode::deadline;
  if (status != JobStatus::COMPLETED) {
    std::string reason;
    if (status == JobStatus::FAILED) {
      Json const result = client.jobs().get_job_result(id);
      if (auto const* object = result.if_object())
        if (auto const* error = object->if_contains("error"); error && error->is_object())
          if (auto const* message = error->get_object().if_contains("message"); message && message->is_string())
            reason = ": " + std::string(message->get_string());
    }
    std::cerr << fmt::format("qhubctl: job {} ended {}{}\n", id, status.text(), reason);
    return ExitCode::job_failed;
  }
  std::optional<quantum::NormalizedJobResult> const result = client.jobs().get_normalized_job_result(id);
  if (arguments.flag("json")) {
    Json output = {{"id", id}, {"status", status.text()}};
    if (result) output.get_object()["result"] = *api::parse(api::encode(*result));
    std::cout << api::to_text(output) << '\n';
  } else if (result) {
    print_counts(*result);
  } else {
    std::cout << api::to_text(client.jobs().get_job_result(id)) << '\n';
  }
  return ExitCode::done;
}

}  // namespace

Command const command_run{
    .name = "run",
    .summary = "Runs a circuit file on a backend, or a managed service of yours, waits and prints the result.",
    .positionals = {{"FILE", "With --backend: OpenQASM source, or a job input as JSON (*.json). Else: the id of a "
                             "service, unless given that of the project where you are.",
                     false}},
    .options = {{"backend", "ID", "Run a circuit there, as `qhubctl backends` lists them."},
                {"shots", "N", "How often to run the circuit. Required with --backend."},
                {"name", "TEXT", "A name for the quantum job."},
                {"input-file", "FILE", "The service's parameters, a JSON object; else the files input/NAME.json."},
                {"data", "JSON", "The service's parameter data.", 'd'},
                {"params", "JSON", "The service's parameter params.", 'p'},
                {"data-file", "FILE", "The same, from a file."},
                {"params-file", "FILE", "The same, from a file."},
                {"detached", "", "Start the service and do not wait."},
                {"deadline", "SECONDS", "Stop waiting after this long; the job goes on."},
                {"json", "", "Print all of the result as JSON instead of what people want to see."}},
    .examples = {"qhubctl run bell.qasm --backend aws.sim.sv1 --shots 1000", "qhubctl run",
                 "qhubctl run 5f3a --data '{\"values\": [1, 2]}'"},
    .run = run};

}  // namespace qhub::cli
