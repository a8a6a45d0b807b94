#pragma once

#include <string>
#include <utility>

#include "qhub/base/error.h"

/// The expected failures of operations on resources.
namespace qhub::hub {

inline Error not_found(std::string message) {
  return {.kind = ErrorKind::not_found, .message = std::move(message), .details = {}};
}
inline Error forbidden(std::string message) {
  return {.kind = ErrorKind::forbidden, .message = std::move(message), .details = {}};
}
inline Error conflict(std::string message) {
  return {.kind = ErrorKind::conflict, .message = std::move(message), .details = {}};
}
/// Well-formed, but what it asks for is not to be had here.
inline Error unsupported(std::string message) {
  return {.kind = ErrorKind::unsupported, .message = std::move(message), .details = {}};
}
inline Error too_large(std::string message) {
  return {.kind = ErrorKind::too_large, .message = std::move(message), .details = {}};
}
/// A wrong value of the parameter or member `field`.
inline Error invalid(std::string field, std::string message) {
  std::string text = field + " " + message;
  return {.kind = ErrorKind::invalid_argument,
          .message = std::move(text),
          .details = {{std::move(field), std::move(message)}}};
}

}  // namespace qhub::hub
