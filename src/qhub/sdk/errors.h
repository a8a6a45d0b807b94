#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "qhub/sdk/http.h"

namespace qhub {

/// Base of everything the SDK throws about a call.
class HubError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The server answered with a status that is no success. The class tells the status, whatever the body.
class ApiError : public HubError {
 public:
  /// \param call  for the message: method and path, e.g. "POST /jobs".
  ApiError(std::string_view call, HttpResponse response);

  int status_code() const { return response_.status; }             ///< 404, for instance.
  Headers const& headers() const { return response_.headers; }  ///< Of the answer.
  /// As sent: a problem document (RFC 9457) from a Hub, anything from what stands between.
  std::string const& body() const { return response_.body; }
  /// What went wrong in the server's words: the problem's `detail`, else its `title`, else the beginning of the body.
  std::string const& detail() const { return detail_; }

  /// Throws the subclass for the status.
  [[noreturn]] static void raise(std::string_view call, HttpResponse response);

 private:
  HttpResponse response_;
  std::string detail_;
};

class BadRequestError : public ApiError {
  using ApiError::ApiError;
};  ///< 400
class UnauthorizedError : public ApiError {
  using ApiError::ApiError;
};  ///< 401
class ForbiddenError : public ApiError {
  using ApiError::ApiError;
};  ///< 403
class NotFoundError : public ApiError {
  using ApiError::ApiError;
};  ///< 404
class ConflictError : public ApiError {
  using ApiError::ApiError;
};  ///< 409
class ContentTooLargeError : public ApiError {
  using ApiError::ApiError;
};  ///< 413
class UnsupportedMediaTypeError : public ApiError {
  using ApiError::ApiError;
};  ///< 415
class UnprocessableEntityError : public ApiError {
  using ApiError::ApiError;
};  ///< 422
class TooManyRequestsError : public ApiError {
  using ApiError::ApiError;
};  ///< 429
class InternalServerError : public ApiError {
  using ApiError::ApiError;
};  ///< 500
class BadGatewayError : public ApiError {
  using ApiError::ApiError;
};  ///< 502

/// A success whose body is not what the contract promises; says which field.
class ParsingError : public HubError {
 public:
  /// \param message  which field, and what is wrong with it.
  ParsingError(std::string const& message, HttpResponse response) : HubError(message), response_(std::move(response)) {}
  HttpResponse const& response() const { return response_; }  ///< As it came.

 private:
  HttpResponse response_;
};

/// No answer came: the name does not resolve, the connection was refused, reset or closed early.
class ConnectionError : public HubError {
 public:
  using HubError::HubError;
};

/// The TLS handshake failed or the server's certificate does not hold; repeating will not help.
class TlsError : public ConnectionError {
 public:
  using ConnectionError::ConnectionError;
};

/// Longer than the timeout no byte moved, or the deadline of the call has passed.
class TimeoutError : public HubError {
 public:
  using HubError::HubError;
};

/// RequestOptions::stop was asked to stop.
class CancelledError : public HubError {
 public:
  using HubError::HubError;
};

/// No access token where one was looked for.
class CredentialUnavailableError : public HubError {
 public:
  using HubError::HubError;
};

}  // namespace qhub
