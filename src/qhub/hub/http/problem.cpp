#include "qhub/hub/http/problem.h"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>

namespace qhub::hub {
namespace {

namespace json = boost::json;

std::string_view title_of(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 416:
      return "Range Not Satisfiable";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

}  // namespace

unsigned status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument:
    case ErrorKind::syntax:
      return 400;
    case ErrorKind::unauthenticated:
      return 401;
    case ErrorKind::forbidden:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::too_large:
      return 413;
    case ErrorKind::unsupported:
    case ErrorKind::resource_exhausted:
      return 422;  // the same request would exhaust the machine again
    case ErrorKind::rate_limited:
      return 429;
    case ErrorKind::cancelled:
    case ErrorKind::timeout:
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::internal:
      break;
  }
  return 500;
}

Response problem(Error const& error, std::string_view request_id) {
  return problem(status_of(error.kind), error, request_id);
}

Response problem(unsigned status, Error const& error, std::string_view request_id) {
  std::string wait = "1";
  json::object document{{"type", "about:blank"}, {"title", title_of(status)}, {"status", status}};
  if (error.kind == ErrorKind::internal) {
    spdlog::error("request {}: {}", request_id, error.message);
    document["detail"] = "The hub failed. Its log has the reason under this request id.";
  } else {
    document["detail"] = error.message;
    json::array errors;
    for (ErrorDetail const& detail : error.details) {
      if (detail.where == retry_after)
        wait = detail.message;
      else
        errors.push_back(json::object{{"where", detail.where}, {"detail", detail.message}});
    }
    if (!errors.empty()) document["errors"] = std::move(errors);
  }
  document["instance"] = request_id;
  Response response = json_response(status, json::serialize(document));
  response.headers.set("Content-Type", "application/problem+json");
  if (status == 429 || status == 503) response.headers.set(retry_after, wait);
  if (status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace qhub::hub
