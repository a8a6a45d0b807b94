#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "qhub/hub/service/log_file.h"
#include "qhub/hub/service/sandbox.h"
#include "qhub/hub/service/service_files.h"
#include "qhub/hub/service/services.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {

/// What a service runs with, as its definition says.
struct RuntimeSettings {
  std::string runtime;     ///< PYTHON_TEMPLATE, EXECUTABLE or another
  std::string entrypoint;  ///< ENTRYPOINT of the environment, or the runtime's default
  std::map<std::string, std::string> environment;
};
[[nodiscard]] RuntimeSettings runtime_settings(JsonObject const& definition);

/// What an interpreter needs to see of the machine besides the system's programs: the environment it belongs to and the
/// installation that this was made of.
[[nodiscard]] std::vector<Mount> python_mounts(std::filesystem::path const& python);

struct BuilderOptions {
  std::string python = "/usr/bin/python3";    ///< What environments are made of.
  std::string runtime = "qhub-commons>=1.2";  ///< Installed into each, as pip takes it.
  uid_t uid = 2'000'009'999;                  ///< If the hub is root: who builds.
  ResourceLimits limits{.memory_bytes = std::uint64_t{4} << 30,
                        .output_bytes = std::uint64_t{8} << 30,
                        .open_files = 4096,
                        .output_files = 500'000,
                        .cpu_time = std::chrono::hours(1),
                        .wall_time = std::chrono::minutes(30)};
};

/// Makes services out of their archives: one at a time, in a sandbox.
class Builder {
 public:
  /// \param built  called when a build has succeeded, on the builder's thread.
  Builder(Store& store, Sandbox const& sandbox, ServiceFiles const& files, BuilderOptions options,
          std::function<void(std::string const& service_id)> built);
  /// Ends what is being built; it is built by the next hub.
  ~Builder();
  Builder(Builder const&) = delete;
  Builder& operator=(Builder const&) = delete;

  /// Starts the thread, with what an earlier hub left unfinished.
  void start();
  /// There is a build with status WORKING.
  void submit(std::int64_t build_number);

 private:
  struct Failure {
    std::string summary;
    std::vector<std::string> messages = {};
  };

  void work();
  void build(BuildRow build);
  std::optional<Failure> make(BuildRow& build, RuntimeSettings const& settings, LogFile& log);
  std::optional<Failure> make_python(BuildRow& build, RuntimeSettings const& settings, LogFile& log);
  /// Runs one command; a failure says what it was for.
  std::optional<Failure> run(Launch launch, std::string const& purpose, LogFile& log,
                             std::filesystem::path const& written);
  void save(BuildRow const& build);
  bool stops();

  Store& store_;
  Sandbox const& sandbox_;
  ServiceFiles const& files_;
  BuilderOptions const options_;
  std::function<void(std::string const&)> const built_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::int64_t> queue_;
  bool stopping_ = false;
  Descriptor stop_event_;
  std::thread thread_;
};

}  // namespace qhub::hub
