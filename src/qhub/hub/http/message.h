#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/http/form.h"

namespace qhub::hub {

namespace asio = boost::asio;

/// Names and values in the order they came; a name may repeat.
using NameValues = std::vector<std::pair<std::string, std::string>>;

/// HTTP header fields: names compare without regard to ASCII case.
class Headers {
 public:
  /// The first field of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name.
  void set(std::string_view name, std::string value);

  [[nodiscard]] NameValues::const_iterator begin() const { return fields_.begin(); }
  [[nodiscard]] NameValues::const_iterator end() const { return fields_.end(); }

 private:
  NameValues fields_;
};

struct Request {
  std::string method;  ///< Upper case.
  std::string target;  ///< As sent: path and query, percent-encoded.
  Headers headers;
  std::string body;
  std::vector<FormPart> parts;  ///< Of a multipart/form-data body, if the server has read it; `body` is empty then.

  /// Filled by the router from `target`.
  std::vector<std::string> path_parameters;  ///< Decoded, in the order of api::Operation::path_parameters.
  NameValues query;                          ///< Decoded; `+` is a space.
};

/// A body that is produced while it is sent.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Number of bytes in all, if known beforehand.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
  /// The next bytes; empty after the last ones. An error ends the connection, so that a cut answer is noticed.
  virtual asio::awaitable<Result<std::string>> next() = 0;
};

struct Response {
  unsigned status = 200;
  Headers headers;
  std::string body;
  std::unique_ptr<BodySource> stream;  ///< If set, sent instead of `body`.
};

/// A document that is already JSON text.
[[nodiscard]] Response json_response(unsigned status, std::string body);
/// 204, or another status without a body.
[[nodiscard]] Response empty_response(unsigned status = 204);
/// 200 with bytes of the given media type.
[[nodiscard]] Response bytes_response(std::string content, std::string media_type = "application/octet-stream");
[[nodiscard]] Response bytes_response(std::unique_ptr<BodySource> source,
                                      std::string media_type = "application/octet-stream");

}  // namespace qhub::hub
