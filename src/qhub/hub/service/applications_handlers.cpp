#include "qhub/hub/random_id.h"
#include "qhub/hub/resource/list.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/hub/service/kinds.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/service/applications.h"
#include "qhub/hub/service/documents.h"
#include "qhub/hub/service/executions.h"
#include "qhub/hub/service/mount.h"
#include "qhub/hub/service/platform_executions.h"
#include "qhub/hub/service/service_documents.h"
#include "qhub/platform/applications_handlers.h"
#include "qhub/platform/models_codec.h"
#include "qhub/platform/subscriptions_handlers.h"

namespace qhub::hub {
namespace {

std::vector<platform::SubscriptionDto> subscription_dtos(Transaction& tx, ServiceDocuments const& documents,
                                                         std::vector<SubscriptionRow> const& rows) {
  std::vector<platform::SubscriptionDto> list;
  for (SubscriptionRow const& row : rows)
    if (auto dto = documents.subscription(tx, row)) list.push_back(std::move(*dto));
  return list;
}

class Applications final : public platform::ApplicationsHandlers, ResourceHandlers {
 public:
  explicit Applications(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<std::vector<platform::ApplicationDto>> get_applications(Call& call) override {
    return read(call, [](Transaction& tx) {
      return to_wire_list<platform::ApplicationDto>(list_all(tx, kinds::application, {}));
    });
  }
  Answer<platform::ApplicationDto> create_application(Call& call,
                                                      platform::CreateApplicationRequest request) override {
    return write(call, [this, request](Transaction& tx) -> Result<platform::ApplicationDto> {
      auto const application = create(tx, kinds::application, {.document = to_document(request)});
      if (!application) return application.error();
      insert_access_key(tx.database, host_.vault(), {random_uuid(), random_text(32), application->id});
      return to_wire<platform::ApplicationDto>(*application);
    });
  }
  Answer<platform::ApplicationDto> get_application(Call& call, std::string id) override {
    return read(call, kinds::application, id,
                [](Transaction&, Resource const& application) { return to_wire<platform::ApplicationDto>(application); });
  }
  Answer<void> delete_application(Call& call, std::string id) override {
    return and_forget(write(call, kinds::application, id, Role::owner,
                            [](Transaction& tx, Resource& application) -> Result<void> {
                              hub::delete_application(tx.database, application.id);
                              remove(tx, application);
                              return {};
                            }));
  }
  Answer<std::vector<platform::SubscriptionDto>> get_application_subscriptions(Call& call, std::string id) override {
    return read(call, kinds::application, id, [this, &call](Transaction& tx, Resource const& application) {
      return subscription_dtos(tx, {host_, call.request}, list_subscriptions_of(tx.database, application.id));
    });
  }
  Answer<std::vector<platform::AccessKey>> get_application_access_keys(Call& call, std::string id) override {
    // The secret is as good as the right to call: whoever only reads does not get it.
    return write(call, kinds::application, id, Role::maintainer,
                 [this](Transaction& tx, Resource& application) -> Result<std::vector<platform::AccessKey>> {
                   auto const found = find_access_key_of(tx.database, host_.vault(), application.id);
                   if (!found) return found.error();
                   std::vector<platform::AccessKey> keys;
                   platform::AccessKey& key = keys.emplace_back();
                   key.type = platform::AccessKeyType::SERVICE_GATEWAY;
                   key.access_key_id = found->id;
                   key.secret_access_key = found->secret;
                   return keys;
                 });
  }

 private:
  ServiceHost& host_;
};

class Subscriptions final : public platform::SubscriptionsHandlers, ResourceHandlers {
 public:
  explicit Subscriptions(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<platform::SubscriptionDto> create_subscription(Call& call,
                                                        platform::CreateSubscriptionRequest request) override {
    return write(call, [this, &call, request](Transaction& tx) -> Result<platform::SubscriptionDto> {
      auto const application = get(tx, kinds::application, request.application_id, Role::maintainer);
      if (!application) return application.error();
      auto const service = get(tx, kinds::service, request.service_id);
      if (!service) return service.error();
      bool const internal = service->state == "ACCESSIBLE" && service->tenant_id == application->tenant_id;
      if (service->state != "PUBLISHED" && !internal)
        return forbidden("the service is neither public nor published inside the organization of the application");
      SubscriptionRow const row{random_uuid(), application->id, service->id, tx.now};
      if (auto const stored = insert_subscription(tx.database, row); !stored) return stored.error();
      return *ServiceDocuments{host_, call.request}.subscription(tx, row);
    });
  }
  Answer<platform::SubscriptionDto> get_subscription(Call& call, std::string id) override {
    return read(call, [this, &call, id](Transaction& tx) -> Result<platform::SubscriptionDto> {
      auto const row = own(tx, id, Role::viewer);
      if (!row) return row.error();
      auto dto = ServiceDocuments{host_, call.request}.subscription(tx, *row);
      if (!dto) return not_found("there is no subscription " + id);
      return std::move(*dto);
    });
  }
  Answer<void> delete_subscription(Call& call, std::string id) override {
    return write(call, [id](Transaction& tx) -> Result<void> {
      auto const row = own(tx, id, Role::maintainer);
      if (!row) return row.error();
      hub::delete_subscription(tx.database, row->id);
      return {};
    });
  }
  Answer<std::vector<platform::ServiceExecutionDto>> get_service_executions_by_subscription(Call& call,
                                                                                            std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<std::vector<platform::ServiceExecutionDto>> {
      auto const row = own(tx, id, Role::viewer);
      if (!row) return row.error();
      std::vector<platform::ServiceExecutionDto> list;
      for (ExecutionRow const& execution :
           search_executions(tx.database, {.tenant_id = tx.caller.tenant_id,
                                           .service_id = row->service_id,
                                           .application_id = row->application_id})
               .executions)
        list.push_back(to_execution_dto<platform::ServiceExecutionDto>(execution));
      return list;
    });
  }

 private:
  /// A subscription of an application on which the caller has that role.
  static Result<SubscriptionRow> own(Transaction& tx, std::string const& id, Role needed) {
    auto row = find_subscription(tx.database, id);
    auto const application = row ? get(tx, kinds::application, row->application_id, needed)
                                 : Result<Resource>(not_found(""));
    if (!application && application.error().kind != ErrorKind::not_found) return application.error();
    if (!application) return not_found("there is no subscription " + id);
    return std::move(*row);
  }

  ServiceHost& host_;
};

}  // namespace

Mounted mount_applications(Router& router, ServiceApi const& api) {
  return std::make_shared<std::vector<Mounted>>(
      std::vector{mount_new<Applications>(router, platform_prefix, api), mount_new<Subscriptions>(router, platform_prefix, api)});
}

}  // namespace qhub::hub
