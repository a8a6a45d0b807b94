#include "qhub/cli/jobs.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <mutex>
#include <thread>

#include "qhub/cli/exit_code.h"
#include "qhub/cli/interrupt.h"
#include "qhub/cli/json_text.h"
#include "qhub/cli/output.h"
#include "qhub/cli/remote.h"
#include "qhub/cli/terminal.h"
#include "qhub/quantum/backends_client.h"
#include "qhub/quantum/models_codec.h"
#include "qhub/sdk/histogram.h"
#include "qhub/sdk/submit.h"
#include "qhub/sdk/wait_for_job.h"

namespace qhub::cli {
namespace {

using quantum::JobStatus;

/// The circuits of a file rewritten in a backend's gates, on its qubits, in a format that it takes.
void fit_to_backend(Arguments const& arguments, InputFile const& file, quantum::CreateJobRequest& request) {
  quantum::Backend const backend = quantum::BackendsClient(quantum_api(arguments)).get_backend(request.backend_id);
  std::vector<circuit::Circuit> circuits;
  for (circuit::JobCircuit& each : read_circuits(file)) circuits.push_back(std::move(each.circuit));
  PreparedJob const job = [&] {
    try {
      return for_backend(circuits, backend, {.shots = request.shots});
    } catch (std::invalid_argument const& error) {
      throw Failure{ExitCode::failure, error.what()};
    }
  }();
  request.input_format = quantum::InputFormat(job.input_format);
  request.shots = job.shots;
  if (job.input_is_json)
    request.input = *api::parse(job.input);
  else
    request.input = job.input;
  if (!job.input_params.empty())
    request.input_params = *api::decode<quantum::CreateJobRequestInputParams>(*api::parse(job.input_params));
}

/// The places in the circuit file that a problem document (RFC 9457) names in `errors`.
Error errors_of(ApiError const& error, std::string const& path) {
  Error mistakes;
  Result<Json> const problem = api::parse(error.body());
  JsonObject const* const object = problem ? problem->if_object() : nullptr;
  Json const* const errors = object ? object->if_contains("errors") : nullptr;
  if (!errors || !errors->is_array()) return mistakes;
  for (Json const& each : errors->get_array()) {
    if (!each.is_object()) continue;
    auto const text = [&](std::string_view name) {
      Json const* const value = each.get_object().if_contains(name);
      return value && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    std::string where = text("where");
    if (!where.starts_with("input") || where.starts_with("input_")) continue;
    // The server calls the text by the field it came in: input:4:14, input.qasm:4:14.
    if (std::size_t const colon = where.find(':'); colon != std::string::npos) where = path + where.substr(colon);
    if (!where.empty()) mistakes.details.push_back({where, printable(text("detail"))});
  }
  return mistakes;
}

std::string reason_of(quantum::JobsClient const& jobs, std::string const& id, JobStatus const& status) {
  if (status != JobStatus::FAILED) return "";
  try {
    Json const result = jobs.get_job_result(id);
    if (auto const* object = result.if_object())
      if (auto const* error = object->if_contains("error"); error && error->is_object())
        if (auto const* message = error->get_object().if_contains("message"); message && message->is_string())
          return ": " + std::string(message->get_string());
  } catch (HubError const&) {  // a failed job need not have a result
  }
  return "";
}

/// \throws Failure unless the job is COMPLETED.
void require_success(quantum::JobsClient const& jobs, std::string const& id, JobStatus const& status) {
  if (status == JobStatus::COMPLETED) return;
  if (!is_final(status))
    throw Failure{ExitCode::conflict, fmt::format("job {} is {}: qhubctl job wait {}", id, status.text(), id)};
  throw Failure{ExitCode::job_failed, fmt::format("job {} ended {}{}", id, status.text(), reason_of(jobs, id, status))};
}

/// What the backend tells of its queue, for the line of progress; empty if it does not.
std::string queue_text(Arguments const& arguments, quantum::JobsClient const& jobs, std::string const& id) {
  try {
    std::string const backend = jobs.get_job(id).backend_id.value_or("");
    auto const info = quantum::BackendsClient(quantum_api(arguments)).get_backend_status(backend);
    std::string text;
    if (info.queue_size) text += fmt::format(", {} in the queue of {}", *info.queue_size, backend);
    if (info.queue_avg_time) text += fmt::format(", waiting time {} by {}", *info.queue_avg_time, backend);
    return text;
  } catch (HubError const&) {  // progress is no reason to fail
    return "";
  }
}

/// The line of progress while a job is waited for: it goes on while the server keeps its answer back.
class WaitingLine {
 public:
  WaitingLine(std::string id, std::optional<long> deadline) : id_(std::move(id)), deadline_(deadline) {
    if (!line_.is_visible()) return;
    ticker_ = std::jthread([this](std::stop_token const& stop) {
      while (!sleep_unless_stopped(stop, 200)) show();
    });
  }

  [[nodiscard]] bool is_visible() const { return line_.is_visible(); }
  void set_state(std::string state) {
    std::lock_guard const lock(mutex_);
    state_ = std::move(state);
  }

 private:
  void show() {
    auto const waited =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
    std::lock_guard const lock(mutex_);
    std::string text = fmt::format("{} {} after {}", id_, state_, duration_text(waited));
    if (deadline_) text += fmt::format(", {} left to wait", duration_text(std::chrono::seconds(*deadline_) - waited));
    line_.show(text);
  }

  std::string const id_;
  std::optional<long> const deadline_;
  std::chrono::steady_clock::time_point const started_ = std::chrono::steady_clock::now();
  StatusLine line_;
  std::mutex mutex_;
  std::string state_ = "waited for";
  std::jthread ticker_;  // ends before what it uses
};

void print_counts(quantum::NormalizedJobResult const& result) {
  for (quantum::NormalizedPubResult const& pub : result.pubs) {
    if (result.pubs.size() > 1) print(fmt::format("circuit {}\n", &pub - result.pubs.data()));
    if (auto const* counts = pub.get_if<quantum::NormalizedPubResult_Counts>(); counts && counts->counts)
      print(printable(histogram(*counts->counts, {.columns = terminal_columns(), .error_bars = true})));
    else
      print(compact(to_json(pub)) + "\n");
  }
}

}  // namespace

quantum::JobsClient jobs_client(Arguments const& arguments) {
  return quantum::JobsClient(quantum_api(arguments));
}

std::vector<Option> submit_options() {
  return {
      {"backend", "ID", "Run there, as `qhubctl backend list` lists them."},
      {"shots", "N", "How often to run the circuit."},
      {"name", "TEXT", "A name for the job."},
      {.name = "tag", .value = "TEXT", .help = "A tag; may be given several times.", .repeats = true},
      {"session", "ID", "Run in this open session."},
      {"input-format", "FORMAT", "What the file is in, as the API names it, e.g. OPEN_QASM_V3; else the backend's."},
      {"backend-options", "FILE", "Options of the backend as JSON: the job's input_params."},
      {"fit", "", "Rewrite the circuit in the backend's gates and place it on its qubits first."}};
}

std::vector<Option> wait_options() {
  return {{"deadline", "SECONDS", "Stop waiting after this long; the job goes on."},
          {"cancel-on-interrupt", "", "Ctrl-C cancels the job, too."}};
}

quantum::Job submit_file(Arguments const& arguments, quantum::JobsClient const& jobs, std::string const& path) {
  InputFile const file = read_input_file(path);
  quantum::CreateJobRequest request{.backend_id = arguments.at("backend"),
                                    .shots = *arguments.integer("shots", 0, 1'000'000'000),
                                    .name = arguments.find("name"),
                                    .session_id = arguments.find("session")};
  if (file.input.is_string())
    request.input = std::string(file.input.get_string());
  else
    request.input = file.input;
  if (auto tags = arguments.all("tag"); !tags.empty()) request.tags = std::move(tags);
  if (auto const format = arguments.find("input-format")) request.input_format = quantum::InputFormat(*format);
  if (auto const options = arguments.find("backend-options"))
    request.input_params = *api::decode<quantum::CreateJobRequestInputParams>(read_json_file(*options));
  if (arguments.flag("fit")) fit_to_backend(arguments, file, request);
  try {
    return jobs.create_job(request);
  } catch (ApiError const& error) {
    Error const mistakes = errors_of(error, path);
    if (mistakes.details.empty() || arguments.flag("fit")) throw;
    throw Failure{exit_code(error), describe(mistakes, file)};
  }
}

void wait_for_success(Arguments const& arguments, quantum::JobsClient const& jobs, std::string const& id) {
  Interrupt const interrupt;
  auto const deadline = arguments.integer("deadline", 1, 31'536'000);
  WaitingLine line(id, deadline);
  WaitOptions options;
  options.stop = interrupt.token();
  if (deadline) options.deadline = std::chrono::seconds(*deadline);
  options.on_progress = [&](JobStatus const& status, std::chrono::milliseconds waited) {
    if (!line.is_visible()) return;
    bool const waits = status == JobStatus::PENDING && waited > std::chrono::seconds(1);
    line.set_state(waits ? status.text() + queue_text(arguments, jobs, id) : status.text());
  };
  JobStatus status;
  try {
    status = wait_for_job(jobs, id, options);
  } catch (CancelledError const&) {
    if (!arguments.flag("cancel-on-interrupt"))
      throw Failure{ExitCode::interrupted, fmt::format("interrupted; job {} goes on: qhubctl job wait {}", id, id)};
    jobs.cancel_job(id);
    throw Failure{ExitCode::interrupted, fmt::format("interrupted; job {} is cancelled", id)};
  } catch (TimeoutError const& error) {
    if (!deadline) throw;
    throw Failure{ExitCode::deadline, fmt::format("{}; job {} goes on: qhubctl job wait {}", error.what(), id, id)};
  }
  require_success(jobs, id, status);
}

void print_known_result(Arguments const& arguments, quantum::JobsClient const& jobs, std::string const& id) {
  require_success(jobs, id, jobs.get_job_status(id).status.value_or(JobStatus()));
  print_result(arguments, jobs, id);
}

void print_result(Arguments const& arguments, quantum::JobsClient const& jobs, std::string const& id) {
  std::optional<quantum::NormalizedJobResult> const result = jobs.get_normalized_job_result(id);
  if (wants_form(arguments)) {
    Json output = {{"id", id}, {"status", JobStatus::COMPLETED.text}};
    output.get_object()["result"] = result ? to_json(*result) : jobs.get_job_result(id);
    print_document(arguments, output);
  } else if (result) {
    print_counts(*result);
  } else {
    print(compact(jobs.get_job_result(id)) + "\n");
  }
}

}  // namespace qhub::cli
