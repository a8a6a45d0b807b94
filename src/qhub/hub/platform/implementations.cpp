#include "qhub/hub/platform/implementations.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace qhub::hub {

std::filesystem::path repositories_of(std::filesystem::path const& data_directory) {
  return data_directory / "repositories";
}

std::filesystem::path repository_of(std::filesystem::path const& data_directory, std::string_view id) {
  return repositories_of(data_directory) / (std::string(id) + ".git");
}

std::string own_address(Request const& request) {
  std::string_view const host =
      request.headers.find("X-Forwarded-Host").value_or(request.headers.find("Host").value_or("localhost"));
  return fmt::format("{}://{}", request.headers.find("X-Forwarded-Proto").value_or("http"), host);
}

std::string clone_url(Request const& request, Resource const& implementation) {
  return fmt::format("{}{}/{}.git", own_address(request), git_prefix, implementation.name);
}

RepositoryQuery read_repository_query(Request const& request) {
  RepositoryQuery query;
  for (auto const& [name, value] : request.query) {
    if (name == "path") query.path = value;
    if (name == "ref") query.revision = value;
  }
  while (query.path.starts_with('/')) query.path.erase(0, 1);
  while (query.path.ends_with('/')) query.path.pop_back();
  return query;
}

Result<platform::TreeNode> repository_tree(std::filesystem::path const& directory, RepositoryQuery const& query) {
  auto const repository = Repository::open(directory);
  if (!repository) return repository.error();
  auto const tree = repository->tree(query.revision, query.path);
  if (!tree) return tree.error();
  auto const fill = [](auto& node, Repository::Entry const& entry) {
    node.id = entry.id;
    node.mode = entry.mode;
    node.name = entry.name;
    node.path = entry.path;
    node.type = entry.type;
  };
  platform::TreeNode node;
  fill(node, tree->self);
  node.children.emplace();
  for (Repository::Entry const& entry : tree->entries) fill(node.children->emplace_back(), entry);
  return node;
}

namespace {

void describe(Response& response, Repository const& repository, RepositoryQuery const& query,
              Repository::FileInfo const& info) {
  response.headers.add("x-file-path", info.entry.path);
  response.headers.add("x-file-name", info.entry.name);
  response.headers.add("x-file-size", std::to_string(info.size));
  response.headers.add("x-file-encoding", "base64");
  response.headers.add("x-blob-id", info.entry.id);
  response.headers.add("x-commit-id", info.commit_id);
  response.headers.add("x-last-commit-id", info.last_commit_id);
  response.headers.add("x-ref", query.revision.empty() ? repository.default_branch() : query.revision);
}

}  // namespace

Result<Response> repository_file(std::filesystem::path const& directory, RepositoryQuery const& query) {
  auto const repository = Repository::open(directory);
  if (!repository) return repository.error();
  auto const info = repository->file_info(query.revision, query.path);
  if (!info) return info.error();
  auto content = repository->file(query.revision, query.path);
  if (!content) return std::move(content).error();
  Response response = bytes_response(std::move(*content));
  describe(response, *repository, query, *info);
  return response;
}

Result<Response> repository_file_info(std::filesystem::path const& directory, RepositoryQuery const& query) {
  auto const repository = Repository::open(directory);
  if (!repository) return repository.error();
  auto const info = repository->file_info(query.revision, query.path);
  if (!info) return info.error();
  Response response = empty_response();
  describe(response, *repository, query, *info);
  return response;
}

Result<platform::RepositoryMetadata> repository_metadata(std::filesystem::path const& directory,
                                                         RepositoryQuery const& query) {
  auto const repository = Repository::open(directory);
  if (!repository) return repository.error();
  auto const found = repository->metadata(query.revision);
  if (!found) return found.error();
  platform::RepositoryMetadata metadata;
  metadata.statistics.emplace().commit_count = found->commits;
  if (!found->license_path.empty()) {
    platform::License& license = metadata.license.emplace();
    license.key = license.name = found->license.value_or("other");
    license.source_url = found->license_path;
  }
  return metadata;
}

Result<std::map<std::string, double>> repository_languages(std::filesystem::path const& directory,
                                                           RepositoryQuery const& query) {
  auto const repository = Repository::open(directory);
  if (!repository) return repository.error();
  return repository->languages(query.revision);
}

}  // namespace qhub::hub
