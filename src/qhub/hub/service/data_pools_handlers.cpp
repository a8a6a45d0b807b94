#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <system_error>

#include "qhub/hub/http/file_response.h"
#include "qhub/hub/service/kinds.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/resource/list.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/service/data_pools.h"
#include "qhub/hub/service/mount.h"
#include "qhub/platform/data_pool_grants_handlers.h"
#include "qhub/platform/data_pools_handlers.h"
#include "qhub/platform/models_codec.h"

namespace qhub::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t grant_seconds = 3600;
constexpr std::size_t max_file_name = 255;

platform::DataPoolFileDto to_dto(DataPoolFileRow const& row) {
  platform::DataPoolFileDto dto;
  dto.id = row.id;
  dto.data_pool_id = row.pool_id;
  dto.name = row.name;
  dto.full_path = fmt::format("{}/{}", row.pool_id, row.name);
  dto.content_type = row.content_type;
  dto.content_length = row.content_length;
  dto.created_at = wire_time(row.created_at);
  return dto;
}

/// The document of a request, with its tags in lower case.
template <class Request>
JsonObject pool_document(Request const& request) {
  JsonObject document = to_document(request);
  if (Json* const tags = document.if_contains("tags"); tags && tags->is_array())
    for (Json& tag : tags->get_array())
      if (tag.is_string()) tag = boost::algorithm::to_lower_copy(std::string(tag.get_string()));
  return document;
}

Result<void> check_file_name(std::string_view name) {
  bool const is_good = !name.empty() && name.size() <= max_file_name && name.front() != '.' &&
                       name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
  if (is_good) return {};
  return invalid("filename", fmt::format("must have 1 to {} bytes, no slash, and not begin with '.'", max_file_name));
}

class DataPools final : public platform::DataPoolsHandlers, ResourceHandlers {
 public:
  explicit DataPools(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<std::vector<platform::DataPoolDto>> get_data_pools(Call& call) override {
    return read(call, [](Transaction& tx) {
      return to_wire_list<platform::DataPoolDto>(list_all(tx, kinds::data_pool, {}));
    });
  }
  Answer<platform::DataPoolDto> get_data_pool(Call& call, std::string id) override {
    return read(call, kinds::data_pool, id,
                [](Transaction&, Resource const& pool) { return to_wire<platform::DataPoolDto>(pool); });
  }
  Answer<platform::DataPoolDto> create_data_pool(Call& call, platform::CreateDataPoolRequest request) override {
    return write(call, [request](Transaction& tx) -> Result<platform::DataPoolDto> {
      auto const pool = create(tx, kinds::data_pool, {.document = pool_document(request)});
      if (!pool) return pool.error();
      return to_wire<platform::DataPoolDto>(*pool);
    });
  }
  Answer<platform::DataPoolDto> update_data_pool(Call& call, std::string id,
                                                 platform::UpdateDataPoolRequest request) override {
    return write(call, kinds::data_pool, id, Role::maintainer,
                 [request](Transaction& tx, Resource& pool) -> Result<platform::DataPoolDto> {
                   pool.document = pool_document(request);
                   if (auto const saved = save(tx, kinds::data_pool, pool); !saved) return saved.error();
                   return to_wire<platform::DataPoolDto>(pool);
                 });
  }
  Answer<void> delete_data_pool(Call& call, std::string id) override {
    Result<void> const deleted =
        co_await write(call, kinds::data_pool, id, Role::owner, [](Transaction& tx, Resource& pool) -> Result<void> {
          delete_pool_files(tx.database, pool.id);
          remove(tx, pool);
          return {};
        });
    std::error_code ignored;
    if (deleted) fs::remove_all(host_.files().pool(id), ignored);
    co_return deleted;
  }

  Answer<std::vector<platform::DataPoolFileDto>> get_data_pool_files(Call& call, std::string id) override {
    return read(call, kinds::data_pool, id, [](Transaction& tx, Resource const& pool) {
      std::vector<platform::DataPoolFileDto> files;
      for (DataPoolFileRow const& row : list_pool_files(tx.database, pool.id)) files.push_back(to_dto(row));
      return files;
    });
  }
  /// The bytes are on disk already, if they are many: they are moved, not read.
  Answer<platform::DataPoolFileDto> add_data_pool_file(Call& call, std::string id,
                                                       platform::AddDataPoolFileRequest request) override {
    std::string const name = request.filename.value_or(request.file.filename);
    if (auto const checked = check_file_name(name); !checked) co_return checked.error();
    auto const find_it = [id](Transaction& tx) { return get(tx, kinds::data_pool, id, Role::maintainer); };
    auto const pool = co_await read(call, find_it);
    if (!pool) co_return pool.error();
    fs::path const incoming = host_.files().incoming() / random_uuid();
    if (auto const kept = keep(request.file, incoming); !kept) co_return kept.error();
    std::error_code error;
    DataPoolFileRow const row{
        .id = random_uuid(),
        .pool_id = id,
        .name = name,
        .content_type = request.file.content_type.empty() ? "application/octet-stream" : request.file.content_type,
        .content_length = static_cast<std::int64_t>(fs::file_size(incoming, error)),
        .created_at = 0};
    fs::path const target = host_.files().pool(id) / name;
    auto const store_it = [row, incoming, target](Transaction& tx, Resource&) -> Result<platform::DataPoolFileDto> {
                         DataPoolFileRow complete = row;
                         complete.created_at = tx.now;
                         if (auto const inserted = insert_pool_file(tx.database, complete); !inserted)
                           return inserted.error();
                         if (auto const made = make_shared_directory(target.parent_path()); !made) return made.error();
                         std::error_code failure;
                         fs::rename(incoming, target, failure);
                         if (failure)
                           return Error{ErrorKind::unavailable, "the file cannot be kept: " + failure.message(), {}};
                         return to_dto(complete);
                       };
    Result<platform::DataPoolFileDto> stored =
        co_await write(call, kinds::data_pool, id, Role::maintainer, store_it);
    fs::remove(incoming, error);
    co_return stored;
  }
  Answer<hub::Response> get_data_pool_file(Call& call, std::string id, std::string file_id) override {
    return read(call, kinds::data_pool, id,
                [this, &call, file_id](Transaction& tx, Resource const& pool) -> Result<Response> {
                  auto const row = find_pool_file(tx.database, pool.id, file_id);
                  if (!row) return not_found(fmt::format("data pool {} has no file {}", pool.id, file_id));
                  return file_response(call.request, host_.files().pool(pool.id), row->name, row->content_type);
                });
  }
  Answer<void> delete_data_pool_file(Call& call, std::string id, std::string file_id) override {
    auto const forget_it = [file_id](Transaction& tx, Resource& pool) -> Result<std::string> {
                                       auto row = find_pool_file(tx.database, pool.id, file_id);
                                       if (!row)
                                         return not_found(fmt::format("data pool {} has no file {}", pool.id, file_id));
                                       delete_pool_file(tx.database, row->id);
                                       return std::move(row->name);
                                     };
    auto const name = co_await write(call, kinds::data_pool, id, Role::maintainer, forget_it);
    if (!name) co_return name.error();
    fs::path const path(*name);
    Descriptor const folder = open_below(host_.files().pool(id), path.parent_path() / ".", O_PATH | O_DIRECTORY);
    ::unlinkat(folder.get(), path.filename().c_str(), 0);
    co_return Result<void>();
  }

 private:
  static Result<void> keep(File const& file, fs::path const& target) {
    std::error_code error;
    if (file.path.empty()) {
      if (auto const written = write_file(target, file.content); !written) return written.error();
    } else {
      fs::rename(file.path, target, error);
      if (error) fs::copy_file(file.path, target, error = {});
      if (error) return Error{ErrorKind::unavailable, "the file cannot be kept: " + error.message(), {}};
    }
    // Services may run as other users; nobody else gets as far as this directory.
    ::chmod(target.c_str(), 0666);
    if (!make_durable(target)) return Error{ErrorKind::unavailable, "the file cannot be kept", {}};
    return {};
  }

  ServiceHost& host_;
};

class DataPoolGrants final : public platform::DataPoolGrantsHandlers, ResourceHandlers {
 public:
  explicit DataPoolGrants(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<platform::DataPoolGrant> create_data_pool_grant(Call& call, std::string id,
                                                         platform::CreateDataPoolGrantRequest request) override {
    return read(call, kinds::data_pool, id,
                [this, request](Transaction& tx, Resource const& pool) -> Result<platform::DataPoolGrant> {
                  std::string const permission = request.permission;
                  Role const needed = permission == "VIEW"     ? Role::viewer
                                      : permission == "MODIFY" ? Role::maintainer
                                      : permission == "GRANT"  ? Role::owner
                                                               : Role::none;
                  if (needed == Role::none) return invalid("permission", "is VIEW, MODIFY or GRANT");
                  if (pool.role < needed)
                    return forbidden(fmt::format("you have the role {} in this data pool, and {} takes {}",
                                                 role_text(pool.role), permission, role_text(needed)));
                  auto const application = get(tx, kinds::application, request.application_id);
                  if (!application) return invalid("applicationId", "is no application of yours");
                  platform::DataPoolGrant dto;
                  dto.token = host_.grants().sign({.pool_id = pool.id,
                                                   .application_id = application->id,
                                                   .permission = permission,
                                                   .expires_at = tx.now / 1'000'000 + grant_seconds});
                  return dto;
                });
  }

 private:
  ServiceHost& host_;
};

}  // namespace

Mounted mount_data_pools(Router& router, ServiceApi const& api) {
  return std::make_shared<std::vector<Mounted>>(std::vector{
      mount_new<DataPools>(router, platform_prefix, api), mount_new<DataPoolGrants>(router, platform_prefix, api)});
}

}  // namespace qhub::hub
