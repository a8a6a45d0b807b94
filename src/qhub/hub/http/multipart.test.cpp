#include "qhub/hub/http/multipart.h"

#include <gtest/gtest.h>

namespace qhub::hub {
namespace {

constexpr std::string_view type = "multipart/form-data; boundary=xyz";
constexpr std::string_view body =
    "--xyz\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
    "--xyz\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a %22b%22.txt\"\r\n"
    "Content-Type: text/plain\r\n\r\none\r\ntwo\r\n--xyz--\r\n";

TEST(Multipart, FindsThePartAmongOthers) {
  Result<File> const file = read_multipart_file(type, body, "file");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->content, "one\r\ntwo");
  EXPECT_EQ(file->filename, "a \"b\".txt");
  EXPECT_EQ(file->content_type, "text/plain");
}

TEST(Multipart, SaysWhatIsMissing) {
  EXPECT_NE(read_multipart_file(type, body, "image").error().message.find("'image': there is none"), std::string::npos);
  EXPECT_FALSE(read_multipart_file("application/json", body, "file"));
  EXPECT_FALSE(read_multipart_file(type, "", "file"));
  for (std::size_t length = 0; length < body.size() - 9; ++length)
    EXPECT_FALSE(read_multipart_file(type, body.substr(0, length), "file")) << length;
}

}  // namespace
}  // namespace qhub::hub
