#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>

#include "qhub/hub/platform/catalogue.h"
#include "qhub/hub/resource/attachments.h"
#include "qhub/hub/resource/list.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/hub/service/kinds.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/service/applications.h"
#include "qhub/hub/service/mount.h"
#include "qhub/hub/service/service_documents.h"
#include "qhub/hub/workflow/engine.h"
#include "qhub/platform/services_handlers.h"

namespace qhub::hub {
namespace {

/// The enumeration's word for what filters may also call INTERNAL and PUBLIC.
std::string lifecycle_word(std::string const& text) {
  return text == "INTERNAL" ? "ACCESSIBLE" : text == "PUBLIC" ? "PUBLISHED" : text;
}

/// The first moment of a month, `months` ago, in microseconds since 1970.
std::int64_t month_begin(std::int64_t now, int months) {
  using namespace std::chrono;
  auto const today = floor<days>(system_clock::time_point(microseconds(now)));
  year_month_day const date(today);
  auto const month = year_month(date.year(), date.month()) - std::chrono::months(months);
  return duration_cast<microseconds>(sys_days(month / 1).time_since_epoch()).count();
}

class Services final : public platform::ServicesHandlers, ResourceHandlers {
 public:
  explicit Services(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<std::vector<platform::ServiceOverviewDto>> get_services(Call& call,
                                                                 platform::GetServicesRequest request) override {
    return read(call, [request](Transaction& tx) {
      ListQuery query;
      if (request.lifecycle)
        for (platform::ServiceLifecycle const& lifecycle : *request.lifecycle)
          query.states.push_back(lifecycle_word(lifecycle.text()));
      std::vector<platform::ServiceOverviewDto> services;
      for (Resource& service : list_all(tx, kinds::service, query)) {
        platform::ServiceOverviewDto& dto = services.emplace_back();
        dto.id = service.id;
        dto.service_definition_id = service.id;
        dto.name = service.name;
        dto.display_name = text_member(service.document, "displayName");
        dto.type = platform::ServiceType(service_type(service));
        dto.lifecycle = platform::ServiceLifecycle(service.state);
        dto.created_at = wire_time(service.created_at);
      }
      return services;
    });
  }
  Answer<platform::ServiceDto> get_service(Call& call, std::string id) override {
    return read(call, kinds::service, id, [this, &call](Transaction& tx, Resource const& service) {
      return ServiceDocuments{host_, call.request}.service(tx, service);
    });
  }
  Answer<void> delete_service(Call& call, std::string id) override {
    Result<void> const deleted =
        co_await write(call, kinds::service, id, Role::owner, [](Transaction& tx, Resource& service) -> Result<void> {
          if (!list_subscriptions_to(tx.database, service.id).empty())
            return conflict("applications are subscribed to this service");
          hub::delete_service(tx.database, service.id);
          remove(tx, service);
          return {};
        });
    if (deleted) host_.forget(id);
    co_return deleted;
  }
  Answer<bool> check_service_name_availability(Call& call,
                                               platform::CheckServiceNameAvailabilityRequest request) override {
    return read(call, [name = request.name](Transaction& tx) {
      return !find_by_name(tx, kinds::service, tx.caller.tenant_id, name).has_value();
    });
  }
  Answer<std::vector<platform::SubscriptionDto>> get_service_subscriptions(Call& call, std::string id) override {
    return read(call, [this, &call, id](Transaction& tx) -> Result<std::vector<platform::SubscriptionDto>> {
      auto const service = own(tx, id);
      if (!service) return service.error();
      std::vector<platform::SubscriptionDto> list;
      ServiceDocuments const documents{host_, call.request};
      for (SubscriptionRow const& row : list_subscriptions_to(tx.database, id))
        if (auto dto = documents.subscription(tx, row)) list.push_back(std::move(*dto));
      return list;
    });
  }
  Answer<platform::ServiceStatistics> get_service_statistics(Call& call, std::string id) override {
    return read(call, kinds::service, id, [](Transaction& tx, Resource const& service) {
      auto const since = [&](int from, int to) {
        return count_executions(tx.database, service.id, month_begin(tx.now, from), month_begin(tx.now, to));
      };
      platform::ServiceStatistics dto;
      dto.stars = 0;
      dto.subscription_count = static_cast<std::int64_t>(list_subscriptions_to(tx.database, service.id).size());
      platform::ServiceExecutionStatistics& executions = dto.managed_service_executions.emplace();
      ExecutionCounts const this_month = since(0, -1);
      executions.total_count = this_month.total;
      executions.this_month_count = this_month.since;
      executions.last_month_count = since(1, 0).since;
      executions.last_three_months_count = since(2, -1).since;
      return dto;
    });
  }

  Answer<void> update_service_summary(Call& call, std::string id,
                                      platform::UpdateServiceSummaryRequest request) override {
    return update(call, std::move(id), "summary", Json(request.summary));
  }
  Answer<void> update_service_description(Call& call, std::string id,
                                          platform::UpdateServiceDescriptionRequest request) override {
    return update(call, std::move(id), "description", Json(request.description));
  }
  Answer<void> update_service_display_name(Call& call, std::string id,
                                           platform::UpdateServiceDisplayNameRequest request) override {
    return update(call, std::move(id), "displayName", Json(request.display_name));
  }
  Answer<void> update_service_contacts(Call& call, std::string id,
                                       platform::UpdateServiceContactsRequest request) override {
    return update(call, std::move(id), "contacts", *api::parse(api::encode(request.request)));
  }
  Answer<void> update_service_links(Call& call, std::string id, platform::UpdateServiceLinksRequest request) override {
    return update(call, std::move(id), "links", *api::parse(api::encode(request.request)));
  }

  Answer<void> update_service_publication(Call& call, std::string id,
                                          platform::UpdateServicePublicationRequest request) override {
    return write(call, kinds::service, id, Role::owner,
                 [scope = request.scope.text()](Transaction& tx, Resource& service) -> Result<void> {
                   if (scope != "PUBLIC" && scope != "INTERNAL") return invalid("scope", "is PUBLIC or INTERNAL");
                   if (scope == "INTERNAL" && service.tenant_kind != TenantKind::organization)
                     return invalid("scope", "is INTERNAL only for services of an organization");
                   if (service_type(service) == "MANAGED" && !find_service(tx.database, service.id).value().build)
                     return conflict("the service has not been built yet");
                   if (service_type(service) == "WORKFLOW" && !has_attachment(tx, service.id, deployed_model))
                     return conflict("the workflow has not been deployed yet");
                   return publish(tx, service, scope == "PUBLIC" ? "PUBLISHED" : "ACCESSIBLE", scope);
                 });
  }
  Answer<void> delete_service_publication(Call& call, std::string id,
                                          platform::DeleteServicePublicationRequest request) override {
    return write(
        call, kinds::service, id, Role::owner,
        [force = request.force.value_or(false)](Transaction& tx, Resource& service) -> Result<void> {
          auto const subscriptions = list_subscriptions_to(tx.database, service.id);
          auto const use_cases = linked_to(tx, links::use_case_service, service);
          if ((!subscriptions.empty() || !use_cases.empty()) && !force)
            return conflict("applications are subscribed to this service or use cases link to it; force=true ends that");
          for (SubscriptionRow const& subscription : subscriptions)
            delete_subscription(tx.database, subscription.id);
          for (Resource const& use_case : use_cases) unlink(tx, links::use_case_service, use_case, service);
          return publish(tx, service, "CREATED", "PRIVATE");
        });
  }

  Answer<std::string> get_service_open_api(Call& call, std::string id,
                                           platform::GetServiceOpenApiRequest request) override {
    return read(call, kinds::service, id, [request](Transaction& tx, Resource const& service) {
      return open_api_of(tx, service, request.format);
    });
  }
  Answer<void> update_service_open_api(Call& call, std::string id,
                                       platform::UpdateServiceOpenApiRequest request) override {
    return write(call, kinds::service, id, Role::maintainer,
                 [file = request.file](Transaction& tx, Resource& service) { return put_open_api(tx, service, file); });
  }

 private:
  Answer<void> update(Call& call, std::string id, std::string_view member, Json value) {
    return write(call, kinds::service, id, Role::maintainer,
                 [member, value = std::move(value)](Transaction& tx, Resource& service) -> Result<void> {
                   service.document[member] = value;
                   return save(tx, kinds::service, service);
                 });
  }
  static Result<void> publish(Transaction& tx, Resource& service, std::string_view lifecycle,
                              std::string_view visibility) {
    service.state = lifecycle;
    return set_visibility(tx, kinds::service, service, visibility);
  }
  /// Who is subscribed is the provider's business.
  static Result<Resource> own(Transaction& tx, std::string const& id) {
    Result<Resource> service = get(tx, kinds::service, id);
    if (service && service->tenant_id != tx.caller.tenant_id && service->role < Role::maintainer)
      return forbidden("the subscriptions of a service are for its provider to see");
    return service;
  }

  ServiceHost& host_;
};

}  // namespace

Mounted mount_services(Router& router, ServiceApi const& api) {
  return mount_new<Services>(router, platform_prefix, api);
}

}  // namespace qhub::hub
