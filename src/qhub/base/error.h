#pragma once

#include <string>
#include <vector>

namespace qhub {

/// What code branches on. The hub maps each kind to one HTTP status, the CLI to one exit code.
enum class ErrorKind {
  invalid_argument,    ///< A value the caller gave is wrong; `Error::details` name the fields.
  syntax,              ///< A document does not parse; `Error::details` name the places.
  unsupported,         ///< Well-formed, but outside what this backend, engine or format can do.
  unauthenticated,     ///< No credential, or one nobody knows.
  forbidden,           ///< A known caller without the right.
  not_found,           ///< No such object, or none that the caller may see.
  conflict,            ///< The object is in a state that does not allow this.
  too_large,           ///< Over a limit of size; the message names the limit.
  rate_limited,        ///< Over a limit of frequency or quota.
  resource_exhausted,  ///< The machine has not enough memory or disk for this.
  cancelled,           ///< Somebody asked for the work to stop.
  timeout,             ///< A time limit passed.
  unavailable,         ///< Not now; worth repeating later.
  internal,            ///< A defect on our side.
};

/// One field or one place in a document at fault.
struct ErrorDetail {
  std::string where;    ///< A JSON path ("input.circuit[3].targets") or a source position ("bell.qasm:4:11").
  std::string message;  ///< What is wrong there and what was expected.
};

/// An expected failure as a value. Text we wrote and text a peer sent never share a field.
struct Error {
  ErrorKind kind = ErrorKind::internal;  ///< What code branches on.
  std::string message;               ///< Our words, fit for a log: which operation, which field, what to do.
  std::vector<ErrorDetail> details;  ///< One entry per field or place at fault; empty if the message says all.
};

}  // namespace qhub
