#include "qhub/hub/store/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <future>
#include <system_error>

#include "qhub/hub/store/schema.h"

namespace qhub::hub {
namespace {

Error failure(ErrorKind kind, std::string message) {
  return {.kind = kind, .message = std::move(message), .details = {}};
}

/// Another program may write, too: `qhubd user add` does. What it wrote is seen so late at most.
constexpr std::chrono::milliseconds max_snapshot_age{20};

}  // namespace

Error write_failure(DatabaseError const& error) {
  std::string const reason =
      (error.code & 0xff) == SQLITE_FULL ? "the hub's disk is full" : "the hub's database failed";
  return failure(ErrorKind::unavailable, reason + "; nothing was stored");
}

/// Holds the data directory against a second hub, until destroyed or until the process ends in whatever way.
class Store::Lock {
 public:
  static Result<std::unique_ptr<Lock>> take(std::filesystem::path const& file) {
    int const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
      return failure(ErrorKind::forbidden, fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
    auto lock = std::unique_ptr<Lock>(new Lock(descriptor));
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
      return failure(ErrorKind::conflict,
                     fmt::format("another qhubd uses the data directory {}", file.parent_path().string()));
    return lock;
  }
  ~Lock() { ::close(descriptor_); }

 private:
  explicit Lock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

Store::Reader::Reader(Store& store) : store_(store) {
  {
    std::scoped_lock const guard(store_.readers_mutex_);
    if (!store_.idle_readers_.empty()) {
      reading_ = std::move(store_.idle_readers_.back());
      store_.idle_readers_.pop_back();
    }
  }
  // As many connections come into being as threads read at one time.
  if (!reading_)
    reading_.reset(new ReadingConnection{.connection = Connection(store_.file_, Connection::Mode::read_only)});
  std::uint64_t const generation = store_.generation_;
  auto const now = std::chrono::steady_clock::now();
  if (reading_->in_snapshot) {
    if (reading_->generation == generation && now - reading_->began_at < max_snapshot_age) return;
    reading_->connection.execute("COMMIT");
  }
  reading_->connection.execute("BEGIN");
  reading_->in_snapshot = true;
  reading_->generation = generation;
  reading_->began_at = now;
}

Store::Reader::~Reader() {
  std::scoped_lock const guard(store_.readers_mutex_);
  store_.idle_readers_.push_back(std::move(reading_));
}

void Store::end_idle_snapshots() {
  std::scoped_lock const guard(readers_mutex_);
  for (auto const& reading : idle_readers_)
    if (std::exchange(reading->in_snapshot, false)) reading->connection.execute("COMMIT");
}

Result<std::unique_ptr<Store>> Store::open(std::filesystem::path const& data_directory) {
  std::error_code error;
  std::filesystem::create_directories(data_directory, error);
  if (error)
    return failure(ErrorKind::forbidden,
                   fmt::format("cannot create the data directory {}: {}", data_directory.string(), error.message()));
  Result<std::unique_ptr<Lock>> lock = Lock::take(data_directory / "qhubd.lock");
  if (!lock) return std::move(lock).error();

  std::filesystem::path const file = data_directory / "qhubd.sqlite";
  try {
    auto writer = std::make_unique<Connection>(file, Connection::Mode::read_write);
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    writer->run_script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    writer->blobs().remove_unfinished();
    Result<void> const migrated = migrate(*writer);
    if (!migrated)
      return failure(migrated.error().kind,
                     fmt::format("cannot use the database {}: {}", file.string(), migrated.error().message));
    return std::unique_ptr<Store>(new Store(file, std::move(*lock), std::move(writer)));
  } catch (DatabaseError const& database_error) {
    return failure(ErrorKind::internal,
                   fmt::format("cannot use the database {}: {}", file.string(), database_error.what()));
  }
}

Store::Store(std::filesystem::path file, std::unique_ptr<Lock> lock, std::unique_ptr<Connection> writer)
    : file_(std::move(file)), lock_(std::move(lock)), writer_(std::move(writer)) {
  writer_thread_ = std::thread([this] { write_loop(); });
}

Store::~Store() {
  {
    std::scoped_lock const guard(queue_mutex_);
    closing_ = true;
  }
  queue_changed_.notify_one();
  writer_thread_.join();
}

void Store::enqueue(Step step, Done done) {
  {
    std::scoped_lock const guard(queue_mutex_);
    queue_.push_back({std::move(step), std::move(done)});
  }
  queue_changed_.notify_one();
}

asio::awaitable<Result<void>> Store::perform(Step step) {
  co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(Result<void>)>(
      [this](auto handler, Step queued) {
        // std::function wants copies, which a handler does not offer.
        auto const shared = std::make_shared<decltype(handler)>(std::move(handler));
        auto const work = asio::make_work_guard(asio::get_associated_executor(*shared));
        enqueue(std::move(queued), [shared, work](Result<void> result) {
          asio::post(work.get_executor(), [shared, result = std::move(result)]() mutable {
            auto resume = std::move(*shared);
            resume(std::move(result));
          });
        });
      },
      asio::use_awaitable, std::move(step));
}

Result<void> Store::perform_and_wait(Step step) {
  std::promise<Result<void>> promise;
  enqueue(std::move(step), [&promise](Result<void> result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}

void Store::write_loop() {
  while (true) {
    std::vector<Pending> batch;
    {
      std::unique_lock guard(queue_mutex_);
      queue_changed_.wait(guard, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      batch.swap(queue_);
    }
    commit_together(batch);
  }
}

void Store::commit_together(std::vector<Pending>& batch) {
  std::vector<Result<void>> results(batch.size());
  try {
    end_idle_snapshots();
    writer_->execute("BEGIN IMMEDIATE");
    for (std::size_t i = 0; i < batch.size(); ++i) {
      writer_->execute("SAVEPOINT step");
      try {
        results[i] = batch[i].step(*writer_);
      } catch (DatabaseError const& error) {
        if ((error.code & 0xff) != SQLITE_CONSTRAINT) throw;  // else a defect of this step alone
        results[i] = failure(ErrorKind::internal, error.what());
      } catch (std::exception const& exception) {
        results[i] = failure(ErrorKind::internal, exception.what());
      }
      if (!results[i]) writer_->execute("ROLLBACK TO step");
      writer_->execute("RELEASE step");
    }
    writer_->execute("COMMIT");
    ++generation_;
    ++commits_;
    writes_ += batch.size();
  } catch (DatabaseError const& error) {
    spdlog::error("nothing of {} writes was stored: {}", batch.size(), error.what());
    try {
      if (writer_->in_transaction()) writer_->execute("ROLLBACK");
    } catch (DatabaseError const& rollback_error) {
      spdlog::error("rolling back failed: {}", rollback_error.what());
    }
    for (Result<void>& result : results) result = write_failure(error);
  }
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(results[i]));
}

}  // namespace qhub::hub
