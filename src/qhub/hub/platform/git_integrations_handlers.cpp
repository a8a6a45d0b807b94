#include "qhub/platform/git_integrations_handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "qhub/hub/auth/vault.h"
#include "qhub/hub/outbound/fetch.h"
#include "qhub/hub/platform/implementations.h"
#include "qhub/hub/platform/kinds.h"
#include "qhub/hub/platform/mount.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/resource/settings.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/platform/models_codec.h"

namespace qhub::hub {
namespace {

constexpr std::string_view default_gitlab = "https://gitlab.com";
constexpr std::size_t most_repository_pages = 20;
constexpr std::size_t repositories_per_page = 100;

/// A repository that an integration can read, as it was when it was last asked for.
struct CachedRepository {
  std::string url;  ///< "owner/repo"
  std::string ref;
  std::string description;
};

/// What GitLab tells about a token.
struct GitLabAccount {
  std::string username;
  std::vector<CachedRepository> repositories;
};

std::string sealing_context(std::string_view id) {
  return fmt::format("git integration {}", id);
}

/// A document of GitLab's API. Errors: invalid_argument if GitLab cannot be reached or refuses the token.
Result<Json> ask_gitlab(AddressPolicy const& policy, std::string const& url, std::string const& token,
                        std::string const& path) {
  auto const answer = fetch({.url = fmt::format("{}/api/v4/{}", url, path),
                             // As Authorization it is not sent on to another host by a redirect.
                             .headers = {{"Authorization", "Bearer " + token}, {"Accept", "application/json"}}},
                            policy);
  if (!answer && answer.error().kind == ErrorKind::invalid_argument)
    return invalid("gitlabUrl", answer.error().message);
  if (!answer) return answer.error();
  if (answer->status == 401 || answer->status == 403) return invalid("personalAccessToken", "is refused by " + url);
  if (answer->status != 200) return invalid("gitlabUrl", fmt::format("answers with status {}", answer->status));
  auto document = api::parse(answer->body);
  if (!document) return invalid("gitlabUrl", "does not answer as GitLab does");
  return document;
}

Result<GitLabAccount> read_gitlab(AddressPolicy const& policy, std::string const& url, std::string const& token) {
  Result<Json> const user = ask_gitlab(policy, url, token, "user");
  if (!user) {
    // The caller names the address: one that does not answer is as wrong as one that answers with something else.
    ErrorKind const kind = user.error().kind;
    if (kind == ErrorKind::unavailable || kind == ErrorKind::timeout) return invalid("gitlabUrl", user.error().message);
    return user.error();
  }
  auto const username = user->is_object() ? text_member(user->get_object(), "username") : std::nullopt;
  if (!username) return invalid("gitlabUrl", "does not answer as GitLab does");
  GitLabAccount account{.username = *username, .repositories = {}};
  for (std::size_t page = 1; page <= most_repository_pages; ++page) {
    Result<Json> const projects = ask_gitlab(
        policy, url, token,
        fmt::format("projects?membership=true&simple=true&per_page={}&page={}", repositories_per_page, page));
    if (!projects) return projects.error();
    if (!projects->is_array()) return invalid("gitlabUrl", "does not answer as GitLab does");
    for (Json const& project : projects->get_array()) {
      if (!project.is_object()) continue;
      JsonObject const& object = project.get_object();
      auto path = text_member(object, "path_with_namespace");
      if (!path) continue;
      account.repositories.push_back({.url = std::move(*path),
                                      .ref = text_member(object, "default_branch").value_or("main"),
                                      .description = text_member(object, "description").value_or("")});
    }
    if (projects->get_array().size() < repositories_per_page) break;
  }
  return account;
}

JsonObject cached(std::vector<CachedRepository> const& repositories) {
  boost::json::array list;
  for (CachedRepository const& each : repositories)
    list.push_back({{"url", each.url}, {"ref", each.ref}, {"description", each.description}});
  return {{"repositories", std::move(list)}};
}

platform::GitIntegration integration_dto(Resource const& integration) {
  JsonObject document = integration.document;
  document["id"] = integration.id;
  document.erase("sealed");
  return to_wire<platform::GitIntegration>(Json(std::move(document)));
}

std::vector<platform::GitRepositoryDto> repositories_of(Transaction& tx, Resource const& integration) {
  std::vector<platform::GitRepositoryDto> dtos;
  auto const cache = find_setting(tx, integration.tenant_id, "git-repositories/" + integration.id);
  if (!cache) return dtos;
  for (Json const& repository : cache->at("repositories").as_array()) {
    auto& dto = dtos.emplace_back(to_wire<platform::GitRepositoryDto>(repository));
    dto.integration_id = integration.id;
    dto.provider = text_member(integration.document, "type").value_or("GITLAB");
  }
  return dtos;
}

Result<void> check_token(std::string const& token) {
  bool const plain = !token.empty() && token.size() <= 1000 &&
                     std::ranges::all_of(token, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!plain) return invalid("personalAccessToken", "has printable characters of ASCII without spaces");
  return {};
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

class GitIntegrations final : public platform::GitIntegrationsHandlers, ResourceHandlers {
 public:
  explicit GitIntegrations(Platform const& platform)
      : ResourceHandlers(platform.transactions),
        vault_(platform.vault),
        policy_(platform.addresses),
        pool_(platform.pool) {}

  Answer<std::vector<platform::GitIntegration>> get_git_integrations(Call& call) override {
    return read(call, [](Transaction& tx) {
      std::vector<platform::GitIntegration> dtos;
      for (Resource const& integration : list_all(tx, kinds::git_integration, {}))
        dtos.push_back(integration_dto(integration));
      return dtos;
    });
  }
  Answer<platform::GitIntegration> get_git_integration(Call& call, std::string id) override {
    return read(call, kinds::git_integration, id,
                [](Transaction&, Resource const& integration) { return integration_dto(integration); });
  }
  Answer<void> delete_git_integration(Call& call, std::string id) override {
    return write(call, kinds::git_integration, id, Role::owner,
                 [](Transaction& tx, Resource& integration) -> Result<void> {
                   delete_setting(tx, integration.tenant_id, "git-repositories/" + integration.id);
                   remove(tx, integration);
                   return {};
                 });
  }
  Answer<platform::GitIntegration> create_git_hub_integration(Call& call,
                                                              platform::CreateGitHubIntegrationRequest) override {
    return write(call, [](Transaction& tx) -> Result<platform::GitIntegration> {
      if (tx.caller.role < Role::maintainer) return forbidden("this needs the role MAINTAINER in the organization");
      return unsupported("this hub is not registered as an app with GitHub; GitLab takes a token");
    });
  }
  Answer<platform::GitIntegration> create_git_lab_integration(
      Call& call, platform::CreateGitLabIntegrationRequest request) override {
    if (call.principal.role < Role::maintainer)
      co_return forbidden("this needs the role MAINTAINER in the organization");
    if (auto const good = check_token(request.personal_access_token); !good) co_return good.error();
    std::string const url = without_slash(request.gitlab_url.value_or(std::string(default_gitlab)));
    Result<GitLabAccount> const account =
        co_await on_pool(pool_, [&] { return read_gitlab(policy_, url, request.personal_access_token); });
    if (!account) co_return account.error();
    co_return co_await write(call, [&](Transaction& tx) -> Result<platform::GitIntegration> {
      auto integration = create(
          tx, kinds::git_integration,
          {.document = {
               {"type", "GITLAB"}, {"name", request.name}, {"gitlabUrl", url}, {"gitlabUsername", account->username}}});
      if (!integration) return integration.error();
      return keep(tx, *integration, request.personal_access_token, *account);
    });
  }
  Answer<platform::GitIntegration> update_git_lab_integration(
      Call& call, std::string id, platform::UpdateGitLabIntegrationRequest request) override {
    if (auto const good = check_token(request.personal_access_token); !good) co_return good.error();
    Result<std::string> const url = co_await read(call, kinds::git_integration, id, gitlab_url);
    if (!url) co_return url.error();
    Result<GitLabAccount> const account =
        co_await on_pool(pool_, [&] { return read_gitlab(policy_, *url, request.personal_access_token); });
    if (!account) co_return account.error();
    co_return co_await write(call, kinds::git_integration, id, Role::maintainer,
                             [&](Transaction& tx, Resource& integration) -> Result<platform::GitIntegration> {
                               integration.document["name"] = request.name;
                               integration.document["gitlabUsername"] = account->username;
                               return keep(tx, integration, request.personal_access_token, *account);
                             });
  }
  Answer<platform::GitIntegration> sync_git_integration_repositories(Call& call, std::string id) override {
    Result<std::string> const url = co_await read(call, kinds::git_integration, id, gitlab_url);
    if (!url) co_return url.error();
    Result<std::string> const token =
        co_await read(call, kinds::git_integration, id, [this](Transaction&, Resource const& integration) {
          return vault_.open_sealed(text_member(integration.document, "sealed").value_or(""),
                                    sealing_context(integration.id));
        });
    if (!token) co_return token.error();
    Result<GitLabAccount> const account = co_await on_pool(pool_, [&] { return read_gitlab(policy_, *url, *token); });
    if (!account) co_return account.error();
    co_return co_await write(call, kinds::git_integration, id, Role::maintainer,
                             [&](Transaction& tx, Resource& integration) -> Result<platform::GitIntegration> {
                               return keep(tx, integration, *token, *account);
                             });
  }

  Answer<platform::PageResponseGitRepositoryDto> get_git_integration_repositories(
      Call& call, std::string id, platform::GetGitIntegrationRepositoriesRequest request) override {
    return read(call, kinds::git_integration, id, [request](Transaction& tx, Resource const& integration) {
      return page(repositories_of(tx, integration), request);
    });
  }
  Answer<platform::PageResponseGitRepositoryDto> get_git_repositories(
      Call& call, platform::GetGitRepositoriesRequest request) override {
    return read(call, [request](Transaction& tx) {
      std::vector<platform::GitRepositoryDto> all;
      for (Resource const& integration : list_all(tx, kinds::git_integration, {}))
        std::ranges::move(repositories_of(tx, integration), std::back_inserter(all));
      return page(std::move(all), request);
    });
  }

 private:
  /// Errors: forbidden for who may not change the integration: GitLab is asked for nobody else.
  static Result<std::string> gitlab_url(Transaction&, Resource const& integration) {
    if (integration.role < Role::maintainer) return forbidden("this needs the role MAINTAINER on the git integration");
    return text_member(integration.document, "gitlabUrl").value_or(std::string(default_gitlab));
  }

  /// Stores token and repositories with the integration.
  Result<platform::GitIntegration> keep(Transaction& tx, Resource& integration, std::string const& token,
                                        GitLabAccount const& account) const {
    integration.document["sealed"] = vault_.seal(token, sealing_context(integration.id));
    if (auto const saved = save(tx, kinds::git_integration, integration); !saved) return saved.error();
    put_setting(tx, integration.tenant_id, "git-repositories/" + integration.id, cached(account.repositories));
    return integration_dto(integration);
  }

  template <class Request>
  static Result<platform::PageResponseGitRepositoryDto> page(std::vector<platform::GitRepositoryDto> all,
                                                             Request const& request) {
    auto const query = read_list_query(kinds::git_integration, request.page, request.size, request.sort);
    if (!query) return query.error();
    platform::PageResponseGitRepositoryDto dto;
    auto const total = static_cast<std::int64_t>(all.size());
    for (std::int64_t i = query->page * query->size; i < std::min(total, (query->page + 1) * query->size); ++i)
      dto.content.push_back(std::move(all[static_cast<std::size_t>(i)]));
    fill_page(dto, *query, total);
    return dto;
  }

  Vault const& vault_;
  AddressPolicy const& policy_;
  asio::thread_pool& pool_;
};

}  // namespace

Mounted mount_git_integrations(Router& router, Platform const& platform) {
  return mount_new<GitIntegrations>(router, platform_prefix, platform);
}

}  // namespace qhub::hub
