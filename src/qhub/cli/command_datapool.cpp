#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "qhub/cli/commands.h"
#include "qhub/cli/output.h"
#include "qhub/cli/remote.h"
#include "qhub/cli/transfer.h"
#include "qhub/platform/data_pools_client.h"
#include "qhub/platform/models_codec.h"

namespace qhub::cli {
namespace {

constexpr Positional id_of_pool{"ID", "The data pool's id, as `qhubctl datapool list` prints it."};
constexpr Positional file_in_pool{"FILE", "Id or name of a file in it."};

platform::DataPoolsClient pools(Arguments const& arguments) {
  return platform::DataPoolsClient(platform_api(arguments));
}

ExitCode list(Arguments const& arguments) {
  print_list(arguments, to_json(pools(arguments).get_data_pools()),
             {{"ID", "id"}, {"NAME", "name"}, {"CREATED", "createdAt"}, {"DESCRIPTION", "shortDescription"}});
  return ExitCode::done;
}

ExitCode get(Arguments const& arguments) {
  print_document(arguments, to_json(pools(arguments).get_data_pool(arguments.at("ID"))));
  return ExitCode::done;
}

ExitCode create(Arguments const& arguments) {
  platform::CreateDataPoolRequest request;
  request.name = arguments.at("NAME");
  request.short_description = arguments.find("description");
  if (auto tags = arguments.all("tag"); !tags.empty()) request.tags = std::move(tags);
  platform::DataPoolDto const pool = pools(arguments).create_data_pool(request);
  print_created(arguments, to_json(pool));
  return ExitCode::done;
}

ExitCode files(Arguments const& arguments) {
  print_list(
      arguments, to_json(pools(arguments).get_data_pool_files(arguments.at("ID"))),
      {{"ID", "id"}, {"NAME", "name"}, {"BYTES", "contentLength"}, {"TYPE", "contentType"}, {"CREATED", "createdAt"}});
  return ExitCode::done;
}

ExitCode upload(Arguments const& arguments) {
  std::error_code error;
  for (std::string const& path : arguments.all("PATH")) {
    auto const size = std::filesystem::file_size(path, error);
    if (error) throw UsageError{fmt::format("cannot read {}: {}", path, error.message())};
    platform::AddDataPoolFileRequest request;
    request.file = File::at(path);
    TransferLine const line(TransferLine::Direction::upload, path, size);
    print(pools(arguments).add_data_pool_file(arguments.at("ID"), request).id.value_or("") + "\n");
  }
  return ExitCode::done;
}

platform::DataPoolFileDto find_file(platform::DataPoolsClient const& client, Arguments const& arguments) {
  for (platform::DataPoolFileDto& file : client.get_data_pool_files(arguments.at("ID")))
    if (file.id == arguments.at("FILE") || file.name == arguments.at("FILE")) return std::move(file);
  throw Failure{ExitCode::not_found,
                fmt::format("there is no file '{}' in data pool {}", arguments.at("FILE"), arguments.at("ID"))};
}

ExitCode download(Arguments const& arguments) {
  platform::DataPoolsClient const client = pools(arguments);
  platform::DataPoolFileDto const file = find_file(client, arguments);
  std::string const path =
      arguments.find("file").value_or(std::filesystem::path(file.name.value_or("download")).filename().string());
  {
    TransferLine const line(TransferLine::Direction::download, path,
                            static_cast<std::uint64_t>(std::max<std::int64_t>(0, file.content_length.value_or(0))));
    client.get_data_pool_file(arguments.at("ID"), file.id.value_or(""), ToFile{.path = path});
  }
  print(path + "\n");
  return ExitCode::done;
}

ExitCode remove_file(Arguments const& arguments) {
  platform::DataPoolsClient const client = pools(arguments);
  client.delete_data_pool_file(arguments.at("ID"), find_file(client, arguments).id.value_or(""));
  std::cerr << fmt::format("Removed {}\n", arguments.at("FILE"));
  return ExitCode::done;
}

ExitCode remove(Arguments const& arguments) {
  pools(arguments).delete_data_pool(arguments.at("ID"));
  std::cerr << fmt::format("Deleted {}\n", arguments.at("ID"));
  return ExitCode::done;
}

}  // namespace

Noun const noun_datapool{
    "datapool",
    "Data pools: files for services.",
    {{.name = "datapool list",
      .summary = "Lists data pools.",
      .prints = true,
      .examples = {"qhubctl datapool list"},
      .run = list},
     {.name = "datapool get",
      .summary = "Shows a data pool.",
      .positionals = {id_of_pool},
      .prints = true,
      .examples = {"qhubctl datapool get $POOL"},
      .run = get},
     {.name = "datapool create",
      .summary = "Makes a data pool and prints its id.",
      .positionals = {{"NAME", "A name for it."}},
      .options = {{"description", "TEXT", "What it is for."},
                  {.name = "tag", .value = "TEXT", .help = "A tag; may be given several times.", .repeats = true}},
      .prints = true,
      .examples = {"qhubctl datapool create measurements --tag 2026"},
      .run = create},
     {.name = "datapool files",
      .summary = "Lists the files of a data pool.",
      .positionals = {id_of_pool},
      .prints = true,
      .examples = {"qhubctl datapool files $POOL"},
      .run = files},
     {.name = "datapool upload",
      .summary = "Adds files to a data pool and prints their ids.",
      .positionals = {id_of_pool, {"PATH", "The files to send.", true, true}},
      .examples = {"qhubctl datapool upload $POOL data.csv"},
      .run = upload},
     {.name = "datapool download",
      .summary = "Fetches a file of a data pool; a download that broke off goes on where it was.",
      .positionals = {id_of_pool, file_in_pool},
      .options = {{"file", "FILE", "Where to write it. Its own name unless given."}},
      .examples = {"qhubctl datapool download $POOL data.csv --file copy.csv"},
      .run = download},
     {.name = "datapool remove",
      .summary = "Removes a file from a data pool.",
      .positionals = {id_of_pool, file_in_pool},
      .examples = {"qhubctl datapool remove $POOL data.csv"},
      .run = remove_file},
     {.name = "datapool delete",
      .summary = "Deletes a data pool with its files.",
      .positionals = {id_of_pool},
      .examples = {"qhubctl datapool delete $POOL"},
      .run = remove}}};

}  // namespace qhub::cli
