#include "qhub/hub/service/watch.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace qhub::hub {
namespace {

using Clock = std::chrono::steady_clock;

/// How often the use of memory, time and disk is looked at.
constexpr std::chrono::milliseconds sample_interval{100};

class Watcher {
 public:
  explicit Watcher(Watch const& what) : what_(what), process_(process_of(what.program.handle())) {
    for (int const descriptor : {what.output, what.errors}) ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    before_ = total_written();
  }

  WatchedEnd run() {
    bool stop_was_seen = false;
    while (true) {
      std::array<pollfd, 4> events{{{what_.program.handle(), POLLIN, 0},
                                    {open_ends_[0] ? what_.output : -1, POLLIN, 0},
                                    {open_ends_[1] ? what_.errors : -1, POLLIN, 0},
                                    {stop_was_seen ? -1 : what_.stop, POLLIN, 0}}};
      auto const until = std::min({next_sample_, wall_end_, kill_at_.value_or(Clock::time_point::max())});
      auto const wait = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
      static_cast<void>(::poll(events.data(), events.size(), static_cast<int>(std::max<long>(wait, 0))));
      if (events[1].revents) read(0);
      if (events[2].revents) read(1);
      if (events[3].revents) {
        stop_was_seen = true;
        stopped_ = true;
        end_softly();
      }
      if (events[0].revents) break;
      auto const now = Clock::now();
      if (kill_at_ && now >= *kill_at_) {
        what_.program.signal(SIGKILL);
        kill_at_ = now + sample_interval;
      }
      if (now >= wall_end_) {
        exceed(fmt::format("It ran longer than the limit of {}.", what_.limits.wall_time));
        wall_end_ = Clock::time_point::max();
      }
      if (now >= next_sample_) sample(now);
    }
    WatchedEnd result{.end = what_.program.wait(), .stopped = stopped_, .reason = std::move(reason_)};
    // What is still in the pipes; no process is left that could add to it.
    for (std::size_t index : {0U, 1U})
      while (open_ends_[index] && read(index)) {
      }
    what_.log.finish(streams_[0], streams_[1]);
    return result;
  }

 private:
  /// Returns whether there may be more right now.
  bool read(std::size_t index) {
    std::array<char, 64U << 10> buffer;
    ssize_t const size = ::read(index == 0 ? what_.output : what_.errors, buffer.data(), buffer.size());
    if (size > 0) {
      what_.log.take(streams_[index], {buffer.data(), static_cast<std::size_t>(size)});
      return true;
    }
    if (size == 0 || (errno != EAGAIN && errno != EINTR)) open_ends_[index] = false;
    return false;
  }

  void sample(Clock::time_point now) {
    next_sample_ = now + sample_interval;
    ProcessUsage const usage = usage_of(process_);
    if (series_.add(std::chrono::system_clock::now(), usage) && what_.on_sample) what_.on_sample(series_);
    ResourceLimits const& limits = what_.limits;
    if (usage.memory_bytes > limits.memory_bytes)
      exceed(fmt::format("It used more memory than the limit of {} bytes.", limits.memory_bytes), SIGKILL);
    else if (usage.cpu > limits.cpu_time)
      exceed(fmt::format("It used more processor time than the limit of {}.", limits.cpu_time), SIGKILL);
    DirectorySize const written = total_written();
    if (written.bytes > before_.bytes + limits.output_bytes)
      exceed(fmt::format("It wrote more than the limit of {} bytes.", limits.output_bytes), SIGKILL);
    else if (written.files > before_.files + limits.output_files)
      exceed(fmt::format("It wrote more than the limit of {} files.", limits.output_files), SIGKILL);
    // Looking at many files must not keep a processor busy.
    next_sample_ = std::max(next_sample_, now + 20 * (Clock::now() - now));
  }

  DirectorySize total_written() const {
    DirectorySize total;
    for (std::filesystem::path const& directory : what_.written) {
      DirectorySize const size = measure(directory);
      total.bytes += size.bytes;
      total.files += size.files;
    }
    return total;
  }

  void exceed(std::string reason, int signal = SIGTERM) {
    if (!reason_) reason_ = std::move(reason);
    signal == SIGKILL ? what_.program.signal(SIGKILL) : end_softly();
  }

  void end_softly() {
    if (kill_at_) return;
    what_.program.signal(SIGTERM);
    kill_at_ = Clock::now() + what_.limits.grace;
  }

  Watch const& what_;
  pid_t const process_;
  std::array<LogStream, 2> streams_{LogStream(false), LogStream(true)};
  std::array<bool, 2> open_ends_{true, true};
  UsageSeries series_;
  DirectorySize before_;
  Clock::time_point next_sample_ = Clock::now() + sample_interval;
  Clock::time_point wall_end_ = Clock::now() + what_.limits.wall_time;
  std::optional<Clock::time_point> kill_at_;
  bool stopped_ = false;
  std::optional<std::string> reason_;
};

}  // namespace

WatchedEnd watch(Watch const& what) {
  return Watcher(what).run();
}

}  // namespace qhub::hub
