#pragma once

#include <string>

#include "qhub/hub/http/message.h"
#include "qhub/hub/resource/resource.h"
#include "qhub/hub/service/applications.h"
#include "qhub/hub/service/service_host.h"
#include "qhub/platform/models.h"

/// How services, applications and subscriptions look in the platform API. A service's document has what people read of it
/// and one entry in `serviceDefinitions`, with what makes it run.
namespace qhub::hub {

/// Lets the services of a hub tell where they are called.
struct ServiceDocuments {
  ServiceHost const& host;
  Request const& request;

  [[nodiscard]] platform::ServiceDto service(Transaction& tx, Resource const& service) const;
  [[nodiscard]] platform::ServiceConsumerDto consumer(Transaction& tx, Resource const& service) const;
  /// Nothing if the application or the service is not there any more.
  [[nodiscard]] std::optional<platform::SubscriptionDto> subscription(Transaction& tx,
                                                                      SubscriptionRow const& row) const;
};

/// The one definition in a service's document; made if it is not there.
[[nodiscard]] JsonObject& definition_of(Resource& service);

struct NewService {
  std::string name;
  std::string summary;
  std::string description;
  JsonObject definition;  ///< With its `type`.
};
/// Stores a new service and gives it its address. Errors: those of create().
[[nodiscard]] Result<Resource> create_service(Transaction& tx, NewService service);

/// The OpenAPI document of a service as it was uploaded. Errors: not_found if it has none; unsupported if JSON is asked for
/// and it is YAML, which JSON always is.
[[nodiscard]] Result<std::string> open_api_of(Transaction& tx, Resource const& service,
                                              std::optional<platform::OpenApiFormat> const& format);
/// Errors: too_large; invalid_argument for what is no text.
[[nodiscard]] Result<void> put_open_api(Transaction& tx, Resource const& service, File const& file);

/// The type of a service: MANAGED, EXTERNAL or WORKFLOW.
[[nodiscard]] std::string service_type(Resource& service);
/// The service of that id, of that type. Errors: those of get(); not_found for one of another type.
[[nodiscard]] Result<Resource> get_service(Transaction& tx, std::string const& id, std::string_view type, Role needed);

/// Sets or, with nullopt, removes the pricing plan. Errors: conflict when it is removed while applications are subscribed.
[[nodiscard]] Result<void> set_pricing_plan(Transaction& tx, Resource& service,
                                            std::optional<platform::PricingPlanDto> const& plan);
/// Sets the plan of services that only have free ones.
[[nodiscard]] Result<platform::PricingPlanDto> add_free_plan(Transaction& tx, Resource& service);

}  // namespace qhub::hub
