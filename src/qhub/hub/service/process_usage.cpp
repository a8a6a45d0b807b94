#include "qhub/hub/service/process_usage.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

namespace qhub::hub {
namespace {

constexpr std::size_t max_samples = 600;

std::string text_of(std::string const& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Fields 14 to 17 of /proc/PID/stat: ticks of the process and of children it has waited for (proc(5)).
std::chrono::milliseconds cpu_of(pid_t process) {
  std::string const stat = text_of(fmt::format("/proc/{}/stat", process));
  std::size_t const name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(stat.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  std::int64_t ticks = 0;
  for (int i = 0; i < 4; ++i) {
    std::int64_t value = 0;
    fields >> value;
    ticks += value;
  }
  return std::chrono::milliseconds(ticks * 1000 / ::sysconf(_SC_CLK_TCK));
}

std::uint64_t memory_of(pid_t process) {
  std::istringstream fields(text_of(fmt::format("/proc/{}/statm", process)));
  std::uint64_t size = 0, resident = 0, shared = 0;
  fields >> size >> resident >> shared;
  return (resident - std::min(resident, shared)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

ProcessUsage usage_of(pid_t process) {
  ProcessUsage usage;
  std::vector<pid_t> processes{process};
  for (std::size_t i = 0; i < processes.size(); ++i) {
    usage.cpu += cpu_of(processes[i]);
    usage.memory_bytes += memory_of(processes[i]);
    std::error_code error;
    for (auto const& thread : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", processes[i]), error)) {
      std::istringstream children(text_of(thread.path() / "children"));
      processes.insert(processes.end(), std::istream_iterator<pid_t>(children), {});
    }
  }
  return usage;
}

pid_t process_of(int pidfd) {
  std::istringstream lines(text_of(fmt::format("/proc/self/fdinfo/{}", pidfd)));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("Pid:")) continue;
    pid_t process = -1;
    std::istringstream(line.substr(4)) >> process;
    return process;
  }
  return -1;
}

bool UsageSeries::add(std::chrono::system_clock::time_point time, ProcessUsage const& usage) {
  if (!samples_.empty() && time - samples_.back().time < interval_) return false;
  samples_.push_back({time, usage.cpu, usage.memory_bytes});
  if (samples_.size() == max_samples) {  // every other one goes
    for (std::size_t i = 0; i < max_samples / 2; ++i) samples_[i] = samples_[2 * i];
    samples_.resize(max_samples / 2);
    interval_ *= 2;
  }
  return true;
}

std::string UsageSeries::to_json() const {
  boost::json::array points;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    Sample const& sample = samples_[i];
    double cores = 0;
    if (i > 0) {
      double const elapsed = std::chrono::duration<double>(sample.time - samples_[i - 1].time).count();
      cores = std::chrono::duration<double>(sample.cpu - samples_[i - 1].cpu).count() / elapsed;
    }
    auto const time = std::chrono::duration_cast<std::chrono::milliseconds>(sample.time.time_since_epoch());
    points.push_back(boost::json::array{time.count(), std::max(cores, 0.0), sample.memory_bytes});
  }
  return boost::json::serialize(points);
}

}  // namespace qhub::hub
