#include "qhub/hub/http/form.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

constexpr std::string_view type = "multipart/form-data; boundary=xyz";
constexpr std::string_view body =
    "--xyz\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
    "--xyz\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a %22b%22.txt\"\r\n"
    "Content-Type: text/plain\r\n\r\none\r\n--xy\r\ntwo\r\n--xyz--\r\n";

class FormTest : public testing::Test {
 protected:
  /// Feeds `text` in pieces of so many bytes.
  Result<std::vector<FormPart>> read(std::string_view text, std::size_t piece, std::string_view content_type = type) {
    Result<FormReader> reader = FormReader::create(content_type, directory.path() / "uploads");
    if (!reader) return reader.error();
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
      if (Result<void> fed = reader->feed(text.substr(0, piece)); !fed) return fed.error();
    return reader->finish();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory.path() / "uploads"), {}));
  }

  TemporaryDirectory directory;
};

TEST_F(FormTest, PartsAreTheSameHoweverTheBytesArrive) {
  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    auto const parts = read(body, piece);
    ASSERT_TRUE(parts) << parts.error().message;
    ASSERT_EQ(parts->size(), 2U);
    EXPECT_EQ((*parts)[0].name, "note");
    EXPECT_EQ((*parts)[0].file.content, "hello");
    EXPECT_EQ((*parts)[1].name, "file");
    EXPECT_EQ((*parts)[1].file.content, "one\r\n--xy\r\ntwo");
    EXPECT_EQ((*parts)[1].file.filename, "a \"b\".txt");
    EXPECT_EQ((*parts)[1].file.content_type, "text/plain");
  }
}

TEST_F(FormTest, ALargePartIsAFileThatVanishesWithItsOwner) {
  std::string content(FormReader::max_part_in_memory + 12'345, '\r');
  content += "\r\n--xy";
  auto parts = read("--xyz\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" + content + "\r\n--xyz--", 65'536);
  ASSERT_TRUE(parts) << parts.error().message;
  File const& file = parts->front().file;
  EXPECT_EQ(file.content, "");
  std::ifstream stream(file.path, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), content);
  EXPECT_EQ(files(), 1U);
  parts->clear();
  EXPECT_EQ(files(), 0U);
}

TEST_F(FormTest, WhatIsCutOffOrMalformedIsRefused) {
  for (std::size_t length = 0; length < body.size() - 2; ++length)
    EXPECT_FALSE(read(body.substr(0, length), 1000)) << length;
  EXPECT_FALSE(read(body, 1000, "application/json"));
  EXPECT_FALSE(read(body, 1000, "multipart/form-data"));
  EXPECT_FALSE(read("--xyz\r\nX: y\r\n\r\n\r\n--xyz--", 1000));  // without a name
  EXPECT_FALSE(read("--xyz\r\nX: " + std::string(20'000, 'y'), 1000));
  EXPECT_FALSE(read("--xyzabc", 1000));
}

}  // namespace
}  // namespace qhub::hub
