#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/store/sqlite.h"

namespace qhub::hub {

namespace asio = boost::asio;

/// What a write says whose database or disk failed: unavailable, and why.
[[nodiscard]] Error write_failure(DatabaseError const& error);

/// The hub's database: one SQLite file in the data directory, in WAL mode with synchronous=FULL.
///
/// All writes go through one thread. What is queued while a commit is under way is committed together by the next one,
/// so that many concurrent writers share one fsync; each has its own savepoint, so that one failing leaves the others
/// alone. When a write reports success it is on disk and survives a crash of the process and of the machine. Reads run
/// on the calling thread, on connections of their own, and wait for no writer.
class Store {
 public:
  /// Opens or creates the database below `data_directory`, which one hub at a time may use.
  /// Errors (for people, naming file and reason): conflict if another hub has the directory, forbidden if it cannot be
  /// written, unsupported for a database of a newer hub, internal for a damaged one.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(std::filesystem::path const& data_directory);

  /// Completes the writes that are queued, then closes. The directory may be opened again afterwards.
  ~Store();
  Store(Store const&) = delete;
  Store& operator=(Store const&) = delete;

  /// Runs `work(Connection&)`, which returns a Result, in a transaction on the writer's thread, and resumes on the
  /// caller's executor once it is durable. A work that returns an error leaves nothing behind. Error beside its own
  /// ones: unavailable, if the database failed; nothing was stored then.
  template <class Work>
  [[nodiscard]] asio::awaitable<std::invoke_result_t<Work, Connection&>> write(Work work) {
    std::optional<std::invoke_result_t<Work, Connection&>> outcome;
    Result<void> const stored = co_await perform(keep_outcome(work, outcome));
    co_return take(stored, outcome);
  }

  /// The same for threads that may wait.
  template <class Work>
  [[nodiscard]] std::invoke_result_t<Work, Connection&> write_and_wait(Work work) {
    std::optional<std::invoke_result_t<Work, Connection&>> outcome;
    Result<void> const stored = perform_and_wait(keep_outcome(work, outcome));
    return take(stored, outcome);
  }

  /// The next reads see what other programs have written up to now; without this they may see it 20 ms later.
  void look_again() { ++generation_; }

  struct Statistics {
    std::uint64_t commits = 0;
    std::uint64_t writes = 0;  ///< In these commits.
  };
  [[nodiscard]] Statistics statistics() const { return {commits_, writes_}; }

  /// Where large texts lie.
  [[nodiscard]] Blobs const& blobs() const { return writer_->blobs(); }

  /// Runs `work(Connection&)` in a read transaction: it sees one state of the database, with every completed write.
  template <class Work>
  auto read(Work work) {
    Reader const reader(*this);
    return work(reader.connection());
  }

 private:
  using Step = std::function<Result<void>(Connection&)>;
  using Done = std::function<void(Result<void>)>;
  struct Pending {
    Step step;
    Done done;
  };
  class Lock;

  /// A connection that reads. Between two reads it keeps its snapshot, as long as that is the newest state: beginning
  /// and ending one takes locks, hence system calls, which are a third of the cost of a small read.
  struct ReadingConnection {
    Connection connection;
    bool in_snapshot = false;
    std::uint64_t generation = 0;  ///< Of the store, when the snapshot began.
    std::chrono::steady_clock::time_point began_at = {};
  };

  /// Borrows a reading connection for a scope.
  class Reader {
   public:
    explicit Reader(Store& store);
    ~Reader();
    Reader(Reader const&) = delete;
    Reader& operator=(Reader const&) = delete;
    [[nodiscard]] Connection& connection() const { return reading_->connection; }

   private:
    Store& store_;
    std::unique_ptr<ReadingConnection> reading_;
  };

  Store(std::filesystem::path file, std::unique_ptr<Lock> lock, std::unique_ptr<Connection> writer);

  template <class Work, class Outcome>
  static Step keep_outcome(Work& work, std::optional<Outcome>& outcome) {
    return [&work, &outcome](Connection& connection) -> Result<void> {
      outcome.emplace(work(connection));
      if (!*outcome) return outcome->error();
      return {};
    };
  }

  template <class Outcome>
  static Outcome take(Result<void> const& stored, std::optional<Outcome>& outcome) {
    if (!stored) return stored.error();
    return std::move(*outcome);
  }

  asio::awaitable<Result<void>> perform(Step step);
  Result<void> perform_and_wait(Step step);
  /// `done` is called on the writer's thread once the step is committed or has failed.
  void enqueue(Step step, Done done);
  void write_loop();
  void commit_together(std::vector<Pending>& batch);
  /// An old snapshot would keep the log from being restarted, so that it grew.
  void end_idle_snapshots();

  std::filesystem::path file_;
  std::unique_ptr<Lock> lock_;
  std::unique_ptr<Connection> writer_;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::vector<Pending> queue_;
  bool closing_ = false;

  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<ReadingConnection>> idle_readers_;
  std::atomic<std::uint64_t> generation_ = 0;  ///< Grows with whatever makes a snapshot old.
  std::atomic<std::uint64_t> commits_ = 0;
  std::atomic<std::uint64_t> writes_ = 0;

  std::thread writer_thread_;
};

}  // namespace qhub::hub
