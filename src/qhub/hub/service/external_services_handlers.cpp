#include <boost/json.hpp>

#include "qhub/hub/service/kinds.h"
#include "qhub/hub/resource/attachments.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/service/mount.h"
#include "qhub/hub/service/service_documents.h"
#include "qhub/platform/external_services_handlers.h"
#include "qhub/platform/models_codec.h"

namespace qhub::hub {
namespace {

/// How the gateway is to authenticate itself at the provider: beside the document, which others read.
Result<void> put_security(Transaction& tx, std::string const& service_id, std::string field,
                          platform::ServiceSecurityConfiguration const& security) {
  if (security.get_if<Json>())
    return invalid(std::move(field), "must be an object whose type is NONE, BASIC or ACCESS_TOKEN, with its members");
  put_attachment(tx, service_id, "security", "application/json", api::encode(security));
  return {};
}

class ExternalServices final : public platform::ExternalServicesHandlers, ResourceHandlers {
 public:
  explicit ExternalServices(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<platform::ServiceDto> create_external_service(Call& call,
                                                       platform::CreateExternalServiceRequest request) override {
    return write(call, [this, &call, request](Transaction& tx) -> Result<platform::ServiceDto> {
      if (!request.url.starts_with("http://") && !request.url.starts_with("https://"))
        return invalid("url", "must begin with http:// or https://");
      auto const service =
          create_service(tx, {.name = request.name,
                              .summary = request.summary.value_or(""),
                              .description = request.description.value_or(""),
                              .definition = {{"type", "EXTERNAL"}, {"productionEndpoint", request.url}}});
      if (!service) return service.error();
      if (request.security_configuration)
        if (auto const put = put_security(tx, service->id, "securityConfiguration", *request.security_configuration); !put)
          return put.error();
      return ServiceDocuments{host_, call.request}.service(tx, *service);
    });
  }
  Answer<void> update_external_service_security_configuration(
      Call& call, std::string id, platform::UpdateExternalServiceSecurityConfigurationRequest request) override {
    return write(call, [id, request](Transaction& tx) -> Result<void> {
      auto const service = hub::get_service(tx, id, "EXTERNAL", Role::maintainer);
      if (!service) return service.error();
      return put_security(tx, id, "body", request.request);
    });
  }
  Answer<platform::PricingPlanDto> add_external_service_pricing_plan(Call& call, std::string id) override {
    return write(call, [id](Transaction& tx) -> Result<platform::PricingPlanDto> {
      auto service = hub::get_service(tx, id, "EXTERNAL", Role::owner);
      if (!service) return service.error();
      return add_free_plan(tx, *service);
    });
  }
  Answer<void> delete_external_service_pricing_plan(Call& call, std::string id) override {
    return write(call, [id](Transaction& tx) -> Result<void> {
      auto service = hub::get_service(tx, id, "EXTERNAL", Role::owner);
      if (!service) return service.error();
      return set_pricing_plan(tx, *service, std::nullopt);
    });
  }

 private:
  ServiceHost& host_;
};

}  // namespace

Mounted mount_external_services(Router& router, ServiceApi const& api) {
  return mount_new<ExternalServices>(router, platform_prefix, api);
}

}  // namespace qhub::hub
