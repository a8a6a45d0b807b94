#include "wire/driver.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <future>
#include <iterator>
#include <map>
#include <stdexcept>

#include "qhub/api/request_codec.h"

namespace qhub::wire {
namespace {

struct Entry {
  api::Operation const* operation;
  Call call, async_call;
};

std::map<std::string_view, Entry>& entries() {
  static std::map<std::string_view, Entry> all;
  return all;
}

std::string read_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string failure(std::string_view error, int status, std::string_view message) {
  return api::to_text(JsonObject{{"ok", false}, {"error", error}, {"status", status}, {"message", message}});
}

std::string_view class_of(ApiError const& error) {
  switch (error.status_code()) {
    case 400:
      return "BadRequestError";
    case 401:
      return "UnauthorizedError";
    case 403:
      return "ForbiddenError";
    case 404:
      return "NotFoundError";
    case 409:
      return "ConflictError";
    case 413:
      return "ContentTooLargeError";
    case 415:
      return "UnsupportedMediaTypeError";
    case 422:
      return "UnprocessableEntityError";
    case 429:
      return "TooManyRequestsError";
    case 500:
      return "InternalServerError";
    case 502:
      return "BadGatewayError";
    default:
      return "ApiError";
  }
}

}  // namespace

Clients::Clients(std::string const& base_url, std::string const& token, std::string const& organization_id)
    : quantum_({.api_key = token, .organization_id = organization_id, .base_url = base_url}),
      platform_({.api_key = token, .organization_id = organization_id, .base_url = base_url}),
      service_({.token = token, .base_url = base_url}),
      user_({.api_key = token, .base_url = base_url}),
      async_quantum_({.api_key = token, .organization_id = organization_id, .base_url = base_url}),
      async_platform_({.api_key = token, .organization_id = organization_id, .base_url = base_url}),
      async_service_({.token = token, .base_url = base_url}),
      async_user_({.api_key = token, .base_url = base_url}) {}

void Clients::wait(boost::asio::awaitable<void> call) const {
  std::future<void> done = boost::asio::co_spawn(context_, std::move(call), boost::asio::use_future);
  context_.restart();
  context_.run();
  done.get();
}

std::string Invocation::path(std::size_t index) const {
  return std::string(line_.at("path").as_object().at(operation_.path_parameters[index]).as_string());
}

void Invocation::fill(api::Object const& fields, void* request) const {
  api::Parameters query;
  if (auto const* values = line_.if_contains("query"))
    for (auto const& [name, value] : values->as_object()) api::append_query(std::string(name), value, query);
  auto const* body = line_.if_contains("body");
  std::optional<File> file;
  if (auto const* files = line_.if_contains("files"))
    for (auto const& [field, path] : files->as_object()) {
      std::string const name(path.as_string());
      file = File{.content = read_file(name), .filename = name.substr(name.rfind('/') + 1)};
    }
  auto const read = api::decode_request(operation_, fields, request, query, body ? api::to_text(*body) : "", file);
  if (!read) throw std::invalid_argument(read.error().message);
  // An optional field is set or absent; a caller who wants it null says so in the extras.
  if (auto const* members = body ? body->if_object() : nullptr; members && fields.has_extras)
    for (auto const& [name, value] : *members)
      if (value.is_null())
        (*reinterpret_cast<JsonObject*>(static_cast<std::byte*>(request) + fields.extras_offset))[name] = nullptr;
}

std::string Invocation::answer(Headers const& headers) const {
  JsonObject object;
  for (auto const& [name, value] : headers) object[name] = value;
  return api::to_text(object);
}

std::string Invocation::collect(std::function<void(ByteSink const&)> const& call) const {
  std::string bytes;
  call([&](std::string_view piece) { bytes += piece; });
  return api::to_text(Json(bytes));
}

Registration::Registration(api::Operation const& operation, Call call, Call async_call) {
  entries().emplace(operation.id, Entry{&operation, std::move(call), std::move(async_call)});
}

std::string drive(Clients const& clients, std::string_view line) try {
  Result<Json> const json = api::parse(line);
  if (!json) return failure("std::invalid_argument", 0, json.error().message);
  auto const id = json->as_object().at("operation").as_string();
  auto const entry = entries().find(std::string_view(id));
  if (entry == entries().end()) return failure("std::invalid_argument", 0, "no operation is called so");
  auto const* const asynchronous = json->as_object().if_contains("async");
  Call const& call = asynchronous && asynchronous->as_bool() ? entry->second.async_call : entry->second.call;
  std::string const answer = call(clients, Invocation(*entry->second.operation, *json));
  return R"({"ok":true,"answer":)" + answer + "}";
} catch (ApiError const& error) {
  return failure(class_of(error), error.status_code(), error.what());
} catch (ParsingError const& error) {
  return failure("ParsingError", error.response().status, error.what());
} catch (TimeoutError const& error) {
  return failure("TimeoutError", 0, error.what());
} catch (ConnectionError const& error) {
  return failure("ConnectionError", 0, error.what());
} catch (std::exception const& error) {
  return failure("std::exception", 0, error.what());
}

}  // namespace qhub::wire
