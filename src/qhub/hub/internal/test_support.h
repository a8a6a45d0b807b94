#pragma once

#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <future>
#include <optional>
#include <string>

#include "qhub/hub/http/router.h"

/// What the hub's tests share.
namespace qhub::hub {

/// A directory that lives as long as the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "qhub-test.XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(TemporaryDirectory const&) = delete;
  TemporaryDirectory& operator=(TemporaryDirectory const&) = delete;
  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Runs a coroutine to its end.
template <class T>
T await(asio::awaitable<T> awaitable) {
  asio::io_context context;
  std::optional<T> result;
  auto const keep = [&]() -> asio::awaitable<void> { result.emplace(co_await std::move(awaitable)); };
  std::future<void> const done = asio::co_spawn(context, keep(), asio::use_future);
  context.run();
  return std::move(*result);
}

/// Asks a router, without a socket.
inline Response ask(Router& router, std::string method, std::string target, std::string token = {},
                    std::string body = {}, NameValues const& headers = {}) {
  Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  if (!token.empty()) request.headers.add("X-Auth-Token", std::move(token));
  for (auto const& [name, value] : headers) request.headers.add(name, value);
  return await(router.serve(std::move(request)));
}

inline boost::json::value json_of(Response const& response) {
  return boost::json::parse(response.body);
}

}  // namespace qhub::hub
