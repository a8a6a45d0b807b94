#include "qhub/sim/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace qhub::sim {
namespace {

TEST(Random, SeedGivesTheNumbersOfTheAuthorsCode) {
  // First state word from splitmix64(0) and first outputs, by the C code at prng.di.unimi.it.
  Random random(0);
  EXPECT_EQ(random.next(), 0x99ec5f36cb75f2b4U);
  EXPECT_EQ(random.next(), 0xbf6e1f784956452aU);
}

TEST(Random, UniformStaysBelowOneAndHasTheRightMean) {
  Random random(1);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    double const value = random.uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 100000, 0.5, 5 * std::sqrt(1.0 / 12 / 100000));
}

TEST(Random, BelowHitsEveryValueEquallyOften) {
  Random random(2);
  std::vector<int> hits(7);
  for (int i = 0; i < 70000; ++i) ++hits[random.below(7)];
  for (int const count : hits) EXPECT_NEAR(count, 10000, 500);
}

TEST(Random, BinomialHasTheRightMeanAndVariance) {
  Random random(3);
  for (double const p : {0.001, 0.25, 1.0 / 3, 0.5, 0.9}) {
    for (std::uint64_t const trials : {1U, 63U, 64U, 1000U}) {
      constexpr int repeats = 4000;
      double sum = 0, squares = 0;
      for (int i = 0; i < repeats; ++i) {
        auto const k = static_cast<double>(random.binomial(trials, p));
        ASSERT_LE(k, static_cast<double>(trials));
        sum += k;
        squares += k * k;
      }
      double const mean = static_cast<double>(trials) * p;
      double const variance = mean * (1 - p);
      EXPECT_NEAR(sum / repeats, mean, 5 * std::sqrt(variance / repeats)) << trials << " " << p;
      EXPECT_NEAR(squares / repeats - sum / repeats * (sum / repeats), variance, variance * 0.15 + 0.01);
    }
  }
}

TEST(Random, BinomialOfCertaintiesIsExact) {
  Random random(4);
  EXPECT_EQ(random.binomial(1000, 0.0), 0U);
  EXPECT_EQ(random.binomial(1000, 1.0), 1000U);
  EXPECT_EQ(random.binomial(0, 0.5), 0U);
}

TEST(Random, FreshSeedsDiffer) {
  EXPECT_NE(seed_or_fresh({}), seed_or_fresh({}));
  EXPECT_EQ(seed_or_fresh(5), 5U);
}

}  // namespace
}  // namespace qhub::sim
