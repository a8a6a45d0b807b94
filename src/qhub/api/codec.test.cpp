#include "qhub/api/codec.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "qhub/quantum/jobs_requests.h"
#include "qhub/quantum/models_codec.h"

namespace qhub::api {
namespace {

using namespace quantum;

TEST(Codec, DecodesAndWritesBackWhatItReadUnknownMembersIncluded) {
  std::string const text =
      R"({"id":"1","status":"PENDING","tags":["a","b"],"shots":5,"usage_time_millis":12,"new_field":{"deep":[1,2.5]}})";
  Result<Job> const job = decode_text<Job>(text);
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->status, JobStatus::PENDING);
  EXPECT_EQ(job->tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(boost::json::parse(encode(*job)), boost::json::parse(text));
}

TEST(Codec, KeepsAnEnumValueThatThisBuildDoesNotKnow) {
  Result<Job> const job = decode_text<Job>(R"({"status":"TELEPORTED"})");
  ASSERT_TRUE(job);
  EXPECT_FALSE(job->status->is_known());
  EXPECT_EQ(encode(*job), R"({"status":"TELEPORTED"})");
}

TEST(Codec, NullIsAbsence) {
  Result<Job> const job = decode_text<Job>(R"({"name":null,"tags":null})");
  ASSERT_TRUE(job);
  EXPECT_EQ(*job, Job{});
  EXPECT_EQ(encode(*job), "{}");
}

TEST(Codec, ErrorsNameThePathOfEveryFieldAtFault) {
  Result<PageResponseJob> const page =
      decode_text<PageResponseJob>(R"({"content":[{"tags":["a",2]},{"shots":"many"}],"page":true})");
  ASSERT_FALSE(page);
  ASSERT_EQ(page.error().details.size(), 3u);
  EXPECT_EQ(page.error().details[0].where, "content[0].tags[1]");
  EXPECT_EQ(page.error().details[1].where, "content[1].shots");
  EXPECT_EQ(page.error().details[1].message, "expected an integer, found a string");
  EXPECT_EQ(page.error().details[2].where, "page");
}

TEST(Codec, MissingRequiredFieldIsNamed) {
  Result<CreateJobRequest> const request = decode_text<CreateJobRequest>(R"({"backend_id":"x","input":"y"})");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().message, "shots is required");
}

TEST(Codec, IntegersTakeWholeNumbersOnly) {
  EXPECT_EQ(decode_text<Job>(R"({"shots":3.0})")->shots, 3);
  EXPECT_FALSE(decode_text<Job>(R"({"shots":3.5})"));
  EXPECT_FALSE(decode_text<Job>(R"({"shots":9223372036854775808})"));
  EXPECT_FALSE(decode_text<Job>(R"({"shots":1e300})"));
}

TEST(Codec, DocumentsThatAreNoJson) {
  for (char const* text : {"", "{", "{} {}", "nul", "\"\xff\"", R"({"a":NaN})"}) EXPECT_FALSE(parse(text)) << text;
  EXPECT_FALSE(parse(std::string(1000, '[') + std::string(1000, ']')));
}

TEST(Union, PicksTheAlternativeByTheDiscriminator) {
  Result<CreateJobRequestInput> const input =
      decode_text<CreateJobRequestInput>(R"({"backendId":"aws.sim.sv1","qasm":"OPENQASM 3.0;"})");
  ASSERT_TRUE(input);
  ASSERT_NE(input->get_if<QasmJobInput>(), nullptr);
  EXPECT_EQ(*input->get_if<QasmJobInput>()->qasm.get_if<std::string>(), "OPENQASM 3.0;");
}

TEST(Union, TakesWhatItDoesNotKnowAsItIs) {
  for (char const* text : {R"("OPENQASM 3.0;")", R"({"backendId":"someone.else","x":1})", R"({"qasm":["a"]})"}) {
    Result<CreateJobRequestInput> const input = decode_text<CreateJobRequestInput>(text);
    ASSERT_TRUE(input);
    EXPECT_NE(input->get_if<Json>(), nullptr);
    EXPECT_EQ(encode(*input), text);
  }
}

TEST(Union, WritesTheIdOfTheBackendTheRequestIsFor) {
  CreateJobRequest request{.backend_id = "aws.sim.dm1", .shots = 1, .input = QasmJobInput{.qasm = "OPENQASM 3.0;"}};
  EXPECT_EQ(encode(request),
            R"({"backend_id":"aws.sim.dm1","shots":1,"input":{"backendId":"aws.sim.dm1","qasm":"OPENQASM 3.0;"}})");
  request.input = IonqJobInput{.circuit = {{.targets = {{0}}}}, .gateset = "qis", .qubits = 1};
  EXPECT_EQ(encode(request), R"({"backend_id":"aws.sim.dm1","shots":1,"input":{"backendId":"azure.ionq.simulator",)"
                             R"("circuit":[{"targets":[0]}],"gateset":"qis","qubits":1}})");
}

TEST(Union, SendsExplicitNullsThroughTheExtras) {
  CreateJobRequest const request{.backend_id = "b", .shots = 1, .input = "x", .extras = {{"session_id", nullptr}}};
  EXPECT_EQ(encode(request), R"({"backend_id":"b","shots":1,"input":"x","session_id":null})");
}

TEST(Writer, NumbersKeepTheirKindAndReadBackEqual) {
  EXPECT_EQ(to_text(Json(1.0)), "1.0");
  EXPECT_EQ(to_text(Json(0.1)), "0.1");
  EXPECT_EQ(to_text(Json(1e300)), "1e+300");
  EXPECT_EQ(to_text(Json(std::int64_t{-5})), "-5");
  EXPECT_EQ(to_text(Json(18446744073709551615u)), "18446744073709551615");
}

TEST(Codec, NumbersAreTheNearestDoubles) {
  // Boost's own parser reads each of the first four as its neighbour.
  for (std::string_view const text :
       {"[0.41866852935895693]", "[0.24977792341670946]", "[0.19035710899955927]", "[0.9238691928991855]",
        "[1.7976931348623157e+308]", "[-123456.7890123456]", "[5e-324]", "[0.1,-0.0,1e+21]"}) {
    Result<Json> const read = parse(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(to_text(*read), text);
  }
}

TEST(Writer, EscapesWhatJsonMustAndNothingElse) {
  EXPECT_EQ(to_text(Json("a\"\\\n\x01ä/")), R"("a\"\\\n\u0001ä/")");
}

}  // namespace
}  // namespace qhub::api
