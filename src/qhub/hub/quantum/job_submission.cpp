#include "qhub/hub/quantum/job_submission.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/json.hpp>
#include <numeric>

#include "qhub/api/codec.h"
#include "qhub/hub/auth/token.h"
#include "qhub/hub/quantum/job_program.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/store/clock.h"
#include "qhub/quantum/models_codec.h"

namespace qhub::hub {
namespace {

namespace json = boost::json;

Error field_error(std::string_view field, std::string message) {
  return {
      .kind = ErrorKind::invalid_argument, .message = message, .details = {{std::string(field), std::move(message)}}};
}

/// Without duplicates, which differ in more than case.
Result<std::vector<std::string>> read_tags(std::vector<std::string> const& tags) {
  std::vector<std::string> distinct;
  for (std::string const& tag : tags) {
    if (boost::algorithm::istarts_with(tag, "qhub:"))
      return field_error("tags", "the tag '" + tag + "' is not allowed: the prefix qhub: is reserved");
    if (std::ranges::none_of(distinct, [&](auto const& other) { return boost::algorithm::iequals(other, tag); }))
      distinct.push_back(tag);
  }
  return distinct;
}

/// IonQ's clients find in the job how its qubits map to bits, and fail without.
json::object with_ionq_params(json::object params, JobProgram const& program) {
  std::uint32_t const qubits = program.circuits.front().circuit.qubit_count();
  params["qubits"] = std::to_string(qubits);
  if (!params.contains("meas_map")) {
    json::array map(qubits);
    for (std::uint32_t qubit = 0; qubit < qubits; ++qubit) map[qubit] = qubit;
    params["meas_map"] = json::serialize(map);
  }
  return params;
}

}  // namespace

Result<Submission> read_submission(Call const& call, BackendDescription const& backend,
                                   quantum::CreateJobRequest const& request) {
  if (request.shots < 0)
    return field_error("shots", fmt::format("shots must be from {} to {} on {}; it is {}", backend.min_shots,
                                            backend.max_shots, backend.id, request.shots));
  // The typed request has been checked; what is kept is what was sent.
  json::object const body = api::parse(call.request.body)->as_object();
  auto const member = [&](std::string_view name) {
    json::value const* value = body.if_contains(name);
    return value ? *value : json::value();
  };
  JobRequest const job_request{.input = member("input"),
                               .params = member("input_params"),
                               .input_format = request.input_format ? request.input_format->text() : std::string(),
                               .shots = static_cast<std::uint64_t>(request.shots)};
  Result<JobProgram> const program = read_program(backend, job_request);
  if (!program) return program.error();

  Submission submission;
  JobRow& job = submission.job;
  job.id = random_uuid();
  job.tenant_id = call.principal.tenant_id;
  job.user_id = call.principal.user_id;
  job.service_execution_id = call.principal.service_execution_id;
  job.session_id = request.session_id;
  job.backend_id = backend.id;
  job.provider = backend.provider;
  job.name = request.name;
  job.requested_shots = request.shots;
  job.shots = static_cast<std::int64_t>(program->total_shots());
  if (request.input_format) job.input_format = request.input_format->text();
  if (request.sdk_provider) job.sdk_provider = request.sdk_provider->text();
  if (backend.result_format == ResultFormat::ionq)
    job.input_params = json::serialize(with_ionq_params(program->params, *program));
  else if (!job_request.params.is_null())
    job.input_params = json::serialize(program->params);
  if (request.tags) {
    auto const tags = read_tags(*request.tags);
    if (!tags) return tags.error();
    job.tags = api::encode(*tags);
  }
  job.created_at = now_us();
  job.memory_bytes = static_cast<std::int64_t>(program->memory_bytes);
  submission.input.input = json::serialize(job_request.input);
  if (request.qasm) submission.input.qasm = json::serialize(member("qasm"));

  if (auto const key = call.request.headers.find("Idempotency-Key")) {
    if (key->empty() || key->size() > 255)
      return field_error("Idempotency-Key", "an Idempotency-Key has 1 to 255 characters");
    submission.key = {.key = std::string(*key), .request_hash = sha256(call.request.body)};
  }
  return submission;
}

}  // namespace qhub::hub
