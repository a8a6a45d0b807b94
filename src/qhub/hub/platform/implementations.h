#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "qhub/hub/git/repository.h"
#include "qhub/hub/http/router.h"
#include "qhub/hub/resource/resource.h"
#include "qhub/platform/models.h"

/// What the namespaces `implementations` and `marketplace` and the git protocol have in common: repositories.
namespace qhub::hub {

/// Where git clones from and pushes to, below the hub's address.
inline constexpr std::string_view git_prefix = "/git";

/// The folder with the repositories, each named by the id of its implementation.
[[nodiscard]] std::filesystem::path repositories_of(std::filesystem::path const& data_directory);
[[nodiscard]] std::filesystem::path repository_of(std::filesystem::path const& data_directory, std::string_view id);

/// The address that the request was sent to: "http://127.0.0.1:8765".
[[nodiscard]] std::string own_address(Request const& request);

/// Address to clone from.
[[nodiscard]] std::string clone_url(Request const& request, Resource const& implementation);

/// `path` and `ref` of the query, which narrow what is read of a repository.
struct RepositoryQuery {
  std::string path;
  std::string revision;
};
[[nodiscard]] RepositoryQuery read_repository_query(Request const& request);

[[nodiscard]] Result<platform::TreeNode> repository_tree(std::filesystem::path const& directory,
                                                         RepositoryQuery const& query);
/// The bytes of a file with the headers that describe it.
[[nodiscard]] Result<Response> repository_file(std::filesystem::path const& directory, RepositoryQuery const& query);
/// 204 with these headers.
[[nodiscard]] Result<Response> repository_file_info(std::filesystem::path const& directory,
                                                    RepositoryQuery const& query);
[[nodiscard]] Result<platform::RepositoryMetadata> repository_metadata(std::filesystem::path const& directory,
                                                                       RepositoryQuery const& query);
[[nodiscard]] Result<std::map<std::string, double>> repository_languages(std::filesystem::path const& directory,
                                                                         RepositoryQuery const& query);

/// Runs what reads files or waits for another program on the pool, so that the thread that serves others goes on.
template <class Work>
asio::awaitable<std::invoke_result_t<Work&>> on_pool(asio::thread_pool& pool, Work work) {
  std::optional<std::invoke_result_t<Work&>> outcome;
  auto const run = [&]() -> asio::awaitable<void> {
    outcome.emplace(work());
    co_return;
  };
  co_await asio::co_spawn(pool, run(), asio::use_awaitable);
  co_return std::move(*outcome);
}

}  // namespace qhub::hub
