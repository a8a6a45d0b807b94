#include "qhub/hub/service/service_documents.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "qhub/api/codec.h"
#include "qhub/hub/platform/catalogue.h"
#include "qhub/hub/platform/organizations.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/hub/service/kinds.h"
#include "qhub/hub/service/services.h"

namespace qhub::hub {
namespace {

constexpr std::string_view open_api = "openapi";  ///< The name of the attachment.
constexpr std::size_t max_open_api = std::size_t{5} << 20;

/// The only entry of `serviceDefinitions`, or an empty object.
JsonObject definition_in(Resource const& service) {
  Resource copy = service;
  return definition_of(copy);
}

/// What stands in an address for a name; names of other scripts leave nothing.
std::string slug_or(std::string_view name, std::string_view otherwise) {
  std::string slug = slug_of(name);
  return slug.empty() ? std::string(otherwise) : slug;
}

}  // namespace

JsonObject& definition_of(Resource& service) {
  Json& list = service.document["serviceDefinitions"];
  if (!list.is_array() || list.get_array().empty() || !list.get_array().front().is_object())
    list = boost::json::array{JsonObject()};
  return list.get_array().front().get_object();
}

platform::ServiceDto ServiceDocuments::service(Transaction& tx, Resource const& service) const {
  Resource complete = service;
  JsonObject& definition = definition_of(complete);
  definition["id"] = service.id;
  definition["name"] = service.name;
  definition["lifecycle"] = service.state;
  definition["createdAt"] = wire_time(service.created_at);
  for (char const* const member : {"summary", "description"})
    if (Json const* const text = service.document.if_contains(member)) definition[member] = *text;
  if (auto const row = find_service(tx.database, service.id)) {
    definition["context"] = row->context;
    definition["version"] = row->version;
    definition["gatewayEndpoint"] = host.gateway_endpoint(request, *row, service_type(complete));
  }
  return to_wire<platform::ServiceDto>(complete);
}

platform::ServiceConsumerDto ServiceDocuments::consumer(Transaction& tx, Resource const& service) const {
  platform::ServiceConsumerDto dto;
  dto.id = service.id;
  dto.service_definition_id = service.id;
  dto.name = service.name;
  dto.type = platform::ServiceType(text_member(definition_in(service), "type").value_or("MANAGED"));
  dto.lifecycle = platform::ServiceLifecycle(service.state);
  if (auto const row = find_service(tx.database, service.id)) {
    dto.context = row->context;
    dto.version = row->version;
    dto.gateway_endpoint = host.gateway_endpoint(request, *row, dto.type->text());
  }
  return dto;
}

std::optional<platform::SubscriptionDto> ServiceDocuments::subscription(Transaction& tx,
                                                                        SubscriptionRow const& row) const {
  auto const application = find(tx, kinds::application, row.application_id);
  auto const subscribed = find(tx, kinds::service, row.service_id);
  if (!application || !subscribed) return std::nullopt;
  platform::SubscriptionDto dto;
  dto.id = row.id;
  dto.application = to_wire<platform::ApplicationDto>(*application);
  dto.service = consumer(tx, *subscribed);
  JsonObject const definition = definition_in(*subscribed);
  if (Json const* const plans = definition.if_contains("pricingPlans");
      plans && plans->is_array() && !plans->get_array().empty())
    dto.pricing_plan = to_wire<platform::PricingPlanDto>(plans->get_array().front());
  return dto;
}

Result<Resource> create_service(Transaction& tx, NewService service) {
  JsonObject document{{"name", service.name}, {"summary", service.summary}, {"description", service.description}};
  document["serviceDefinitions"] = boost::json::array{std::move(service.definition)};
  auto created = create(tx, kinds::service, {.document = std::move(document), .state = "CREATED"});
  if (created)
    insert_service_address(tx.database, created->id, slug_or(tenant_name(tx.database, created->tenant_id), "user"),
                           slug_or(service.name, "service"), "v1");
  return created;
}

std::string service_type(Resource& service) {
  return text_member(definition_of(service), "type").value_or("MANAGED");
}

Result<Resource> get_service(Transaction& tx, std::string const& id, std::string_view type, Role needed) {
  Result<Resource> service = get(tx, kinds::service, id, needed);
  if (service && service_type(*service) != type)
    return not_found("the service " + id + " is of another type: " + service_type(*service));
  return service;
}

Result<void> set_pricing_plan(Transaction& tx, Resource& service,
                              std::optional<platform::PricingPlanDto> const& plan) {
  if (!plan && !list_subscriptions_to(tx.database, service.id).empty())
    return conflict("applications are subscribed to this service by its pricing plan");
  boost::json::array plans;
  if (plan) plans.push_back(*api::parse(api::encode(*plan)));
  definition_of(service)["pricingPlans"] = std::move(plans);
  return save(tx, kinds::service, service);
}

Result<std::string> open_api_of(Transaction& tx, Resource const& service,
                                std::optional<platform::OpenApiFormat> const& format) {
  auto document = find_attachment(tx, service.id, open_api);
  if (!document) return not_found("the service " + service.id + " has no OpenAPI document");
  if (format && *format == platform::OpenApiFormat::JSON && !api::parse(document->content))
    return unsupported("the OpenAPI document was uploaded as YAML; ask for format=YAML");
  return std::move(document->content);
}

Result<void> put_open_api(Transaction& tx, Resource const& service, File const& file) {
  if (!file.path.empty() || file.content.size() > max_open_api)
    return too_large(fmt::format("file: an OpenAPI document has at most {} bytes", max_open_api));
  if (!api::parse(api::to_text(Json(file.content)))) return invalid("file", "must be text in UTF-8");
  put_attachment(tx, service.id, open_api, "application/yaml", file.content);
  return {};
}

Result<platform::PricingPlanDto> add_free_plan(Transaction& tx, Resource& service) {
  platform::PricingPlanDto plan;
  plan.id = random_uuid();
  plan.type = platform::PricingPlanType::FREE;
  if (auto const saved = set_pricing_plan(tx, service, plan); !saved) return saved.error();
  return plan;
}

}  // namespace qhub::hub
