#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "qhub/circuit/internal/fuzz_targets.h"

/// The fuzzers' corpora, and seconds of texts made from them at random, without clang: libFuzzer itself runs longer,
/// see CONTRIBUTING.md.
namespace qhub::circuit {
namespace {

std::vector<std::string> corpus(std::string_view name) {
  std::vector<std::filesystem::path> paths;
  for (auto const& entry : std::filesystem::directory_iterator("src/qhub/circuit/corpus/" + std::string(name)))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (auto const& path : paths) {
    std::ifstream file(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return texts;
}

/// Pieces of one or two texts put together anew, with some characters changed.
std::string mutate(std::vector<std::string> const& texts, std::mt19937_64& random) {
  constexpr std::string_view meaningful = ";{}()[],:\"\\0123456789-+*/ \n@$#=&|\xff";
  auto const below = [&](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  std::string text = texts[below(texts.size())];
  for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
    std::size_t const at = below(text.size() + 1);
    switch (below(5)) {
      case 0:  // remove
        text.erase(at, 1 + below(12));
        break;
      case 1: {  // put in a piece of another text
        std::string const& other = texts[below(texts.size())];
        text.insert(at, other.substr(below(other.size()), 1 + below(40)));
        break;
      }
      case 2:  // repeat
        text.insert(at, text.substr(below(text.size() + 1), 1 + below(20)));
        break;
      case 3:  // change a character to one that means something
        if (at < text.size()) text[at] = meaningful[below(meaningful.size())];
        break;
      default:  // cut off
        if (below(8) == 0) text.resize(at);
        break;
    }
  }
  return text;
}

template <class Target>
void run(std::string_view name, Target const& target) {
  std::vector<std::string> const texts = corpus(name);
  ASSERT_FALSE(texts.empty());
  for (std::string const& text : texts) target(text);
  std::mt19937_64 random(20261125);
  auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  std::size_t runs = 0;
  for (; std::chrono::steady_clock::now() < end; ++runs) target(mutate(texts, random));
  testing::Test::RecordProperty("runs", static_cast<int>(runs));
}

TEST(MutatedTexts, AreReadOrRefusedAsOpenQasm) {
  run("openqasm", test::fuzz_openqasm);
}
TEST(MutatedTexts, AreReadOrRefusedAsJson) {
  run("json", test::fuzz_json);
}

}  // namespace
}  // namespace qhub::circuit
