// Reads an OpenQASM file once and simulates it once for each line of input, as a program does that has qhub::sim
// inside:
//   simulate_repeatedly FILE single|double THREADS SHOTS
// Answers each line with the seconds of planning, simulating and sampling. Run by bench/sim/run.py.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "qhub/circuit/openqasm.h"
#include "qhub/sim/statevector/engine.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    fmt::print(stderr, "simulate_repeatedly FILE single|double THREADS SHOTS\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  std::string const text{std::istreambuf_iterator<char>(file), {}};
  auto const circuit = qhub::circuit::read_openqasm(text, {.source_name = argv[1]});
  if (!circuit) {
    fmt::print(stderr, "{}\n", circuit.error().message);
    return 1;
  }
  using qhub::sim::Precision;
  qhub::sim::RunOptions const options{
      .shots = std::strtoull(argv[4], nullptr, 10),
      .seed = 1,
      .threads = static_cast<unsigned>(std::atoi(argv[3])),
      .precision = std::string_view(argv[2]) == "single" ? Precision::single_precision : Precision::double_precision};
  for (std::string line; std::getline(std::cin, line);) {
    auto const result = qhub::sim::statevector::StatevectorEngine().run(*circuit, options, {}, {});
    if (!result) {
      fmt::print(stderr, "{}\n", result.error().message);
      return 1;
    }
    auto const seconds = [](auto duration) { return std::chrono::duration<double>(duration).count(); };
    auto const& timing = result->timing;
    fmt::print("{} {} {}\n", seconds(timing.plan), seconds(timing.simulate), seconds(timing.sample));
    std::fflush(stdout);
  }
}
