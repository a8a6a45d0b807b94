#include "qhub/hub/quantum/job_documents.h"

#include "qhub/circuit/read.h"
#include "qhub/circuit/writers/openqasm.h"
#include "qhub/hub/quantum/times.h"
#include "qhub/quantum/models_codec.h"

namespace qhub::hub {
namespace {

/// What jobs and workloads have in common.
template <class Document>
Document to_document(JobRow const& row) {
  Document document;
  document.id = row.id;
  document.name = row.name;
  document.backend_id = row.backend_id;
  document.provider = quantum::Provider(row.provider);
  document.created_at = time_text(row.created_at);
  if (row.started_at) document.started_at = time_text(*row.started_at);
  if (row.ended_at) document.ended_at = time_text(*row.ended_at);
  if (row.sdk_provider) document.sdk_provider = quantum::SdkProvider(*row.sdk_provider);
  if (row.tags)
    if (auto tags = api::decode_text<std::vector<std::string>>(*row.tags)) document.tags = std::move(*tags);
  if (!row.is_final()) {
    document.usage_time_state = quantum::UsageTimeState::PENDING;
  } else if (row.started_at && row.ended_at) {
    document.usage_time_state = quantum::UsageTimeState::MEASURED;
    document.usage_time_millis = (*row.ended_at - *row.started_at) / 1000;
  } else {
    document.usage_time_state = quantum::UsageTimeState::NOT_MEASURABLE;
  }
  return document;
}

/// Circuits that came in another format than OpenQASM, written in it.
Result<quantum::NormalizedJobInput> rendered_input(Json const& document) {
  Result<circuit::JobInput> const read = circuit::read_circuits(document);
  if (!read) return read.error();
  quantum::NormalizedJobInput normalized;
  normalized.format = quantum::QasmFormat("openqasm.v3");
  for (circuit::JobCircuit const& job : read->circuits) {
    Result<std::string> text = circuit::write_openqasm3(job.circuit);
    if (!text) return std::move(text).error();
    quantum::NormalizedPub& pub = normalized.pubs.emplace_back();
    pub.qasm = std::move(*text);
    if (!job.circuit.name.empty()) pub.name = job.circuit.name;
    if (job.shots) pub.shots = *job.shots;
  }
  return normalized;
}

}  // namespace

quantum::Job to_job(JobRow const& row) {
  auto job = to_document<quantum::Job>(row);
  job.status = quantum::JobStatus(row.status);
  job.shots = row.shots;
  job.session_id = row.session_id;
  job.provider_job_id = row.id;
  job.runtime = job.usage_time_millis;
  if (row.input_format) job.input_format = quantum::InputFormat(*row.input_format);
  if (row.input_params)
    if (auto params = api::parse(*row.input_params)) job.input_params = std::move(*params);
  return job;
}

quantum::WorkloadResponse to_workload(JobRow const& row) {
  auto workload = to_document<quantum::WorkloadResponse>(row);
  workload.type = quantum::WorkloadResponseType::JOB;
  workload.status = row.status;
  workload.service_execution_id = row.service_execution_id;
  return workload;
}

Result<quantum::NormalizedJobInput> to_normalized_input(JobInput const& input) {
  quantum::NormalizedJobInput normalized;
  auto const add = [&](std::string qasm, std::optional<std::string> name) {
    quantum::NormalizedPub pub;
    pub.qasm = std::move(qasm);
    pub.name = std::move(name);
    normalized.pubs.push_back(std::move(pub));
  };
  if (input.qasm) {
    auto circuits = api::decode_text<quantum::QasmCircuit>(*input.qasm);
    if (!circuits) return std::move(circuits).error();
    for (quantum::QasmProgram& program : circuits->programs) add(std::move(program.qasm), std::move(program.name));
    normalized.format = circuits->format;
    return normalized;
  }
  Result<Json> const document = api::parse(input.input);
  if (!document) return document.error();
  Json const* qasm = &*document;
  if (qasm->is_object()) qasm = document->as_object().if_contains("qasm");
  if (qasm && qasm->is_string()) add(std::string(qasm->get_string()), std::nullopt);
  if (qasm && qasm->is_array())
    for (Json const& text : qasm->get_array())
      if (text.is_string()) add(std::string(text.get_string()), std::nullopt);
  Json const* const programs = document->is_object() ? document->as_object().if_contains("programs") : nullptr;
  if (programs && programs->is_array())
    for (Json const& program : programs->get_array()) {
      auto read = api::decode<quantum::QasmProgram>(program);
      if (!read) return std::move(read).error();
      add(std::move(read->qasm), std::move(read->name));
    }
  if (normalized.pubs.empty()) return rendered_input(*document);
  bool const is_version_2 = normalized.pubs.front().qasm.find("OPENQASM 2") != std::string::npos ||
                            normalized.pubs.front().qasm.find("qreg") != std::string::npos;
  normalized.format = is_version_2 ? quantum::QasmFormat("openqasm.v2") : quantum::QasmFormat("openqasm.v3");
  return normalized;
}

}  // namespace qhub::hub
