#include "qhub/sdk/internal/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "qhub/sdk/internal/file_download.h"
#include "qhub/sdk/internal/function_sink.h"

namespace qhub::sdk {
namespace {

/// Some answers that the contract calls a page are a bare list, or a single entry, on other servers.
bool is_list_or_entry(std::string_view json) {
  api::Reader reader(json);
  if (reader.peek() == api::Reader::Kind::array) return true;
  bool has_id = false;
  if (reader.peek() != api::Reader::Kind::object || !reader.begin_object()) return false;
  for (std::string_view name; reader.next_member(name); reader.skip()) {
    if (name == "content") return false;
    has_id = has_id || name == "id";
  }
  return has_id;
}

std::string as_page(std::string_view json) {
  std::string_view const list = json.substr(std::min(json.find_first_not_of(" \t\r\n"), json.size()));
  return list.starts_with('[') ? fmt::format(R"({{"content":{}}})", list) : fmt::format(R"({{"content":[{}]}})", list);
}

}  // namespace

void read_answer(api::Operation const& operation, HttpResponse response, api::Codec const& codec, bool is_page,
                 void* answer) {
  if (is_page && is_list_or_entry(response.body)) response.body = as_page(response.body);
  api::Reader reader(response.body);
  codec.decode(reader, answer);
  Result<void> const read = std::move(reader).finish("the document");
  if (read) return;
  std::string const why = response.body.empty() ? "it is empty" : read.error().message;
  throw ParsingError(
      fmt::format("{} {}: the answer is not what the contract promises: {}", operation.method, operation.path, why),
      std::move(response));
}

HttpResponse stream(Connection const& connection, api::Operation const& operation, api::WireRequest request,
                    ByteSink const& sink, RequestOptions const& options) {
  FunctionSink receiver(sink);
  return connection.exchange(operation, std::move(request), options, &receiver);
}

HttpResponse stream(Connection const& connection, api::Operation const& operation, api::WireRequest request,
                    ToFile const& file, RequestOptions const& options) {
  FileDownload download(file, options);
  for (;;) {
    try {
      HttpResponse response = connection.exchange(operation, request, download.next_options(), &download);
      download.finish();
      return response;
    } catch (HubError const& failure) {
      download.after_failure(failure);
    }
  }
}

api::WireRequest fetch_request(std::string_view path, std::optional<std::string> body) {
  if (!path.empty() && (!path.starts_with('/') || path.starts_with("//")))
    throw std::invalid_argument(fmt::format("fetch: '{}' is no path below the base URL; it begins with one /", path));
  std::size_t const query = std::min(path.find('?'), path.size());
  return {.path = std::string(path.substr(0, query)),
          .query = api::decode_query(path.substr(std::min(query + 1, path.size()))),
          .body = std::move(body),
          .file = {}};
}

HttpResponse fetch(Connection const& connection, std::string_view method, std::string_view path,
                   std::optional<std::string> body, RequestOptions const& options) {
  api::Operation const operation{.id = "fetch", .method = method, .path = path, .summary = {}};
  return connection.exchange(operation, fetch_request(path, std::move(body)), options);
}

}  // namespace qhub::sdk
