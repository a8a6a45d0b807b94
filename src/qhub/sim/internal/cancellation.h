#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <stop_token>
#include <string_view>
#include <thread>

#include "qhub/sim/engine.h"

namespace qhub::sim {

/// Starts runs that would take long, asks each to stop after another while, and expects that it does so soon: within
/// 100 ms on a machine of one's own, which is what is printed; tests share theirs and allow a second.
inline void expect_stops_soon(Engine const& engine, std::string_view name, circuit::Circuit const& circuit,
                              RunOptions const& options) {
  using Clock = std::chrono::steady_clock;
  for (std::chrono::milliseconds const after :
       {std::chrono::milliseconds(0), std::chrono::milliseconds(20), std::chrono::milliseconds(300)}) {
    std::stop_source source;
    std::atomic<Clock::time_point> asked;
    std::jthread const asking([&] {
      std::this_thread::sleep_for(after);
      asked = Clock::now();
      source.request_stop();
    });
    auto const result = engine.run(circuit, options, {}, source.get_token());
    std::chrono::duration<double> const late = Clock::now() - asked.load();
    EXPECT_TRUE(!result && result.error().kind == ErrorKind::cancelled) << name << " ended before it was cancelled";
    EXPECT_LT(late.count(), 1) << name << ", cancelled after " << after.count() << " ms";
    std::cout << name << ", cancelled after " << after.count() << " ms: ended " << 1000 * late.count() << " ms later\n";
  }
}

}  // namespace qhub::sim
