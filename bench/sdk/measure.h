#pragma once

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

/// Highest resident memory of this process so far, in kB. Unlike getrusage() it leaves out what started the process.
inline long peak_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  return 0;
}

/// Time of a repeated piece of work, as a line of JSON.
/// \param calls  that one repetition makes.
template <class Work>
void measure(char const* name, int times, Work const& work, int calls = 1) {
  auto const cpu = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto const us = [](timeval time) { return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec); };
    return us(usage.ru_utime) + us(usage.ru_stime);
  };
  for (int i = 0; i < times / 20 + 1; ++i) work();  // warm
  double const cpu_before = cpu();
  auto const before = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) work();
  double const wall = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - before).count();
  double const counted = static_cast<double>(times) * calls;
  std::printf(R"({"name":"%s","wall_us":%.2f,"cpu_us":%.2f,"peak_kb":%ld})" "\n", name, wall / counted,
              (cpu() - cpu_before) / counted, peak_kb());
  std::fflush(stdout);
}
