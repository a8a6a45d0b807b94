#include "qhub/api/request_codec.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>

#include "qhub/platform/operations.h"
#include "qhub/quantum/jobs_requests.h"
#include "qhub/quantum/models_codec.h"
#include "qhub/quantum/operations.h"

namespace qhub::api {
namespace {

using namespace quantum;

std::string expand(Operation const& operation, std::string_view value) {
  return expand_path(operation, std::array{value});
}

TEST(Path, SegmentsArePercentEncoded) {
  EXPECT_EQ(expand(operations::jobs::get_job, "a/b ä?x#y"), "/jobs/a%2Fb%20%C3%A4%3Fx%23y");
  EXPECT_EQ(expand(operations::jobs::get_job_status, "1"), "/jobs/1/status");
}

TEST(Path, AFilePathKeepsItsSlashes) {
  std::array<std::string_view, 2> const values{"1", "a b/c.txt"};
  EXPECT_EQ(expand_path(platform::operations::implementations::get_implementation_file, values),
            "/implementations/1/files/a%20b/c.txt");
}

TEST(Query, ListsRepeatNestedMembersGetBracketsNullIsLeftOut) {
  Parameters query;
  append_query("sort", boost::json::parse(R"(["a,desc","b"])"), query);
  append_query("f", boost::json::parse(R"({"x":{"y":1},"z":true})"), query);
  append_query("none", nullptr, query);
  EXPECT_EQ(encode_query(query), "sort=a%2Cdesc&sort=b&f%5Bx%5D%5By%5D=1&f%5Bz%5D=true");
}

TEST(Query, DecodesWhatItEncodes) {
  Parameters const query{{"a b", "1&2=3"}, {"a b", "ä+%"}, {"empty", ""}};
  EXPECT_EQ(decode_query(encode_query(query)), query);
  EXPECT_EQ(decode_query("q=a+b&&flag"), (Parameters{{"q", "a b"}, {"flag", ""}}));
}

TEST(Percent, AnIncompleteGroupStandsForItself) {
  EXPECT_EQ(percent_decode("%4a%zz%4"), "J%zz%4");
}

TEST(Request, QueryAndBodyRoundTripBetweenClientAndServer) {
  SearchJobsRequest const sent{.page = 2, .sort = {{"created_at,desc", "name"}}, .service_execution_id = "x/y"};
  WireRequest const wire = encode_request(operations::jobs::search_jobs, {}, &describe<SearchJobsRequest>(), &sent);
  EXPECT_FALSE(wire.body);
  SearchJobsRequest received;
  ASSERT_TRUE(
      decode_request(operations::jobs::search_jobs, describe<SearchJobsRequest>(), &received, wire.query, "", {}));
  EXPECT_EQ(received, sent);
}

TEST(Request, AParameterOfTheWrongKindIsNamed) {
  SearchJobsRequest request;
  Result<void> const read = decode_request(operations::jobs::search_jobs, describe<SearchJobsRequest>(), &request,
                                           {{"page", "first"}}, "", {});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "page expected an integer, found a string");
}

TEST(Request, ABodyThatIsNoJsonSaysSo) {
  CreateJobRequest request;
  Result<void> const read =
      decode_request(operations::jobs::create_job, describe<CreateJobRequest>(), &request, {}, "{oops", {});
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("not a JSON document"), std::string::npos);
}

}  // namespace
}  // namespace qhub::api
