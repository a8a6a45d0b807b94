#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/service/descriptor.h"

/// Programs of other people, run by the program qhub-sandbox (sandbox.main.cpp).
namespace qhub::hub {

enum class Isolation {
  namespaces,  ///< Own file system, processes and user: nothing of the machine can be seen or touched.
  limits,      ///< A process group with resource limits; the program can read what the hub can.
};

/// What one program may use. Memory and CPU time are also watched over the whole tree of its processes.
struct ResourceLimits {
  std::uint64_t memory_bytes = std::uint64_t{2} << 30;
  std::uint64_t output_bytes = std::uint64_t{1} << 30;  ///< Of all result files together, and of any one file.
  std::uint64_t log_bytes = std::uint64_t{16} << 20;    ///< Output beyond is counted and thrown away.
  std::uint64_t temporary_bytes = std::uint64_t{512} << 20;
  std::uint64_t open_files = 1024;
  std::uint64_t processes = 256;  ///< Threads included.
  std::uint64_t output_files = 10'000;
  std::chrono::seconds cpu_time{86'400};
  std::chrono::seconds wall_time{86'400};
  std::chrono::milliseconds grace{5'000};  ///< Between SIGTERM and SIGKILL.
};

/// A file or directory of the machine that the program sees under another path, or under the same.
struct Mount {
  std::filesystem::path source;
  std::filesystem::path target;
  bool writable = false;
};

struct Launch {
  std::vector<std::string> command;  ///< Program and arguments.
  std::vector<std::string> environment;  ///< NAME=value; nothing is inherited.
  std::filesystem::path directory = "/";
  std::vector<Mount> mounts = {};
  std::vector<std::filesystem::path> empty_directories = {};  ///< Made beside the mounts.
  ResourceLimits limits = {};
  std::optional<uid_t> uid = {};  ///< If the hub is root: who the program is.
  int standard_output = -1;
  int standard_error = -1;
  int extra = -1;  ///< Becomes descriptor 4 of the program.
};

/// How a program ended.
struct ProgramEnd {
  int code = 0;           ///< 128 + n if signal n ended the program.
  std::string complaint;  ///< Why the program could not be started; empty if it was.
};

/// A program that was started, with all its descendants. The destructor ends what still runs.
class RunningProgram {
 public:
  virtual ~RunningProgram() = default;
  /// A pidfd of the first process: readable once everything has ended.
  [[nodiscard]] virtual int handle() const = 0;
  /// SIGTERM reaches every process of the program, SIGKILL ends all of them.
  void signal(int number) const;
  /// Waits for the end. To be called once.
  virtual ProgramEnd wait() = 0;
};

/// Starts programs. Copies are cheap.
class Sandbox {
 public:
  /// Finds out what this machine allows by trying it.
  /// \param program  qhub-sandbox; by default the one beside the running program.
  /// Errors: not_found if it is not there, unavailable if it cannot even start programs with limits.
  [[nodiscard]] static Result<Sandbox> probe(std::filesystem::path program = {});

  [[nodiscard]] Isolation isolation() const { return isolation_; }
  /// Why there are no namespaces; empty if there are.
  [[nodiscard]] std::string const& reason() const { return reason_; }

  /// Must be called on a thread that lives as long as the program: its end is the program's end.
  /// Errors: unavailable.
  [[nodiscard]] Result<std::unique_ptr<RunningProgram>> start(Launch const& launch) const;

 private:
  std::filesystem::path program_;
  Isolation isolation_ = Isolation::namespaces;
  std::string reason_;
};

}  // namespace qhub::hub
