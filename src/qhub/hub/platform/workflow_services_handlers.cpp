#include "qhub/platform/workflow_services_handlers.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "qhub/hub/random_id.h"
#include "qhub/hub/resource/attachments.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/service/kinds.h"
#include "qhub/hub/service/mount.h"
#include "qhub/hub/service/service_documents.h"
#include "qhub/hub/workflow/engine.h"
#include "qhub/platform/models_codec.h"
#include "qhub/platform/workflow_user_tasks_handlers.h"

namespace qhub::hub {
namespace {

constexpr std::string_view type = "WORKFLOW";
constexpr std::size_t most_model_bytes = 1u << 20;

class WorkflowServices final : public platform::WorkflowServicesHandlers, ResourceHandlers {
 public:
  explicit WorkflowServices(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<platform::ServiceDto> create_workflow_service(Call& call,
                                                       platform::CreateWorkflowServiceRequest request) override {
    return write(call, [this, &call, request](Transaction& tx) -> Result<platform::ServiceDto> {
      auto const service = create_service(tx, {.name = request.name,
                                               .summary = request.summary.value_or(""),
                                               .description = request.description.value_or(""),
                                               .definition = {{"type", type}}});
      if (!service) return service.error();
      return ServiceDocuments{host_, call.request}.service(tx, *service);
    });
  }
  /// The model is in the service's definition, where ServiceDto shows it; this answer has no body in the contract.
  Answer<void> get_workflow_model(Call& call, std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<void> {
      if (auto const service = get_service(tx, id, type, Role::viewer); !service) return service.error();
      return {};
    });
  }
  Answer<void> update_workflow_model(Call& call, std::string id,
                                     platform::UpdateWorkflowModelRequest request) override {
    return write(call, [id, request](Transaction& tx) -> Result<void> {
      auto service = get_service(tx, id, type, Role::maintainer);
      if (!service) return service.error();
      if (request.workflow_model && request.workflow_model->size() > most_model_bytes)
        return too_large(fmt::format("workflowModel: has at most {} bytes", most_model_bytes));
      if (request.workflow_model)
        definition_of(*service)["workflowModel"] = *request.workflow_model;
      else
        definition_of(*service).erase("workflowModel");
      return save(tx, kinds::service, *service);
    });
  }
  Answer<void> deploy_workflow_model(Call& call, std::string id) override {
    return write(call, [id](Transaction& tx) -> Result<void> {
      auto service = get_service(tx, id, type, Role::maintainer);
      if (!service) return service.error();
      auto const model = text_member(definition_of(*service), "workflowModel");
      if (!model) return unsupported("the service has no model yet: PUT /workflow-services/{id} stores one");
      Result<Process> const process = check_model(tx, *service, *model);
      if (!process) return process.error();
      put_attachment(tx, service->id, deployed_model, "application/xml", *model);
      definition_of(*service)["processDefinitionId"] = fmt::format("{}:{}", process->id, random_uuid());
      return save(tx, kinds::service, *service);
    });
  }
  Answer<platform::PricingPlanDto> add_workflow_service_pricing_plan(Call& call, std::string id) override {
    return write(call, [id](Transaction& tx) -> Result<platform::PricingPlanDto> {
      auto service = get_service(tx, id, type, Role::owner);
      if (!service) return service.error();
      return add_free_plan(tx, *service);
    });
  }

 private:
  ServiceHost& host_;
};

class WorkflowUserTasks final : public platform::WorkflowUserTasksHandlers, ResourceHandlers {
 public:
  explicit WorkflowUserTasks(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<void> submit_response(Call& call, std::string task_id, platform::SubmitResponseRequest request) override {
    auto const answer = [&](Transaction& tx) { return respond(tx, task_id, request.response_value); };
    Result<std::string> const execution_id = co_await write(call, answer);
    if (!execution_id) co_return execution_id.error();
    host_.workflows().wake(*execution_id);
    co_return Result<void>();
  }

 private:
  ServiceHost& host_;
};

}  // namespace

Mounted mount_workflow_services(Router& router, ServiceApi const& api) {
  return std::make_shared<std::vector<Mounted>>(std::vector{
      mount_new<WorkflowServices>(router, platform_prefix, api), mount_new<WorkflowUserTasks>(router, platform_prefix, api)});
}

}  // namespace qhub::hub
