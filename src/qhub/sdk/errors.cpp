#include "qhub/sdk/errors.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace qhub {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 400:
      return " Bad Request";
    case 401:
      return " Unauthorized";
    case 403:
      return " Forbidden";
    case 404:
      return " Not Found";
    case 405:
      return " Method Not Allowed";
    case 409:
      return " Conflict";
    case 413:
      return " Content Too Large";
    case 415:
      return " Unsupported Media Type";
    case 422:
      return " Unprocessable Content";
    case 429:
      return " Too Many Requests";
    case 500:
      return " Internal Server Error";
    case 502:
      return " Bad Gateway";
    case 503:
      return " Service Unavailable";
    case 504:
      return " Gateway Timeout";
    default:
      return "";
  }
}

std::string detail_of(std::string const& body) {
  boost::json::error_code status;
  boost::json::value const problem = boost::json::parse(body, status);
  if (!status)
    if (auto const* object = problem.if_object())
      for (std::string_view const member : {"detail", "title", "message", "error"})
        if (auto const* text = object->if_contains(member); text && text->is_string() && !text->get_string().empty())
          return std::string(text->get_string());
  constexpr std::size_t longest = 200;
  return body.size() <= longest ? body : body.substr(0, longest) + "…";
}

}  // namespace

ApiError::ApiError(std::string_view call, HttpResponse response)
    : HubError(fmt::format("{}: {}{}{}{}", call, response.status, reason_phrase(response.status),
                           response.body.empty() ? "" : ": ", detail_of(response.body))),
      response_(std::move(response)),
      detail_(detail_of(response_.body)) {}

void ApiError::raise(std::string_view call, HttpResponse response) {
  switch (response.status) {
    case 400:
      throw BadRequestError(call, std::move(response));
    case 401:
      throw UnauthorizedError(call, std::move(response));
    case 403:
      throw ForbiddenError(call, std::move(response));
    case 404:
      throw NotFoundError(call, std::move(response));
    case 409:
      throw ConflictError(call, std::move(response));
    case 413:
      throw ContentTooLargeError(call, std::move(response));
    case 415:
      throw UnsupportedMediaTypeError(call, std::move(response));
    case 422:
      throw UnprocessableEntityError(call, std::move(response));
    case 429:
      throw TooManyRequestsError(call, std::move(response));
    case 500:
      throw InternalServerError(call, std::move(response));
    case 502:
      throw BadGatewayError(call, std::move(response));
    default:
      throw ApiError(call, std::move(response));
  }
}

}  // namespace qhub
