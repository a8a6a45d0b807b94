#include "qhub/hub/service/submission.h"

#include <gtest/gtest.h>

namespace qhub::hub {
namespace {

std::string refusal(JsonObject body) {
  auto const request = read_service_request(std::move(body));
  return request ? "" : request.error().details.front().where;
}

TEST(ServiceRequest, TakesItsPartsApart) {
  auto const request = read_service_request({{"values", {1, 2}},
                                             {"$tags", {"One", "two"}},
                                             {"$secrets", {{"ibmToken", "t"}, {"n", 5}}},
                                             {"$other", 1},
                                             {"pool", {{"ref", "datapool"}, {"id", "p"}, {"grant", "g"}}}});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->input, (JsonObject{{"values", {1, 2}}, {"pool", {{"ref", "datapool"}, {"id", "p"}}}}));
  EXPECT_EQ(request->tags, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(request->secrets, (std::map<std::string, std::string>{{"IBM_TOKEN", "t"}, {"N", "5"}}));
  ASSERT_EQ(request->pools.size(), 1u);
  EXPECT_EQ(request->pools[0].grant, "g");
}

TEST(ServiceRequest, TakesThePayloadOfTheDocumentationApart) {
  JsonObject const payload{{"molecule", "H2"}, {"own", 1}, {"a/b", 2}, {"pool", {{"ref", "DATAPOOL"}, {"id", "p"}, {"grant", "g"}}}};
  auto const request = read_service_request(
      {{"input", payload}, {"own", 3}, {"inputDataRefs", {{"data", {{"id", "q"}, {"grant", "h"}}}}}});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->input.at("molecule"), "H2");
  EXPECT_EQ(request->input.at("own"), 3);  // what stands on its own counts
  EXPECT_EQ(request->input.at("input").at("own"), 1);
  EXPECT_FALSE(request->input.contains("a/b"));
  EXPECT_EQ(request->input.at("data"), (Json{{"id", "q"}, {"ref", "DATAPOOL"}}));
  EXPECT_FALSE(request->input.at("input").at("pool").as_object().contains("grant"));
  ASSERT_EQ(request->pools.size(), 2u);
  EXPECT_EQ(request->pools[0].parameter, "data");
  EXPECT_EQ(request->pools[0].grant, "h");
  EXPECT_EQ(request->pools[1].parameter, "pool");
  EXPECT_EQ(request->pools[1].grant, "g");
}

TEST(ServiceRequest, NamesWhatIsWrong) {
  EXPECT_EQ(refusal({{"inputDataRefs", 1}}), "inputDataRefs");
  EXPECT_EQ(refusal({{"inputDataRefs", {{"p", {{"x", 1}}}}}}), "p.id");
  EXPECT_EQ(refusal({{"inputDataRefs", {{"p", {{"id", "x"}}}}}, {"p", 1}}), "p");
  EXPECT_EQ(refusal({{"a/b", 1}}), "a/b");
  EXPECT_EQ(refusal({{"", 1}}), "\"\"");
  EXPECT_EQ(refusal({{"..", 1}}), "..");
  EXPECT_EQ(refusal({{"$tags", "x"}}), "$tags");
  EXPECT_EQ(refusal({{"$tags", {""}}}), "tags[0]");
  EXPECT_EQ(refusal({{"$secrets", 1}}), "$secrets");
  EXPECT_EQ(refusal({{"$secrets", {{"a b", "x"}}}}), "$secrets.a b");
  EXPECT_EQ(refusal({{"p", {{"ref", "DATAPOOL"}}}}), "p.id");
}

TEST(SecretVariable, IsUpperSnakeCase) {
  EXPECT_EQ(secret_variable("ibmToken"), "IBM_TOKEN");
  EXPECT_EQ(secret_variable("token"), "TOKEN");
  EXPECT_EQ(secret_variable("my_token"), "MY_TOKEN");
  EXPECT_EQ(secret_variable("awsS3Key"), "AWS_S3_KEY");
  EXPECT_EQ(secret_variable("TOKEN"), "TOKEN");
}

}  // namespace
}  // namespace qhub::hub
