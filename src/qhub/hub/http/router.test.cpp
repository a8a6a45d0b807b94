#include "qhub/hub/http/router.h"

#include <gtest/gtest.h>

#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "qhub/hub/http/url.h"
#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

/// Knows one token, "good".
class OneToken : public Authenticator {
 public:
  asio::awaitable<Result<Principal>> authenticate(Headers const& headers) override {
    auto const token = headers.find("x-auth-token");
    if (!token) co_return Principal{};
    if (*token == "good") co_return Principal{.user_id = "u", .tenant_id = "t", .name = "n"};
    co_return Error{.kind = ErrorKind::unauthenticated, .message = "unknown token", .details = {}};
  }
};

constexpr std::string_view id_parameter[] = {"id"};
constexpr std::string_view id_and_path[] = {"id", "path"};
constexpr api::Operation list{.id = "a.list", .method = "GET", .path = "", .summary = "", .anonymous = true};
constexpr api::Operation get{
    .id = "a.get", .method = "GET", .path = "/things/{id}", .summary = "", .path_parameters = id_parameter};
constexpr api::Operation least{.id = "a.least", .method = "GET", .path = "/things/least", .summary = ""};
constexpr api::Operation status{
    .id = "a.status", .method = "GET", .path = "/things/{id}/status", .summary = "", .path_parameters = id_parameter};
constexpr api::Operation remove_one{
    .id = "a.remove", .method = "DELETE", .path = "/things/{id}", .summary = "", .path_parameters = id_parameter};
constexpr api::Operation file{.id = "a.file",
                              .method = "GET",
                              .path = "/things/{id}/files/{path}",
                              .summary = "",
                              .path_parameters = id_and_path,
                              .multi_segment = true};
constexpr api::Operation broken{.id = "a.broken", .method = "POST", .path = "/things", .summary = ""};

/// Answers with the operation's id and its parameters.
asio::awaitable<Response> echo(Call& call) {
  std::string text(call.operation.id);
  for (std::string const& parameter : call.request.path_parameters) text += "|" + parameter;
  for (auto const& [name, value] : call.request.query) text += "|" + name + "=" + value;
  co_return json_response(200, text);
}

class RouterTest : public testing::Test {
 protected:
  RouterTest() : router(authenticator) {
    for (api::Operation const* operation : {&list, &get, &least, &status, &remove_one, &file})
      router.add(*operation, "/api", echo);
    router.add(broken, "/api", [](Call&) -> asio::awaitable<Response> {
      throw std::runtime_error("secret detail");
      co_return empty_response();
    });
  }
  std::string body(std::string const& target, std::string const& method = "GET") {
    return ask(router, method, target, "good").body;
  }
  unsigned status_of_target(std::string const& target, std::string const& method = "GET") {
    return ask(router, method, target, "good").status;
  }

  OneToken authenticator;
  Router router;
};

TEST_F(RouterTest, LiteralsWinOverParametersAndAreLeftAgainWhereTheyLeadNowhere) {
  EXPECT_EQ(body("/api/things/least"), "a.least");
  EXPECT_EQ(body("/api/things/other"), "a.get|other");
  EXPECT_EQ(body("/api/things/least/status"), "a.status|least");
  EXPECT_EQ(body("/api/things/least", "DELETE"), "a.remove|least");
}

TEST_F(RouterTest, SegmentsAreDecodedAfterSplitting) {
  EXPECT_EQ(body("/api/things/a%2Fb"), "a.get|a/b");
  EXPECT_EQ(body("/api/things/a%20%C3%A4?x=1+2&y=%26"), "a.get|a \xC3\xA4|x=1 2|y=&");
  EXPECT_EQ(body("/api/things/1/files/dir/sub%2Fname.txt"), "a.file|1|dir/sub/name.txt");
  EXPECT_EQ(body("/api/things/1/files/**"), "a.file|1|**");
}

TEST_F(RouterTest, SlashesCountExceptAfterTheEmptyPath) {
  EXPECT_EQ(body("/api"), "a.list");
  EXPECT_EQ(body("/api/"), "a.list");
  EXPECT_EQ(status_of_target("/api/things/1/"), 404u);
  EXPECT_EQ(status_of_target("/api/things/"), 404u);
  EXPECT_EQ(status_of_target("/api//things/1"), 404u);
  EXPECT_EQ(status_of_target("/api/things/1/files/"), 404u);
}

TEST_F(RouterTest, RefusesTargetsThatHideSomething) {
  for (std::string const target : {"/api/things/%2e%2e", "/api/things/..", "/api/things/%00", "/api/things/%zz",
                                   "/api/things/%4", "/api/things/1?x=%g0", "things", ""})
    EXPECT_EQ(status_of_target(target), 400u) << target;
}

TEST_F(RouterTest, UnknownPathsAndMethodsSayWhatThereIs) {
  Response const nowhere = ask(router, "GET", "/nowhere");
  EXPECT_EQ(nowhere.status, 404u);
  EXPECT_NE(json_of(nowhere).at("detail").as_string().find("/api"), boost::json::string::npos);
  Response const method = ask(router, "PUT", "/api/things/1");
  EXPECT_EQ(method.status, 405u);
  EXPECT_EQ(method.headers.find("allow"), "DELETE, GET");
  EXPECT_EQ(json_of(method).at("status").as_int64(), 405);
}

TEST_F(RouterTest, OperationsThatAreNotForEverybodyNeedAKnownToken) {
  EXPECT_EQ(ask(router, "GET", "/api/things/1").status, 401u);
  EXPECT_EQ(ask(router, "GET", "/api/things/1", "bad").status, 401u);
  EXPECT_EQ(ask(router, "GET", "/api/things/1", "good").status, 200u);
  EXPECT_EQ(ask(router, "GET", "/api").status, 200u);
  EXPECT_EQ(ask(router, "GET", "/api", "bad").status, 401u);
}

TEST_F(RouterTest, AnExceptionIsAnInternalErrorWithoutDetails) {
  Response const response = ask(router, "POST", "/api/things", "good");
  EXPECT_EQ(response.status, 500u);
  EXPECT_EQ(response.headers.find("content-type"), "application/problem+json");
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
  EXPECT_EQ(json_of(response).at("instance").as_string(), *response.headers.find("X-Request-Id"));
}

TEST_F(RouterTest, HeadAnswersLikeGetWithoutBody) {
  Response const response = ask(router, "HEAD", "/api/things/other", "good");
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.headers.find("content-length"), "11");
  EXPECT_EQ(ask(router, "HEAD", "/nowhere").body, "");
}

TEST_F(RouterTest, TheSameMethodAndPathTwiceIsADefect) {
  EXPECT_THROW(router.add(get, "/api", echo), std::logic_error);
}

TEST(Headers, CompareNamesWithoutCase) {
  Headers headers;
  headers.add("X-One", "1");
  headers.add("x-ONE", "2");
  EXPECT_EQ(headers.find("X-ONE"), "1");
  headers.set("x-one", "3");
  EXPECT_EQ(headers.find("X-One"), "3");
  EXPECT_EQ(std::distance(headers.begin(), headers.end()), 1);
}

}  // namespace
}  // namespace qhub::hub
