#include "qhub/hub/service/log_file.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

struct Entry {
  std::string message, severity;
  bool operator==(Entry const&) const = default;
};

std::vector<Entry> entries_of(std::string_view text, bool is_error_stream, std::size_t piece = 1 << 20) {
  LogStream stream(is_error_stream);
  std::string lines;
  for (std::size_t i = 0; i < text.size(); i += piece) stream.take(text.substr(i, piece), LogTime(), lines);
  stream.finish(LogTime(), lines);
  std::vector<Entry> entries;
  for (std::size_t begin = 0; begin < lines.size();) {
    std::size_t const end = lines.find('\n', begin);
    auto const object = boost::json::parse(lines.substr(begin, end - begin)).as_object();
    entries.push_back({std::string(object.at("message").as_string()), std::string(object.at("severity").as_string())});
    begin = end + 1;
  }
  return entries;
}

TEST(LogStream, EntriesAreLinesHoweverTheyArrive) {
  std::vector<Entry> const expected{{"one", "INFO"}, {"", "INFO"}, {"three", "INFO"}};
  for (std::size_t const piece : {1U, 2U, 100U}) EXPECT_EQ(entries_of("one\r\n\nthree", false, piece), expected);
}

TEST(LogStream, SeverityIsTheWordInFront) {
  EXPECT_EQ(severity_of("ERROR it broke"), "ERROR");
  EXPECT_EQ(severity_of("[warning] no"), "");
  EXPECT_EQ(severity_of("[WARN] x"), "WARNING");
  EXPECT_EQ(severity_of("CRITICAL: x"), "ERROR");
  EXPECT_EQ(severity_of("2026-11-25 18:08:00.123 | DEBUG    | m:f:1 - x"), "DEBUG");
  EXPECT_EQ(severity_of("INFORMATION"), "");
  EXPECT_EQ(severity_of(""), "");
}

TEST(LogStream, ATracebackIsAnErrorToItsLastLine) {
  std::string_view const text = "Traceback (most recent call last):\n  File \"x\"\nValueError: no\nafter\n";
  EXPECT_EQ(entries_of(text, true), (std::vector<Entry>{{"Traceback (most recent call last):", "ERROR"},
                                                        {"  File \"x\"", "ERROR"},
                                                        {"ValueError: no", "ERROR"},
                                                        {"after", "INFO"}}));
  EXPECT_EQ(entries_of(text, false).front().severity, "INFO");
}

TEST(LogStream, WhatIsNoUtf8IsReplaced) {
  // Overlong, a surrogate, beyond the last character, cut off; then good ones of each length.
  EXPECT_EQ(entries_of("\xc0\x80|\xed\xa0\x80|\xf5\x80|\xe2\x82", false).front().message,
            "\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(entries_of("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", false).front().message,
            "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(LogFile, KeepsItsBeginningAndCountsTheRest) {
  TemporaryDirectory const directory;
  auto const path = directory.path() / "log";
  {
    LogStream output(false), errors(true);
    auto log = LogFile::open(path, 1000);
    ASSERT_TRUE(log);
    for (int i = 0; i < 100; ++i) log->take(output, "line " + std::to_string(i) + "\n");
    log->finish(output, errors);
  }
  auto const all = read_log(path, 1000);
  ASSERT_GT(all.size(), 2u);
  EXPECT_NE(all.front().find("line 0"), std::string::npos);
  EXPECT_NE(all.back().find(std::to_string(100 - (all.size() - 1)) + " more lines"), std::string::npos) << all.back();
  EXPECT_EQ(read_log(path, 1), std::vector{all.back()});
  EXPECT_TRUE(read_log(directory.path() / "none", 10).empty());
}

}  // namespace
}  // namespace qhub::hub
