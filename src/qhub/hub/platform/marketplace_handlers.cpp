#include "qhub/platform/marketplace_handlers.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "qhub/hub/platform/catalogue.h"
#include "qhub/hub/platform/demos.h"
#include "qhub/hub/platform/implementations.h"
#include "qhub/hub/platform/mount.h"
#include "qhub/hub/service/service_documents.h"

namespace qhub::hub {
namespace {

/// A public resource. Errors: not_found also for one that exists but is not public.
Result<Resource> get_public(Transaction& tx, Kind const& kind, std::string const& id) {
  auto found = find(tx, kind, id);
  if (!found || found->visibility != "PUBLIC")
    return not_found(fmt::format("the marketplace has no {} {}", kind.name, id));
  return std::move(*found);
}

template <class Request>
Result<ListPage> list_public(Transaction& tx, Kind const& kind, Request const& request) {
  auto query = read_list_query(kind, request.page, request.size, request.sort);
  if (!query) return query.error();
  query->access = Access::everyone;
  return list(tx, kind, *query);
}

std::vector<platform::MarketplaceAlgorithmAuthorDto> algorithm_authors(Transaction& tx, Resource const& algorithm) {
  std::vector<platform::MarketplaceAlgorithmAuthorDto> authors(1);
  authors[0].id = algorithm.tenant_id;
  authors[0].name = tenant_name(tx.database, algorithm.tenant_id);
  return authors;
}

std::vector<platform::MarketplaceSketchDto> sketches_of(Transaction& tx, Resource const& parent) {
  return to_wire_list<platform::MarketplaceSketchDto>(parts(tx, kinds::sketch, parent));
}

platform::MarketplaceAlgorithmOverviewDto algorithm_overview(Transaction& tx, Resource const& algorithm) {
  auto dto = to_wire<platform::MarketplaceAlgorithmOverviewDto>(algorithm);
  dto.authors = algorithm_authors(tx, algorithm);
  return dto;
}

std::vector<std::string> public_ids(std::vector<Resource> const& resources) {
  std::vector<std::string> ids;
  for (Resource const& resource : resources)
    if (resource.visibility == "PUBLIC") ids.push_back(resource.id);
  return ids;
}

platform::MarketplaceAlgorithmDetailsDto algorithm_details(Transaction& tx, Resource const& algorithm) {
  auto dto = to_wire<platform::MarketplaceAlgorithmDetailsDto>(algorithm);
  dto.authors = algorithm_authors(tx, algorithm);
  dto.sketches = sketches_of(tx, algorithm);
  dto.use_case_ids = public_ids(linked_to(tx, links::use_case_algorithm, algorithm));
  dto.algorithm_relations.emplace();
  for (Resource const& relation : parts(tx, kinds::algorithm_relation, algorithm)) {
    if (public_ids(linked_from(tx, links::relation_to_algorithm, relation)).empty()) continue;
    auto& entry = dto.algorithm_relations->emplace_back(to_wire<platform::MarketplaceAlgorithmRelationDto>(relation));
    entry.algorithm_relation_type_id = text_member(relation.document, "relationTypeId");
  }
  return dto;
}

std::vector<platform::MarketplaceUseCaseAuthorDto> use_case_authors(Transaction& tx, Resource const& use_case) {
  std::vector<platform::MarketplaceUseCaseAuthorDto> dtos;
  for (Resource const& author : parts(tx, kinds::author, use_case)) {
    auto& dto = dtos.emplace_back(to_wire<platform::MarketplaceUseCaseAuthorDto>(author));
    if (has_attachment(tx, author.id, image_name))
      dto.image_url =
          fmt::format("{}/marketplace/use-cases/{}/authors/{}/image", platform_prefix, use_case.id, author.id);
  }
  return dtos;
}

platform::MarketplaceUseCaseOverviewDto use_case_overview(Transaction& tx, Resource const& use_case) {
  auto dto = to_wire<platform::MarketplaceUseCaseOverviewDto>(use_case);
  dto.authors = use_case_authors(tx, use_case);
  return dto;
}

platform::MarketplaceUseCaseDetailsDto use_case_details(Transaction& tx, Resource const& use_case) {
  auto dto = to_wire<platform::MarketplaceUseCaseDetailsDto>(use_case);
  dto.authors = use_case_authors(tx, use_case);
  dto.sketches = sketches_of(tx, use_case);
  dto.algorithm_ids = public_ids(linked_from(tx, links::use_case_algorithm, use_case));
  dto.service_definition_ids = public_ids(linked_from(tx, links::use_case_service, use_case));
  return dto;
}

/// The one definition of a service, which holds most of what there is to tell.
JsonObject definition_of(Resource const& service) {
  Json const* const definitions = service.document.if_contains("serviceDefinitions");
  if (!definitions || !definitions->is_array() || definitions->get_array().empty()) return service.document;
  return definitions->get_array().front().as_object();
}

/// What overview and details have in common.
template <class Dto>
Dto service_dto(Transaction& tx, Resource const& service) {
  JsonObject const definition = definition_of(service);
  JsonObject merged = definition;
  for (auto const& [name, value] : service.document)
    if (name != "serviceDefinitions") merged[name] = value;
  Dto dto = to_wire<Dto>(Json(merged));
  dto.extras.clear();
  dto.id = text_member(definition, "id").value_or(service.id);
  dto.service_id = service.id;
  dto.provider_id = service.tenant_id;
  dto.provider_name = tenant_name(tx.database, service.tenant_id);
  if (auto type = text_member(definition, "type")) dto.service_type = std::move(*type);
  dto.stars = 0;  // no operation gives any
  Json const* const plans = definition.if_contains("pricingPlans");
  if (plans && plans->is_array() && !plans->get_array().empty())
    if (auto type = text_member(plans->get_array().front().as_object(), "type"))
      dto.pricing_plan_type = std::move(*type);
  return dto;
}

platform::MarketplaceServiceDetailsDto service_details(Transaction& tx, Resource const& service) {
  auto dto = service_dto<platform::MarketplaceServiceDetailsDto>(tx, service);
  JsonObject const definition = definition_of(service);
  dto.lifecycle = service.state;
  dto.starred_by_user = false;
  Json const* const plans = definition.if_contains("pricingPlans");
  if (plans && plans->is_array() && !plans->get_array().empty())
    dto.pricing_plan = to_wire<platform::PricingPlanDto>(plans->get_array().front());
  return dto;
}

class Marketplace final : public platform::MarketplaceHandlers, ResourceHandlers {
  template <class Page, class Request, class Convert>
  Answer<Page> page(Call& call, Kind const& kind, Request const& request, Convert convert) const {
    return read(call, [&kind, request, convert](Transaction& tx) -> Result<Page> {
      auto const found = list_public(tx, kind, request);
      if (!found) return found.error();
      return to_page<Page>(*found, [&](Resource const& resource) { return convert(tx, resource); });
    });
  }

  template <class Work>
  auto one(Call& call, Kind const& kind, std::string id, Work work) const {
    using Outcome = AsResult<std::invoke_result_t<Work&, Transaction&, Resource const&>>;
    return read(call, [&kind, id, work](Transaction& tx) mutable -> Outcome {
      auto const found = get_public(tx, kind, id);
      if (!found) return found.error();
      return work(tx, *found);
    });
  }

  template <class T>
  Answer<T> from_repository(Call& call, std::string id, RepositoryQuery query,
                            Result<T> (*work)(std::filesystem::path const&, RepositoryQuery const&)) const {
    Result<void> const allowed =
        co_await one(call, kinds::implementation, id, [](Transaction&, Resource const&) { return Result<void>(); });
    if (!allowed) co_return allowed.error();
    std::filesystem::path const directory = repository_of(data_directory_, id);
    co_return co_await on_pool(pool_, [&] { return work(directory, query); });
  }

 public:
  explicit Marketplace(Platform const& platform)
      : ResourceHandlers(platform.transactions), data_directory_(platform.data_directory), pool_(platform.pool) {}

  Answer<platform::PageResponseMarketplaceAlgorithmOverviewDto> get_marketplace_algorithms(
      Call& call, platform::GetMarketplaceAlgorithmsRequest request) override {
    return page<platform::PageResponseMarketplaceAlgorithmOverviewDto>(call, kinds::algorithm, request,
                                                                       algorithm_overview);
  }
  Answer<platform::MarketplaceAlgorithmDetailsDto> get_marketplace_algorithm(Call& call, std::string id) override {
    return one(call, kinds::algorithm, id, algorithm_details);
  }
  Answer<Response> get_marketplace_algorithm_sketch_image(Call& call, std::string id, std::string sketch_id) override {
    return one(call, kinds::algorithm, id, [sketch_id](Transaction& tx, Resource const& algorithm) {
      return part_image(tx, kinds::sketch, algorithm, sketch_id);
    });
  }

  Answer<platform::PageResponseMarketplaceUseCaseOverviewDto> get_marketplace_use_cases(
      Call& call, platform::GetMarketplaceUseCasesRequest request) override {
    return page<platform::PageResponseMarketplaceUseCaseOverviewDto>(call, kinds::use_case, request, use_case_overview);
  }
  Answer<platform::MarketplaceUseCaseDetailsDto> get_marketplace_use_case(Call& call, std::string id) override {
    return one(call, kinds::use_case, id, use_case_details);
  }
  Answer<Response> get_marketplace_use_case_sketch_image(Call& call, std::string id, std::string sketch_id) override {
    return one(call, kinds::use_case, id, [sketch_id](Transaction& tx, Resource const& use_case) {
      return part_image(tx, kinds::sketch, use_case, sketch_id);
    });
  }
  Answer<Response> get_marketplace_use_case_author_image(Call& call, std::string id, std::string author_id) override {
    return one(call, kinds::use_case, id, [author_id](Transaction& tx, Resource const& use_case) {
      return part_image(tx, kinds::author, use_case, author_id);
    });
  }

  Answer<platform::PageResponseMarketplaceServiceOverviewDto> get_marketplace_services(
      Call& call, platform::GetMarketplaceServicesRequest request) override {
    return page<platform::PageResponseMarketplaceServiceOverviewDto>(
        call, kinds::service, request, service_dto<platform::MarketplaceServiceOverviewDto>);
  }
  Answer<platform::MarketplaceServiceDetailsDto> get_marketplace_service(Call& call, std::string id) override {
    return one(call, kinds::service, id, service_details);
  }
  Answer<std::string> get_marketplace_service_openapi(Call& call, std::string id,
                                                      platform::GetMarketplaceServiceOpenapiRequest request) override {
    return one(call, kinds::service, id, [request](Transaction& tx, Resource const& service) {
      return open_api_of(tx, service, request.format);
    });
  }

  Answer<platform::PageResponseMarketplaceImplementationOverviewDto> get_marketplace_implementations(
      Call& call, platform::GetMarketplaceImplementationsRequest request) override {
    return page<platform::PageResponseMarketplaceImplementationOverviewDto>(
        call, kinds::implementation, request, [](Transaction&, Resource const& implementation) {
          return to_wire<platform::MarketplaceImplementationOverviewDto>(implementation);
        });
  }
  Answer<platform::MarketplaceImplementationDetailsDto> get_marketplace_implementation(Call& call,
                                                                                       std::string id) override {
    return one(call, kinds::implementation, id, [&call](Transaction&, Resource const& implementation) {
      auto dto = to_wire<platform::MarketplaceImplementationDetailsDto>(implementation);
      dto.repository_url = clone_url(call.request, implementation);
      return dto;
    });
  }
  Answer<platform::TreeNode> get_tree(Call& call, std::string id) override {
    return from_repository(call, id, read_repository_query(call.request), repository_tree);
  }
  Answer<platform::RepositoryMetadata> get_metadata(Call& call, std::string id) override {
    return from_repository(call, id, read_repository_query(call.request), repository_metadata);
  }
  Answer<std::map<std::string, double>> get_languages(Call& call, std::string id) override {
    return from_repository(call, id, read_repository_query(call.request), repository_languages);
  }
  Answer<Response> get_file(Call& call, std::string id, std::string path) override {
    return from_repository(call, id, {path, read_repository_query(call.request).revision}, repository_file);
  }
  Answer<Response> get_file_info(Call& call, std::string id, std::string path) override {
    return from_repository(call, id, {path, read_repository_query(call.request).revision}, repository_file_info);
  }

 private:
  std::filesystem::path data_directory_;
  asio::thread_pool& pool_;
};

}  // namespace

Mounted mount_marketplace(Router& router, Platform const& platform) {
  return mount_new<Marketplace>(router, platform_prefix, platform);
}

}  // namespace qhub::hub
