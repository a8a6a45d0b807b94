#include "qhub/hub/http/problem.h"

#include <gtest/gtest.h>

#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

TEST(Problem, NamesEachFieldAndTheRequest) {
  Error const error{.kind = ErrorKind::invalid_argument,
                    .message = "shots is wrong",
                    .details = {{"shots", "must be from 1 to 10"}, {"name", "is too long"}}};
  Response const response = problem(error, "r-1");
  EXPECT_EQ(response.status, 400u);
  EXPECT_EQ(response.headers.find("content-type"), "application/problem+json");
  auto const document = json_of(response);
  EXPECT_EQ(document.at("type").as_string(), "about:blank");
  EXPECT_EQ(document.at("title").as_string(), "Bad Request");
  EXPECT_EQ(document.at("detail").as_string(), "shots is wrong");
  EXPECT_EQ(document.at("instance").as_string(), "r-1");
  EXPECT_EQ(document.at("errors").at(1).at("where").as_string(), "name");
  EXPECT_EQ(document.at("errors").at(0).at("detail").as_string(), "must be from 1 to 10");
}

// The official clients repeat 408, 409, 429 and 5xx, POST included: what cannot succeed must not look like these.
TEST(Problem, OnlyWhatMayPassLooksRepeatable) {
  for (ErrorKind const kind :
       {ErrorKind::invalid_argument, ErrorKind::syntax, ErrorKind::unsupported, ErrorKind::unauthenticated,
        ErrorKind::forbidden, ErrorKind::not_found, ErrorKind::too_large, ErrorKind::resource_exhausted}) {
    unsigned const status = status_of(kind);
    EXPECT_TRUE(status >= 400 && status < 500 && status != 408 && status != 409 && status != 429) << status;
  }
  EXPECT_EQ(
      problem({.kind = ErrorKind::unavailable, .message = "full", .details = {}}, "r").headers.find("retry-after"),
      "1");
}

}  // namespace
}  // namespace qhub::hub
