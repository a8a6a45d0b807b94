#include <algorithm>
#include <boost/json.hpp>

#include "qhub/hub/service/kinds.h"
#include "qhub/hub/service/external_gateway.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/service/mount.h"
#include "qhub/hub/service/service_documents.h"
#include "qhub/platform/external_services_handlers.h"
#include "qhub/platform/models_codec.h"

namespace qhub::hub {
namespace {

/// What the gateway can send in a header field (RFC 9110, 5.5).
bool is_field_text(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

Result<void> check(std::string const& field, platform::ServiceSecurityConfiguration const& security) {
  if (auto const* const basic = security.get_if<platform::ServiceSecurityConfigurationBasic>()) {
    if (basic->username.find(':') != std::string::npos)
      return invalid(field + ".username", "cannot hold a colon in HTTP Basic authentication");
    return {};
  }
  if (auto const* const token = security.get_if<platform::ServiceSecurityConfigurationAccessToken>()) {
    static constexpr std::string_view token_characters =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (token->header_name.empty() ||
        token->header_name.find_first_not_of(token_characters) != std::string::npos)
      return invalid(field + ".headerName", "is no name of a header field");
    if (!is_field_text(token->token_value))
      return invalid(field + ".tokenValue", "has characters that a header field cannot carry");
    return {};
  }
  if (security.get_if<platform::ServiceSecurityConfigurationNone>()) return {};
  return invalid(field, "must be an object whose type is NONE, BASIC or ACCESS_TOKEN, with its members");
}

class ExternalServices final : public platform::ExternalServicesHandlers, ResourceHandlers {
 public:
  explicit ExternalServices(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<platform::ServiceDto> create_external_service(Call& call,
                                                       platform::CreateExternalServiceRequest request) override {
    return write(call, [this, &call, request](Transaction& tx) -> Result<platform::ServiceDto> {
      if (!request.url.starts_with("http://") && !request.url.starts_with("https://"))
        return invalid("url", "must begin with http:// or https://");
      if (request.url.find_first_of("?#") != std::string::npos)
        return invalid("url", "has no query and no fragment: what is called below it comes from the caller");
      auto const service =
          create_service(tx, {.name = request.name,
                              .summary = request.summary.value_or(""),
                              .description = request.description.value_or(""),
                              .definition = {{"type", "EXTERNAL"}, {"productionEndpoint", request.url}}});
      if (!service) return service.error();
      if (request.security_configuration) {
        if (auto const good = check("securityConfiguration", *request.security_configuration); !good) return good.error();
        put_security(tx, host_.vault(), service->id, *request.security_configuration);
      }
      return ServiceDocuments{host_, call.request}.service(tx, *service);
    });
  }
  Answer<void> update_external_service_security_configuration(
      Call& call, std::string id, platform::UpdateExternalServiceSecurityConfigurationRequest request) override {
    return write(call, [this, id, request](Transaction& tx) -> Result<void> {
      auto const service = hub::get_service(tx, id, "EXTERNAL", Role::maintainer);
      if (!service) return service.error();
      if (auto const good = check("body", request.request); !good) return good.error();
      put_security(tx, host_.vault(), id, request.request);
      return {};
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
