#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

/// Who is to blame when this process crashes: a note for the next one, so that a job that crashes every hub comes to
/// rest, while one that was merely running when somebody killed the hub does not.
namespace qhub::hub {

/// Jobs named by the note that an earlier process left; removes it.
[[nodiscard]] std::vector<std::int64_t> take_crash_note(std::filesystem::path const& file);

/// From now on, a signal that means a crash (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT) first writes the note. The
/// signal then does what it did before. Once per process; without effect if the file cannot be created.
void leave_crash_notes(std::filesystem::path const& file);

/// Tells that this thread works on a job until destroyed: it is named if this thread crashes. If a thread crashes that
/// works on none itself, all jobs being worked on are named.
class CrashSuspect {
 public:
  explicit CrashSuspect(std::int64_t job_number);
  ~CrashSuspect();
  CrashSuspect(CrashSuspect const&) = delete;
  CrashSuspect& operator=(CrashSuspect const&) = delete;

 private:
  std::size_t slot_;
};

}  // namespace qhub::hub
