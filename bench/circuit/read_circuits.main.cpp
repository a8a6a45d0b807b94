// Reads circuit files and prints, one line per file: how long that took, how many bytes and instructions it has, or the
// first error.
//   read_circuits [--repeat N] FILE...      the best time of N readings (1)
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "qhub/circuit/openqasm.h"

int main(int argc, char** argv) {
  using namespace qhub::circuit;
  using Clock = std::chrono::steady_clock;
  int repeat = 1, first = 1;
  if (argc > 2 && std::string_view(argv[1]) == "--repeat") {
    repeat = std::max(1, std::atoi(argv[2]));
    first = 3;
  }
  int failures = 0;
  for (int i = first; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    if (!file) {
      fmt::print("{}: cannot be read\n", argv[i]);
      ++failures;
      continue;
    }
    double best = 1e300;
    std::string outcome;
    for (int k = 0; k < repeat; ++k) {
      Clock::time_point const start = Clock::now();
      auto const circuit = read_openqasm(text, {.source_name = argv[i]});
      best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
      if (k != 0) continue;
      outcome = circuit ? fmt::format("{} qubits, {} bits, {} instructions in {} bytes", circuit->qubit_count(),
                                      circuit->clbit_count(), circuit->size(), circuit->memory())
                        : "refused: " + circuit.error().message;
      if (!circuit) ++failures;
    }
    auto const bytes = static_cast<double>(text.size());
    fmt::print("{:9.3f} ms  {:7.1f} MB/s  {}: {} bytes, {}\n", best * 1e3, bytes / best / 1e6, argv[i], text.size(),
               outcome);
  }
  return failures == 0 ? 0 : 1;
}
