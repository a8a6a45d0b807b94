#pragma once

#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "qhub/api/codec.h"
#include "qhub/api/operation.h"
#include "qhub/platform.hpp"
#include "qhub/quantum.hpp"
#include "qhub/service.hpp"
#include "qhub/user.hpp"

/// Calls any operation through its typed client method, told by a line of JSON with wire names. The generator writes
/// one registration per operation; this is what they stand on.
namespace qhub::wire {

/// One client per API, all of the same server.
class Clients {
 public:
  Clients(std::string const& base_url, std::string const& token, std::string const& organization_id);

  HubQuantumClient const& quantum() const { return quantum_; }
  HubPlatformClient const& platform() const { return platform_; }
  HubServiceClient const& service() const { return service_; }
  HubUserClient const& user() const { return user_; }

 private:
  HubQuantumClient quantum_;
  HubPlatformClient platform_;
  HubServiceClient service_;
  HubUserClient user_;
};

/// One line told: {"operation", "path", "query", "body", "files"}.
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
  Registration(api::Operation const& operation, Call call);
};

/// Answers one line with one line; every failure is an answer too.
std::string drive(Clients const& clients, std::string_view line);

}  // namespace qhub::wire
