#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// What running programs use of the machine, as /proc tells it.
namespace qhub::hub {

struct ProcessUsage {
  std::uint64_t memory_bytes = 0;     ///< Resident, without what is shared with files.
  std::chrono::milliseconds cpu{0};  ///< Of processes that have ended too.
};

/// Of a process and its descendants; zero if there is no such process.
[[nodiscard]] ProcessUsage usage_of(pid_t process);

/// The process that a pidfd stands for; -1 if it has ended.
[[nodiscard]] pid_t process_of(int pidfd);

/// Use over time: a sample per second at first, and fewer as time goes on, 600 at most.
class UsageSeries {
 public:
  /// Takes a sample if it is time for one. Returns whether it did.
  bool add(std::chrono::system_clock::time_point time, ProcessUsage const& usage);

  /// JSON: `[[milliseconds since 1970, cores in use, bytes], …]`.
  [[nodiscard]] std::string to_json() const;

 private:
  struct Sample {
    std::chrono::system_clock::time_point time;
    std::chrono::milliseconds cpu;
    std::uint64_t memory_bytes;
  };
  std::chrono::milliseconds interval_{1000};
  std::vector<Sample> samples_;
};

}  // namespace qhub::hub
