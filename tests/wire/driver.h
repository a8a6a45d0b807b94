#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "qhub/api/codec.h"
#include "qhub/api/operation.h"
#include "qhub/platform.hpp"
#include "qhub/platform_async.hpp"
#include "qhub/quantum.hpp"
#include "qhub/quantum_async.hpp"
#include "qhub/service.hpp"
#include "qhub/service_async.hpp"
#include "qhub/user.hpp"
#include "qhub/user_async.hpp"

/// Calls any operation through its typed client method, told by a line of JSON with wire names. The generator writes
/// one registration per operation; this is what they stand on.
namespace qhub::wire {

/// One client of each kind per API, all of the same server.
class Clients {
 public:
  Clients(std::string const& base_url, std::string const& token, std::string const& organization_id);

  HubQuantumClient const& quantum() const { return quantum_; }
  HubPlatformClient const& platform() const { return platform_; }
  HubServiceClient const& service() const { return service_; }
  HubUserClient const& user() const { return user_; }
  AsyncHubQuantumClient const& async_quantum() const { return async_quantum_; }
  AsyncHubPlatformClient const& async_platform() const { return async_platform_; }
  AsyncHubServiceClient const& async_service() const { return async_service_; }
  AsyncHubUserClient const& async_user() const { return async_user_; }

  /// Runs a call to its end.
  template <class T>
  T wait(boost::asio::awaitable<T> call) const {
    std::optional<T> result;
    wait(keep(std::move(call), result));
    return *std::move(result);
  }
  void wait(boost::asio::awaitable<void> call) const;

 private:
  template <class T>
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<T> call, std::optional<T>& result) {
    result = co_await std::move(call);
  }

  mutable boost::asio::io_context context_;
  HubQuantumClient quantum_;
  HubPlatformClient platform_;
  HubServiceClient service_;
  HubUserClient user_;
  AsyncHubQuantumClient async_quantum_;
  AsyncHubPlatformClient async_platform_;
  AsyncHubServiceClient async_service_;
  AsyncHubUserClient async_user_;
};

/// One line told: {"operation", "path", "query", "body", "files", "async"}.
class Invocation {
 public:
  Invocation(api::Operation const& operation, Json const& line) : operation_(operation), line_(line.as_object()) {}

  std::string path(std::size_t index) const;

  template <class Request>
  Request request() const {
    Request request;
    fill(api::describe<Request>(), &request);
    return request;
  }

  template <class T>
  std::string answer(T const& value) const {
    return api::encode(value);
  }
  std::string answer(Headers const& headers) const;
  std::string nothing() const { return "null"; }
  /// The pieces that `call` hands to its sink, as one JSON string.
  std::string collect(std::function<void(ByteSink const&)> const& call) const;

 private:
  void fill(api::Object const& fields, void* request) const;

  api::Operation const& operation_;
  JsonObject const& line_;
};

using Call = std::function<std::string(Clients const&, Invocation const&)>;

/// Makes an operation known to the driver.
struct Registration {
  Registration(api::Operation const& operation, Call call, Call async_call);
};

/// Answers one line with one line; every failure is an answer too.
std::string drive(Clients const& clients, std::string_view line);

}  // namespace qhub::wire
