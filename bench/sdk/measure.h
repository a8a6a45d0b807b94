#pragma once

#include <sys/resource.h>

#include <chrono>
#include <cstdio>

/// Time of a repeated piece of work, as a line of JSON.
template <class Work>
void measure(char const* name, int times, Work const& work) {
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
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(R"({"name":"%s","wall_us":%.2f,"cpu_us":%.2f,"peak_kb":%ld})" "\n", name, wall / times,
              (cpu() - cpu_before) / times, usage.ru_maxrss);
  std::fflush(stdout);
}
