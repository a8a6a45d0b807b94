#include "qhub/platform/use_cases_handlers.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "qhub/hub/platform/catalogue_handlers.h"
#include "qhub/hub/platform/demos.h"
#include "qhub/hub/platform/mount.h"

namespace qhub::hub {
namespace {

constexpr std::string_view collection = "use-cases";

platform::UseCaseAuthorDto author_dto(Transaction& tx, Resource const& use_case, Resource const& author) {
  auto dto = to_wire<platform::UseCaseAuthorDto>(author);
  if (has_attachment(tx, author.id, image_name))
    dto.image_url = fmt::format("{}/{}/{}/authors/{}/image", platform_prefix, collection, use_case.id, author.id);
  return dto;
}

std::vector<platform::UseCaseAuthorDto> author_dtos(Transaction& tx, Resource const& use_case) {
  std::vector<platform::UseCaseAuthorDto> dtos;
  for (Resource const& author : parts(tx, kinds::author, use_case)) dtos.push_back(author_dto(tx, use_case, author));
  return dtos;
}

std::optional<std::string> logo_url(Transaction& tx, Resource const& use_case) {
  if (!has_attachment(tx, use_case.id, image_name)) return std::nullopt;
  return fmt::format("{}/{}/{}/logo", platform_prefix, collection, use_case.id);
}

platform::UseCaseDto use_case_dto(Transaction& tx, Resource const& use_case) {
  auto dto = to_wire<platform::UseCaseDto>(use_case);
  dto.logo = logo_url(tx, use_case);
  dto.authors = author_dtos(tx, use_case);
  dto.sketches = sketch_dtos(tx, collection, use_case);
  dto.owners = owners_of(tx, use_case);
  return dto;
}

platform::UseCaseOverviewDto overview_dto(Transaction& tx, Resource const& use_case) {
  auto dto = to_wire<platform::UseCaseOverviewDto>(use_case);
  dto.logo = logo_url(tx, use_case);
  dto.authors = author_dtos(tx, use_case);
  return dto;
}

/// There is one main author at most: the one named last.
Result<void> keep_one_main_author(Transaction& tx, Resource const& use_case, Resource const& author) {
  Json const* const main = author.document.if_contains("mainAuthor");
  if (!main || !main->is_bool() || !main->get_bool()) return {};
  for (Resource& other : parts(tx, kinds::author, use_case)) {
    if (other.id == author.id || !other.document.contains("mainAuthor")) continue;
    other.document["mainAuthor"] = false;
    if (auto const saved = save(tx, kinds::author, other); !saved) return saved.error();
  }
  return {};
}

class UseCases final : public platform::UseCasesHandlers, CatalogueHandlers {
 public:
  explicit UseCases(Platform const& platform)
      : CatalogueHandlers(platform.transactions, kinds::use_case, collection) {}

  Answer<platform::PageResponseUseCaseOverviewDto> get_use_cases(Call& call,
                                                                 platform::GetUseCasesRequest request) override {
    return read(call, [request](Transaction& tx) -> Result<platform::PageResponseUseCaseOverviewDto> {
      auto const found =
          list_catalogue(tx, kinds::use_case, request.access, request.q, request.page, request.size, request.sort);
      if (!found) return found.error();
      return to_page<platform::PageResponseUseCaseOverviewDto>(
          *found, [&](Resource const& use_case) { return overview_dto(tx, use_case); });
    });
  }
  Answer<platform::UseCaseDto> create_use_case(Call& call, platform::CreateUseCaseRequest request) override {
    return write(call, [request](Transaction& tx) -> Result<platform::UseCaseDto> {
      JsonObject document = to_document(request);
      document["status"] = platform::UseCaseStatus::INITIAL.text;
      auto const use_case = create(tx, kinds::use_case, {.document = std::move(document)});
      if (!use_case) return use_case.error();
      return use_case_dto(tx, *use_case);
    });
  }
  Answer<platform::UseCaseDto> get_use_case(Call& call, std::string id) override {
    return read(call, kinds::use_case, id, use_case_dto);
  }
  Answer<platform::UseCaseDto> update_use_case(Call& call, std::string id,
                                               platform::UpdateUseCaseRequest request) override {
    return write(call, kinds::use_case, id, Role::maintainer,
                 [request](Transaction& tx, Resource& use_case) -> Result<platform::UseCaseDto> {
                   std::string const status = text_member(use_case.document, "status").value_or("INITIAL");
                   replace_members(use_case.document, request);
                   if (!request.status) use_case.document["status"] = status;
                   if (auto const saved = save(tx, kinds::use_case, use_case); !saved) return saved.error();
                   return use_case_dto(tx, use_case);
                 });
  }
  Answer<void> delete_use_case(Call& call, std::string id) override {
    return write(call, kinds::use_case, id, Role::owner, [](Transaction& tx, Resource& use_case) -> Result<void> {
      remove(tx, use_case);
      return {};
    });
  }
  Answer<void> set_use_case_visibility(Call& call, std::string id,
                                       platform::SetUseCaseVisibilityRequest request) override {
    return show(call, std::move(id), request.type);
  }

  Answer<platform::SketchDto> create_use_case_sketch(Call& call, std::string id,
                                                     platform::CreateUseCaseSketchRequest request) override {
    return make_sketch(call, std::move(id), std::move(request.description));
  }
  Answer<platform::SketchDto> get_use_case_sketch(Call& call, std::string id, std::string sketch_id) override {
    return sketch(call, std::move(id), std::move(sketch_id));
  }
  Answer<platform::SketchDto> update_use_case_sketch(Call& call, std::string id, std::string sketch_id,
                                                     platform::UpdateUseCaseSketchRequest request) override {
    return change_sketch(call, std::move(id), std::move(sketch_id), std::move(request.description));
  }
  Answer<void> delete_use_case_sketch(Call& call, std::string id, std::string sketch_id) override {
    return remove_part(call, kinds::sketch, std::move(id), std::move(sketch_id));
  }
  Answer<Response> get_use_case_sketch_image(Call& call, std::string id, std::string sketch_id) override {
    return part_image(call, kinds::sketch, std::move(id), std::move(sketch_id));
  }
  Answer<void> upload_use_case_sketch_image(Call& call, std::string id, std::string sketch_id,
                                            platform::UploadUseCaseSketchImageRequest request) override {
    return put_part_image(call, kinds::sketch, std::move(id), std::move(sketch_id), std::move(request.file));
  }

  Answer<Response> get_use_case_logo(Call& call, std::string id) override {
    return read(call, kinds::use_case, id,
                [](Transaction& tx, Resource const& use_case) { return image_response(tx, use_case.id); });
  }
  Answer<void> upload_use_case_logo(Call& call, std::string id, platform::UploadUseCaseLogoRequest request) override {
    return write(call, kinds::use_case, id, Role::maintainer,
                 [request](Transaction& tx, Resource& use_case) { return put_image(tx, use_case.id, request.file); });
  }

  Answer<std::vector<platform::UseCaseAuthorDto>> get_use_case_authors(Call& call, std::string id) override {
    return read(call, kinds::use_case, id, author_dtos);
  }
  Answer<platform::UseCaseAuthorDto> create_use_case_author(Call& call, std::string id,
                                                            platform::CreateUseCaseAuthorRequest request) override {
    return write(call, kinds::use_case, id, Role::maintainer,
                 [request](Transaction& tx, Resource& use_case) -> Result<platform::UseCaseAuthorDto> {
                   auto const author =
                       create(tx, kinds::author, {.document = to_document(request), .parent = &use_case});
                   if (!author) return author.error();
                   if (auto const kept = keep_one_main_author(tx, use_case, *author); !kept) return kept.error();
                   return author_dto(tx, use_case, *author);
                 });
  }
  Answer<platform::UseCaseAuthorDto> get_use_case_author(Call& call, std::string id, std::string author_id) override {
    return read(call, kinds::use_case, id,
                [author_id](Transaction& tx, Resource const& use_case) -> Result<platform::UseCaseAuthorDto> {
                  auto const author = get_part(tx, kinds::author, use_case, author_id);
                  if (!author) return author.error();
                  return author_dto(tx, use_case, *author);
                });
  }
  Answer<platform::UseCaseAuthorDto> update_use_case_author(Call& call, std::string id, std::string author_id,
                                                            platform::UpdateUseCaseAuthorRequest request) override {
    return write(call, kinds::use_case, id, Role::maintainer,
                 [author_id, request](Transaction& tx, Resource& use_case) -> Result<platform::UseCaseAuthorDto> {
                   auto author = get_part(tx, kinds::author, use_case, author_id);
                   if (!author) return author.error();
                   replace_members(author->document, request);
                   if (auto const saved = save(tx, kinds::author, *author); !saved) return saved.error();
                   if (auto const kept = keep_one_main_author(tx, use_case, *author); !kept) return kept.error();
                   return author_dto(tx, use_case, *author);
                 });
  }
  Answer<void> delete_use_case_author(Call& call, std::string id, std::string author_id) override {
    return remove_part(call, kinds::author, std::move(id), std::move(author_id));
  }
  Answer<Response> get_use_case_author_image(Call& call, std::string id, std::string author_id) override {
    return part_image(call, kinds::author, std::move(id), std::move(author_id));
  }
  Answer<void> upload_use_case_author_image(Call& call, std::string id, std::string author_id,
                                            platform::UploadUseCaseAuthorImageRequest request) override {
    return put_part_image(call, kinds::author, std::move(id), std::move(author_id), std::move(request.file));
  }
  Answer<void> delete_use_case_author_image(Call& call, std::string id, std::string author_id) override {
    return write(call, kinds::use_case, id, Role::maintainer,
                 [author_id](Transaction& tx, Resource& use_case) -> Result<void> {
                   auto const author = get_part(tx, kinds::author, use_case, author_id);
                   if (!author) return author.error();
                   delete_attachment(tx, author->id, image_name);
                   return {};
                 });
  }

  Answer<std::vector<platform::AlgorithmDto>> get_linked_algorithms_by_use_case(Call& call, std::string id) override {
    return read(call, kinds::use_case, id, [](Transaction& tx, Resource const& use_case) {
      std::vector<platform::AlgorithmDto> dtos;
      for (Resource const& algorithm : visible(linked_from(tx, links::use_case_algorithm, use_case)))
        dtos.push_back(algorithm_dto(tx, algorithm));
      return dtos;
    });
  }
  Answer<void> link_algorithm_to_use_case(Call& call, std::string id, std::string algorithm_id) override {
    return link_to(call, id, links::use_case_algorithm, kinds::algorithm, algorithm_id);
  }
  Answer<void> unlink_algorithm_from_use_case(Call& call, std::string id, std::string algorithm_id) override {
    return unlink_from(call, id, links::use_case_algorithm, kinds::algorithm, algorithm_id);
  }
  Answer<std::vector<platform::ServiceDto>> get_linked_services_by_use_case(Call& call, std::string id) override {
    return read(call, kinds::use_case, id, [](Transaction& tx, Resource const& use_case) {
      return to_wire_list<platform::ServiceDto>(visible(linked_from(tx, links::use_case_service, use_case)));
    });
  }
  Answer<void> link_service_to_use_case(Call& call, std::string id, std::string service_definition_id) override {
    return link_to(call, id, links::use_case_service, kinds::service, service_definition_id);
  }
  Answer<void> unlink_service_from_use_case(Call& call, std::string id, std::string service_definition_id) override {
    return unlink_from(call, id, links::use_case_service, kinds::service, service_definition_id);
  }

  Answer<std::vector<platform::AccessPermissionDto>> get_use_case_access_permissions(Call& call,
                                                                                     std::string id) override {
    return permissions(call, std::move(id));
  }
  Answer<void> add_use_case_access_permission(Call& call, std::string id,
                                              platform::AddUseCaseAccessPermissionRequest request) override {
    return permit(call, std::move(id), std::move(request.sid), std::move(request.access_permission_role));
  }
  Answer<void> remove_use_case_access_permission(Call& call, std::string id, std::string sid) override {
    return forbid(call, std::move(id), std::move(sid));
  }

  Answer<platform::DemoWithStatus> get_use_case_demo(Call& call, std::string id) override {
    return read(call, kinds::use_case, id, get_demo);
  }
  Answer<platform::DemoWithStatus> create_use_case_demo(Call& call, std::string id,
                                                        platform::CreateUseCaseDemoRequest request) override {
    return write(call, kinds::use_case, id, Role::maintainer,
                 [request](Transaction& tx, Resource& use_case) { return create_demo(tx, use_case, request); });
  }
  Answer<platform::DemoWithStatus> update_use_case_demo_integration(
      Call& call, std::string id, platform::UpdateUseCaseDemoIntegrationRequest request) override {
    return write(call, kinds::use_case, id, Role::maintainer, [request](Transaction& tx, Resource& use_case) {
      return set_demo_integration(tx, use_case, request.git_integration_id);
    });
  }
  Answer<platform::DemoWithStatus> update_use_case_demo_environment(
      Call& call, std::string id, platform::UpdateUseCaseDemoEnvironmentRequest request) override {
    return write(call, kinds::use_case, id, Role::maintainer, [request](Transaction& tx, Resource& use_case) {
      return set_demo_environment(tx, use_case, request.environment);
    });
  }
  Answer<void> delete_use_case_demo(Call& call, std::string id) override {
    return write(call, kinds::use_case, id, Role::maintainer, delete_demo);
  }
  Answer<void> trigger_use_case_demo_build(Call& call, std::string id) override {
    return write(call, kinds::use_case, id, Role::maintainer, build_demo);
  }
  Answer<std::vector<platform::LogEntry>> get_use_case_demo_runtime_logs(Call& call, std::string id) override {
    return read(call, kinds::use_case, id, no_logs);
  }
  Answer<std::vector<platform::LogEntry>> get_use_case_demo_build_logs(Call& call, std::string id) override {
    return read(call, kinds::use_case, id, no_logs);
  }

 private:
  /// What was never built has said nothing.
  static Result<std::vector<platform::LogEntry>> no_logs(Transaction& tx, Resource const& use_case) {
    if (auto const demo = find_demo(tx, use_case); !demo) return demo.error();
    return std::vector<platform::LogEntry>();
  }

  Answer<void> link_to(Call& call, std::string const& id, std::string_view meaning, Kind const& kind,
                       std::string const& other) const {
    return write(call, kinds::use_case, id, Role::maintainer,
                 [meaning, &kind, other](Transaction& tx, Resource& use_case) -> Result<void> {
                   auto const target = get(tx, kind, other);
                   if (!target) return target.error();
                   link(tx, meaning, use_case, *target);
                   return {};
                 });
  }
  Answer<void> unlink_from(Call& call, std::string const& id, std::string_view meaning, Kind const& kind,
                           std::string const& other) const {
    return write(call, kinds::use_case, id, Role::maintainer,
                 [meaning, &kind, other](Transaction& tx, Resource& use_case) -> Result<void> {
                   auto const target = find(tx, kind, other);
                   if (!target || !unlink(tx, meaning, use_case, *target))
                     return not_found(fmt::format("the use case {} has no link to {}", use_case.id, other));
                   return {};
                 });
  }
};

}  // namespace

Mounted mount_use_cases(Router& router, Platform const& platform) {
  return mount_new<UseCases>(router, platform_prefix, platform);
}

}  // namespace qhub::hub
