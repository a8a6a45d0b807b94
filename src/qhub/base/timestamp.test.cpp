#include "qhub/base/timestamp.h"

#include <gtest/gtest.h>

namespace qhub {
namespace {

Timestamp::Time const example = std::chrono::sys_days(std::chrono::year(2024) / 1 / 2) + std::chrono::hours(3) +
                                std::chrono::minutes(4) + std::chrono::seconds(5);

TEST(Timestamp, WritesMicrosecondsOnlyWhenThereAreSome) {
  EXPECT_EQ(Timestamp(example).text(), "2024-01-02T03:04:05Z");
  EXPECT_EQ(Timestamp(example + std::chrono::milliseconds(123)).text(), "2024-01-02T03:04:05.123000Z");
}

TEST(Timestamp, ReadsOffsetsAndTheSpacedForm) {
  EXPECT_EQ(*Timestamp("2024-01-02T05:04:05+02:00").time(), example);
  EXPECT_EQ(*Timestamp("2024-01-01T21:34:05-0530").time(), example);
  EXPECT_EQ(*Timestamp("2024-01-02 03:04:05").time(), example);
  EXPECT_EQ(*Timestamp("2024-01-02T03:04:05.000001999Z").time(), example + std::chrono::microseconds(1));
}

TEST(Timestamp, KeepsTheTextItCameWith) {
  EXPECT_EQ(Timestamp("2024-01-02T03:04:05.10Z").text(), "2024-01-02T03:04:05.10Z");
}

TEST(Timestamp, RefusesWhatIsNoTime) {
  for (char const* text : {"", "yesterday", "2024-13-02T03:04:05Z", "2024-02-30T03:04:05Z", "2024-01-02T24:00:00Z",
                           "2024-01-02T03:04:05.Z", "2024-01-02T03:04:05Zx", "2024-01-02"})
    EXPECT_FALSE(Timestamp(text).time()) << text;
}

}  // namespace
}  // namespace qhub
