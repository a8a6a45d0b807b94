#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qhub/api/file.h"

namespace qhub {

/// HTTP header fields in the order they came. Names compare without regard to ASCII case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  /// The first field of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);

  bool empty() const { return fields_.empty(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

  bool operator==(Headers const&) const = default;

 private:
  std::vector<Field> fields_;
};

/// Gets the bytes of an answer in pieces, in order.
using ByteSink = std::function<void(std::string_view)>;

/// One attempt of a call, ready to be sent.
struct HttpRequest {
  std::string method;
  std::string url;
  Headers headers;
  std::optional<std::string> body;  ///< Bytes as they are; `headers` says what they are.
  std::optional<File> file;         ///< Instead of `body`: multipart/form-data with the part `file`.
  /// Longest wait for the connection, and then for each next byte in either direction.
  std::chrono::milliseconds timeout{60'000};
};

struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;  ///< Decoded from its transfer and content encodings.
};

/// Sends one request over the network. Implement it to run the SDK over another HTTP library, or over none in tests.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends the request and waits for the answer; redirects are answers. May be called by several threads at once.
  /// \param sink  if set, gets the body of a 2xx answer instead of HttpResponse::body.
  /// \throws ConnectionError, TimeoutError
  virtual HttpResponse send(HttpRequest const& request, ByteSink const* sink) = 0;
};

}  // namespace qhub
