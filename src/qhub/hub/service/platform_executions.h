#pragma once

#include "qhub/hub/service/documents.h"
#include "qhub/hub/service/executions.h"
#include "qhub/platform/models.h"

namespace qhub::hub {

/// An execution as ServiceExecutionDto or ServiceJobDto.
template <class Dto>
Dto to_execution_dto(ExecutionRow const& row) {
  Dto dto;
  dto.id = row.id;
  dto.created_at = plain_time(row.created_at);
  if (row.started_at) dto.started_at = plain_time(*row.started_at);
  if (row.ended_at) dto.ended_at = plain_time(*row.ended_at);
  dto.status = platform::ExecutionStatus(row.status);
  dto.type = platform::ServiceType(row.type);
  dto.service_id = row.service_id;
  dto.service_definition_id = row.service_id;
  dto.application_id = row.application_id;
  dto.tags = row.tags;
  return dto;
}

}  // namespace qhub::hub
