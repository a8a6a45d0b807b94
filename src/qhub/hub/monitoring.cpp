#include "qhub/hub/monitoring.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <fstream>

#include "qhub/hub/http/metrics.h"
#include "qhub/hub/http/problem.h"

namespace qhub::hub {
namespace {

constexpr api::Operation health{.id = "hub.health.get_health",
                                .method = "GET",
                                .path = "/healthz",
                                .summary = "Says that the process answers.",
                                .anonymous = true};
constexpr api::Operation readiness{.id = "hub.health.get_readiness",
                                   .method = "GET",
                                   .path = "/readyz",
                                   .summary = "Says that the database answers.",
                                   .anonymous = true};
constexpr api::Operation metrics{.id = "hub.health.get_metrics",
                                 .method = "GET",
                                 .path = "/metrics",
                                 .summary = "Tells Prometheus how the hub fares.",
                                 .anonymous = true};

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");  // proc(5): total and resident size in pages
  double total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  auto const seconds = [](timeval const& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_files() {
  DIR* const directory = ::opendir("/proc/self/fd");
  if (!directory) return 0;
  double count = -3;  // ".", ".." and the descriptor that reads them
  while (::readdir(directory)) ++count;
  ::closedir(directory);
  return count;
}

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Monitoring::Monitoring(Router& router, Store& store) : router_(router), store_(store) {
  router.add(health, "",
             [](Call&) -> asio::awaitable<Response> { co_return json_response(200, R"({"status":"UP"})"); });
  router.add(readiness, "", [this](Call&) -> asio::awaitable<Response> {
    try {
      store_.read([](Connection& connection) { connection.execute("SELECT count(*) FROM sqlite_schema"); });
    } catch (DatabaseError const&) {
      co_return json_response(503, R"({"status":"DOWN","reason":"the database does not answer"})");
    }
    co_return json_response(200, R"({"status":"READY"})");
  });
  router.add(metrics, "", [this](Call&) -> asio::awaitable<Response> {
    co_return bytes_response(text(), "text/plain; version=0.0.4; charset=utf-8");
  });
  add({"process_resident_memory_bytes", "gauge", "Memory in RAM.", resident_bytes});
  add({"process_cpu_seconds_total", "counter", "Processor time, user and system.", cpu_seconds});
  add({"process_open_fds", "gauge", "Open file descriptors.", open_files});
  add({"process_start_time_seconds", "gauge", "When the process started, seconds since 1970.",
       [started = seconds_since_1970()] { return started; }});
  add({"qhub_store_commits_total", "counter", "Transactions that the database has put on disk.",
       [this] { return static_cast<double>(store_.statistics().commits); }});
  add({"qhub_store_writes_total", "counter", "Writes in these transactions.",
       [this] { return static_cast<double>(store_.statistics().writes); }});
}

void Monitoring::add(Metric metric) {
  std::scoped_lock const guard(mutex_);
  metrics_.push_back(std::move(metric));
}

std::string Monitoring::text() {
  std::string text;
  router_.write_metrics(text);
  std::scoped_lock const guard(mutex_);
  std::string introduced;
  for (Metric const& metric : metrics_) {
    std::string const name = metric.name.substr(0, metric.name.find('{'));
    if (name != introduced) write_metric_head(name, metric.type, metric.help, text);
    introduced = name;
    fmt::format_to(std::back_inserter(text), "{} {}\n", metric.name, metric.value());
  }
  return text;
}

}  // namespace qhub::hub
