#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qhub/api/file.h"

namespace qhub {

/// HTTP header fields in the order they came. Names compare without regard to ASCII case.
class Headers {
 public:
  /// Name and value.
  using Field = std::pair<std::string, std::string>;

  /// No fields.
  Headers() = default;
  /// These fields, in this order.
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  /// The first field of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  /// Adds a field behind those there are, of the same name or not.
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name.
  void set(std::string_view name, std::string value);
  /// Removes every field of that name.
  void remove(std::string_view name);

  /// Whether there are no fields.
  bool empty() const { return fields_.empty(); }
  /// The fields, to iterate over.
  auto begin() const { return fields_.begin(); }
  /// Behind the last field.
  auto end() const { return fields_.end(); }

  /// Equal fields in the same order.
  bool operator==(Headers const&) const = default;

 private:
  std::vector<Field> fields_;
};

/// Gets the bytes of an answer in pieces, in order.
using ByteSink = std::function<void(std::string_view)>;

/// The name of a file to write the bytes of an answer to. They go to `<path>.part` until all have come. A download that
/// breaks off goes on where it was, now or in a later call, if the server can do that (RFC 9110, section 14) and the
/// content has not changed meanwhile by its ETag or its date.
struct ToFile {
  std::string path;    ///< UTF-8. An existing file is replaced when the download is complete.
  bool resume = true;  ///< Whether to go on with a `.part` that an earlier call left behind.
};

/// Takes the body of a success answer as it arrives.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// The head of the answer, before its first piece.
  virtual void begin(int status, Headers const& headers) = 0;
  /// The next bytes. What it throws ends the call and is passed on.
  virtual void write(std::string_view piece) = 0;
};

/// One attempt of a call, ready to be sent.
struct HttpRequest {
  std::string method;               ///< Upper case.
  std::string url;                  ///< Absolute and percent-encoded.
  Headers headers;                  ///< Complete but for what the transport knows better: Host, lengths, multipart.
  std::optional<std::string> body;  ///< Bytes as they are; `headers` says what they are.
  std::optional<File> file;         ///< Instead of `body`: multipart/form-data with the part `file`.
  /// Longest wait for the connection, and then for each next byte in either direction.
  std::chrono::milliseconds timeout{60'000};
  /// When the whole attempt has to be over.
  std::optional<std::chrono::steady_clock::time_point> deadline = {};
  /// Ends the attempt early.
  std::stop_token stop = {};
};

/// What came back.
struct HttpResponse {
  int status = 0;   ///< 200 and so on.
  Headers headers;  ///< Of the answer; none of its 1xx forerunners.
  std::string body;  ///< Decoded from its transfer and content encodings.
};

/// Sends one request over the network. Implement it to run the SDK over another HTTP library, or over none in tests.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends the request and waits for the answer; redirects are answers. May be called by several threads at once.
  /// \param sink  if set, gets the body of a 2xx answer instead of HttpResponse::body.
  /// \throws ConnectionError, TimeoutError, CancelledError
  virtual HttpResponse send(HttpRequest const& request, BodySink* sink) = 0;
};

}  // namespace qhub
