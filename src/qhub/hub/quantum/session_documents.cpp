#include "qhub/hub/quantum/session_documents.h"

#include "qhub/hub/quantum/times.h"
#include "qhub/quantum/models_codec.h"

namespace qhub::hub {
namespace {

/// What sessions and workloads have in common.
template <class Document>
Document to_document(SessionRow const& row) {
  Document document;
  document.id = row.id;
  document.backend_id = row.backend_id;
  document.provider = quantum::Provider(row.provider);
  document.mode = quantum::SessionMode(row.mode);
  document.created_at = time_text(row.created_at);
  if (row.started_at) document.started_at = time_text(*row.started_at);
  if (row.sdk_provider) document.sdk_provider = quantum::SdkProvider(*row.sdk_provider);
  if (auto tags = api::decode_text<std::vector<std::string>>(row.tags)) document.tags = std::move(*tags);
  if (!row.is_final()) {
    document.usage_time_state = quantum::UsageTimeState::PENDING;
  } else if (row.started_at) {
    document.usage_time_state = quantum::UsageTimeState::MEASURED;
    document.usage_time_millis = row.usage / 1000;
  } else {
    document.usage_time_state = quantum::UsageTimeState::NOT_MEASURABLE;
  }
  return document;
}

}  // namespace

quantum::Session to_session(SessionRow const& row) {
  auto session = to_document<quantum::Session>(row);
  session.status = quantum::SessionStatus(row.status);
  session.provider_id = row.id;
  if (row.started_at) session.expires_at = time_text(row.expires_at);
  if (row.closed_at) session.closed_at = time_text(*row.closed_at);
  JsonObject metadata;
  if (row.metadata)
    if (auto given = api::parse(*row.metadata); given && given->is_object()) metadata = std::move(given->as_object());
  metadata["max_ttl"] = row.ttl;
  session.metadata = std::move(metadata);
  session.final = row.is_final();
  session.final_not_aborted = row.is_final() && row.status != "ABORTED";
  return session;
}

quantum::WorkloadResponse to_workload(SessionRow const& row) {
  auto workload = to_document<quantum::WorkloadResponse>(row);
  workload.type = quantum::WorkloadResponseType::SESSION;
  workload.status = row.status;
  if (row.closed_at) workload.ended_at = time_text(*row.closed_at);
  workload.job_count = row.job_count;
  workload.service_execution_id = row.service_execution_id;
  return workload;
}

}  // namespace qhub::hub
