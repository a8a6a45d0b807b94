#include "qhub/platform/implementations_handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "qhub/hub/git/http_backend.h"
#include "qhub/hub/http/problem.h"
#include "qhub/hub/platform/catalogue_handlers.h"
#include "qhub/hub/platform/implementations.h"
#include "qhub/hub/platform/mount.h"
#include "qhub/hub/platform/organizations.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/store/clock.h"

namespace qhub::hub {
namespace {

/// What stands before the repository's name: the organization's name, or the user's with the beginning of his id, since
/// several may have one name.
std::string namespace_of(Transaction& tx) {
  if (auto const organization = find_organization(tx.database, tx.caller.tenant_id)) return organization->name;
  std::string const name = slug_of(tx.caller.name);
  return fmt::format("{}-{}", name.empty() ? "user" : name, tx.caller.user_id.substr(0, 8));
}

Result<Resource> insert_implementation(Transaction& tx, std::string const& id,
                                       platform::CreateImplementationRequest const& request) {
  std::string const repository = slug_of(request.name);
  if (repository.empty()) return invalid("name", "has a letter or a digit");
  std::string const space = namespace_of(tx);
  JsonObject document = to_document(request);
  document["repositoryName"] = repository;
  document["repositoryNamespace"] = space;
  document["repositoryFullPath"] = space + "/" + repository;
  return create(tx, kinds::implementation, {.document = std::move(document), .id = id});
}

class Implementations final : public platform::ImplementationsHandlers, CatalogueHandlers {
 public:
  explicit Implementations(Platform const& platform)
      : CatalogueHandlers(platform.transactions, kinds::implementation, "implementations"),
        data_directory_(platform.data_directory),
        pool_(platform.pool) {}

  Answer<platform::PageResponseImplementationDto> get_implementations(
      Call& call, platform::GetImplementationsRequest request) override {
    return read(call, [&call, request](Transaction& tx) -> Result<platform::PageResponseImplementationDto> {
      auto const found = list_catalogue(tx, kinds::implementation, request.access, request.q, request.page,
                                        request.size, request.sort);
      if (!found) return found.error();
      return to_page<platform::PageResponseImplementationDto>(
          *found, [&](Resource const& implementation) { return dto(call, implementation); });
    });
  }
  Answer<std::vector<platform::ImplementationDto>> get_internal_implementations(Call& call) override {
    return read(call, [&call](Transaction& tx) {
      std::vector<platform::ImplementationDto> dtos;
      for (Resource const& implementation : list_all(tx, kinds::implementation, {.access = Access::internal}))
        dtos.push_back(dto(call, implementation));
      return dtos;
    });
  }
  Answer<platform::ImplementationDto> create_implementation(Call& call,
                                                            platform::CreateImplementationRequest request) override {
    // The repository comes first: an implementation without one would never work, one without the other harms nobody.
    std::string const id = random_uuid();
    std::filesystem::path const directory = repository_of(data_directory_, id);
    Result<void> const made = co_await on_pool(pool_, [&] { return Repository::create(directory); });
    if (!made) co_return made.error();
    Result<platform::ImplementationDto> result =
        co_await write(call, [&](Transaction& tx) -> Result<platform::ImplementationDto> {
          auto const implementation = insert_implementation(tx, id, request);
          if (!implementation) return implementation.error();
          return dto(call, *implementation);
        });
    std::error_code ignored;
    if (!result) std::filesystem::remove_all(directory, ignored);
    co_return result;
  }
  Answer<platform::ImplementationDto> get_implementation(Call& call, std::string id) override {
    return read(call, kinds::implementation, id,
                [&call](Transaction&, Resource const& implementation) { return dto(call, implementation); });
  }
  Answer<void> delete_implementation(Call& call, std::string id) override {
    Result<void> result = co_await write(call, kinds::implementation, id, Role::owner,
                                         [](Transaction& tx, Resource& implementation) -> Result<void> {
                                           remove(tx, implementation);
                                           return {};
                                         });
    std::error_code ignored;
    if (result) std::filesystem::remove_all(repository_of(data_directory_, id), ignored);
    co_return result;
  }
  Answer<void> set_implementation_visibility(Call& call, std::string id,
                                             platform::SetImplementationVisibilityRequest request) override {
    return show(call, std::move(id), request.type);
  }
  Answer<void> update_implementation_summary(Call& call, std::string id,
                                             platform::UpdateImplementationSummaryRequest request) override {
    return change(call, id, request);
  }
  Answer<void> update_implementation_display_name(Call& call, std::string id,
                                                  platform::UpdateImplementationDisplayNameRequest request) override {
    return change(call, id, request);
  }

  Answer<std::vector<platform::AccessPermissionDto>> get_implementation_access_permissions(Call& call,
                                                                                           std::string id) override {
    return permissions(call, std::move(id));
  }
  Answer<void> add_implementation_access_permission(
      Call& call, std::string id, platform::AddImplementationAccessPermissionRequest request) override {
    return permit(call, std::move(id), std::move(request.id), std::move(request.role));
  }
  Answer<void> update_implementation_access_permission(
      Call& call, std::string id, std::string member_id,
      platform::UpdateImplementationAccessPermissionRequest request) override {
    return write(call, kinds::implementation, id, Role::owner,
                 [member_id, request](Transaction& tx, Resource& implementation) -> Result<void> {
                   if (member_id == implementation.tenant_id)
                     return conflict("the one that owns the implementation stays its OWNER");
                   auto grant = find_grant_to(tx, implementation, member_id);
                   if (!grant) return not_found(member_id + " has no permission on this implementation");
                   grant->role = role_of(request.role.text());
                   save_grant(tx, *grant);
                   return {};
                 });
  }
  Answer<void> remove_implementation_access_permission(Call& call, std::string id, std::string member_id) override {
    return forbid(call, std::move(id), std::move(member_id));
  }
  Answer<Response> get_permission_for_implementation(Call& call, std::string slug,
                                                     platform::GetPermissionForImplementationRequest request) override {
    return read(call, [slug, request](Transaction& tx) -> Result<Response> {
      auto const found = request.namespace_
                             ? find_by_name(tx, kinds::implementation, "", *request.namespace_ + "/" + slug)
                             : find(tx, kinds::implementation, slug);
      if (!found || found->role == Role::none) return not_found("there is no implementation " + slug);
      Response response = empty_response();
      response.headers.add("x-access-permission", std::string(role_text(found->role)));
      return response;
    });
  }

  Answer<platform::TreeNode> get_implementation_tree(Call& call, std::string id) override {
    return from_repository(call, id, read_repository_query(call.request), repository_tree);
  }
  Answer<platform::RepositoryMetadata> get_implementation_metadata(Call& call, std::string id) override {
    return from_repository(call, id, read_repository_query(call.request), repository_metadata);
  }
  Answer<std::map<std::string, double>> get_implementation_languages(Call& call, std::string id) override {
    return from_repository(call, id, read_repository_query(call.request), repository_languages);
  }
  Answer<Response> get_implementation_file(Call& call, std::string id, std::string path) override {
    return from_repository(call, id, {path, read_repository_query(call.request).revision}, repository_file);
  }
  Answer<Response> get_implementation_file_info(Call& call, std::string id, std::string path) override {
    return from_repository(call, id, {path, read_repository_query(call.request).revision}, repository_file_info);
  }

  /// git's own protocol: "/<namespace>/<name>.git/<what>". Who may read may clone, who may change may push.
  asio::awaitable<Response> serve(Call& call) {
    auto const& path = call.request.path_parameters;
    std::string name = path.at(1);
    std::string const& what = path.at(2);
    if (name.ends_with(".git")) name.resize(name.size() - 4);
    std::string const& query = call.request.target;
    std::size_t const mark = query.find('?');
    std::string const parameters = mark == std::string::npos ? "" : query.substr(mark + 1);
    bool const pushes = what == "git-receive-pack" || parameters.find("service=git-receive-pack") != std::string::npos;
    std::optional<Resource> found;
    Role role = Role::none;
    transactions_.store().read([&](Connection& database) {
      Transaction tx{.database = database, .caller = call.principal, .now = now_us(), .if_match = {}};
      found = find_by_name(tx, kinds::implementation, "", path.at(0) + "/" + name);
      // git cannot say for which organization its user acts, so every membership counts.
      if (found) role = std::max(found->role, membership_role(database, found->tenant_id, call.principal.user_id));
    });
    if (role < (pushes ? Role::maintainer : Role::viewer)) {
      // git asks its user for a token only if it is told that one is wanted.
      Error error = not_found(fmt::format("there is no repository {}/{}", path.at(0), name));
      if (call.principal.anonymous())
        error = {.kind = ErrorKind::unauthenticated,
                 .message = "git takes the user qhub and a personal access token as password",
                 .details = {}};
      else if (role != Role::none)
        error = forbidden("pushing needs the role MAINTAINER");
      Response response = problem(error, call.request_id);
      if (call.principal.anonymous()) response.headers.set("WWW-Authenticate", "Basic realm=\"qhub\"");
      co_return response;
    }
    GitRequest const request{.root = repositories_of(data_directory_),
                             .path = fmt::format("/{}.git/{}", found->id, what),
                             .query = parameters,
                             .may_push = role >= Role::maintainer};
    Result<Response> answer = co_await on_pool(pool_, [&] { return serve_git(request, call.request); });
    if (!answer) co_return problem(answer.error(), call.request_id);
    co_return std::move(*answer);
  }

 private:
  static platform::ImplementationDto dto(Call const& call, Resource const& implementation) {
    auto dto = to_wire<platform::ImplementationDto>(implementation);
    dto.repository_url = clone_url(call.request, implementation);
    return dto;
  }

  template <class Request>
  Answer<void> change(Call& call, std::string const& id, Request const& request) const {
    return write(call, kinds::implementation, id, Role::maintainer,
                 [request](Transaction& tx, Resource& implementation) {
                   replace_members(implementation.document, request);
                   return save(tx, kinds::implementation, implementation);
                 });
  }

  template <class T>
  Answer<T> from_repository(Call& call, std::string id, RepositoryQuery query,
                            Result<T> (*work)(std::filesystem::path const&, RepositoryQuery const&)) const {
    Result<void> const allowed =
        co_await read(call, kinds::implementation, id, [](Transaction&, Resource const&) { return Result<void>(); });
    if (!allowed) co_return allowed.error();
    std::filesystem::path const directory = repository_of(data_directory_, id);
    co_return co_await on_pool(pool_, [&] { return work(directory, query); });
  }

  std::filesystem::path data_directory_;
  asio::thread_pool& pool_;
};

constexpr api::Operation git_refs{.id = "hub.git.refs",
                                  .method = "GET",
                                  .path = "/{namespace}/{repository}/{path}",
                                  .summary = "Serves git's smart HTTP protocol.",
                                  .multi_segment = true,
                                  .anonymous = true};
constexpr api::Operation git_packs{.id = "hub.git.packs",
                                   .method = "POST",
                                   .path = "/{namespace}/{repository}/{path}",
                                   .summary = "Serves git's smart HTTP protocol.",
                                   .multi_segment = true,
                                   .anonymous = true};

/// Repositories whose implementation is gone: of a hub that died between the two, or of a tenant who was deleted.
void sweep(Platform const& platform) {
  std::error_code error;
  for (auto const& entry : std::filesystem::directory_iterator(repositories_of(platform.data_directory), error)) {
    std::string const id = entry.path().stem().string();
    bool const known = platform.transactions.store().read(
        [&](Connection& database) { return database.query("SELECT 1 FROM resources WHERE id = ?", id).step(); });
    if (!known) std::filesystem::remove_all(entry.path(), error);
  }
}

}  // namespace

Mounted mount_implementations(Router& router, Platform const& platform) {
  sweep(platform);
  auto handlers = std::make_shared<Implementations>(platform);
  mount(router, platform_prefix, *handlers);
  auto const serve = [&handlers = *handlers](Call& call) { return handlers.serve(call); };
  router.add(git_refs, git_prefix, serve);
  router.add(git_packs, git_prefix, serve);
  return handlers;
}

}  // namespace qhub::hub
