#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

#include "qhub/hub/http/server.h"
#include "qhub/hub/hub.h"
#include "qhub/hub/program/command.h"
#include "qhub/hub/program/log_sink.h"
#include "qhub/hub/program/service_settings.h"
#include "qhub/hub/program/settings.h"

namespace qhub::hub {
namespace {

struct Arguments {
  explicit Arguments(CLI::App& command) : settings(command) {}

  Settings settings;
  std::string data_directory = default_data_directory();
  std::string backends_directory;
  std::string listen = "127.0.0.1:8765";
  std::string tls_certificate;
  std::string tls_key;
  std::uint64_t max_body_mib = 128;
  std::uint64_t max_upload_mib = 65'536;
  std::uint64_t job_memory_mib = 0;
  std::uint64_t job_seconds = 86'400;
  unsigned shutdown_seconds = 10;
  std::string log_level = "info";
  std::string log_format = "text";
  ServerOptions server;
  HubOptions hub;
  ServiceSettings services;
};

void add_settings(Arguments& arguments) {
  Settings& settings = arguments.settings;
  settings.add("data-dir", arguments.data_directory,
               "Where jobs, accounts and the owner's token are kept; made if missing. One hub per directory.");
  settings.add("listen", arguments.listen, "HOST:PORT to listen on; port 0 takes any free one.");
  settings.add("tls-certificate", arguments.tls_certificate,
               "PEM file with the certificate chain; with it the hub speaks HTTPS. Read at start.");
  settings.add("tls-key", arguments.tls_key, "PEM file with the certificate's private key.");
  settings.add("workers", arguments.hub.run.workers, "How many jobs run at the same time.")->check(CLI::Range(1, 1024));
  settings
      .add("job-memory-mib", arguments.job_memory_mib,
           "Memory in MiB that running jobs may take together; 0: what the machine has.")
      ->check(CLI::Range(0, 1 << 30));
  settings.add("backends-dir", arguments.backends_directory,
               "Folder with *.json that add, change or remove backends; by default backends/ in the data directory.");
  settings.add("job-seconds", arguments.job_seconds, "How long a job may run; then it ends as FAILED.")
      ->check(CLI::Range(1, 1 << 30));
  settings
      .add("queue-per-backend", arguments.hub.run.queue.per_backend,
           "Jobs that may wait for one backend; further ones are sent away with status 503.")
      ->check(CLI::Range(1, 1 << 30));
  settings
      .add("queue-per-tenant", arguments.hub.run.queue.per_tenant,
           "Jobs of one tenant that may wait; further ones are sent away with status 429.")
      ->check(CLI::Range(1, 1 << 30));
  settings.add("io-threads", arguments.server.threads, "Threads that answer requests; 0: one per processor.")
      ->check(CLI::Range(0, 1024));
  settings
      .add("max-body-mib", arguments.max_body_mib,
           "Largest request body in MiB that is kept in memory; beyond it: status 413.")
      ->check(CLI::Range(1, 65'536));
  settings.add("max-upload-mib", arguments.max_upload_mib, "Largest uploaded file in MiB; beyond it: status 413.")
      ->check(CLI::Range(1, 1 << 30));
  settings
      .add("rate-limit", arguments.hub.rate_limit.requests_per_second,
           "Requests per second that one user may send in the long run; beyond: status 429. 0: without limit.")
      ->check(CLI::NonNegativeNumber);
  settings.add("rate-burst", arguments.hub.rate_limit.burst, "Requests that one user may send at once after a pause.")
      ->check(CLI::Range(1.0, 1e9));
  settings
      .add("token-rate-limit", arguments.hub.token_rate_limit.requests_per_second,
           "Requests per second that one token may send in the long run; beyond: status 429. 0: without limit.")
      ->check(CLI::NonNegativeNumber);
  settings
      .add("token-rate-burst", arguments.hub.token_rate_limit.burst,
           "Requests that one token may send at once after a pause.")
      ->check(CLI::Range(1.0, 1e9));
  settings
      .add("token-jobs-per-day", arguments.hub.token_jobs_per_day,
           "Jobs that one token may submit between midnight and midnight, UTC; further ones are sent away with status "
           "429. 0: without limit.")
      ->check(CLI::Range(0, 1 << 30));
  settings.add("prices", arguments.hub.prices,
               "JSON file with what backends cost in EUR: {\"aws.sim.sv1\": {\"perShot\": \"0.0001\"}}. None: nothing.");
  settings.add("allow-network", arguments.hub.allowed_networks,
               "Network such as 10.1.0.0/16, beside the public Internet, that users may have the hub connect to.");
  settings
      .add("shutdown-seconds", arguments.shutdown_seconds,
           "How long requests under way may take when the hub is told to stop.")
      ->check(CLI::Range(0, 3600));
  settings.add("log-level", arguments.log_level, "What standard error tells: one line per request at info.")
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
  settings.add("log-format", arguments.log_format, "How a line of the log looks.")
      ->check(CLI::IsMember({"text", "json"}));
  arguments.services.add_to(settings);
}

/// Splits HOST:PORT; an IPv6 address stands in brackets.
bool parse_listen(std::string const& listen, ServerOptions& options) {
  std::size_t const colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  options.host = listen.substr(0, colon);
  if (options.host.starts_with('[') && options.host.ends_with(']'))
    options.host = options.host.substr(1, options.host.size() - 2);
  std::string const port = listen.substr(colon + 1);
  auto const [end, error] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  return error == std::errc() && end == port.data() + port.size();
}

/// The options that need more than a number. Errors: invalid_argument that names the setting.
Result<void> complete(Arguments& arguments) {
  auto const refuse = [](std::string message) {
    return Error{.kind = ErrorKind::invalid_argument, .message = std::move(message), .details = {}};
  };
  ServerOptions& server = arguments.server;
  if (!parse_listen(arguments.listen, server))
    return refuse(fmt::format("--listen wants HOST:PORT, for example 127.0.0.1:8765; it is '{}'", arguments.listen));
  if (arguments.tls_certificate.empty() != arguments.tls_key.empty())
    return refuse("--tls-certificate and --tls-key go together; one is missing");
  server.tls_certificate = arguments.tls_certificate;
  server.tls_key = arguments.tls_key;
  server.max_body_bytes = arguments.max_body_mib << 20;
  server.max_upload_bytes = arguments.max_upload_mib << 20;
  server.shutdown_timeout = std::chrono::seconds(arguments.shutdown_seconds);
  server.upload_directory = std::filesystem::path(arguments.data_directory) / "uploads";
  arguments.hub.data_directory = arguments.data_directory;
  arguments.hub.backends_directory = arguments.backends_directory;
  arguments.hub.services = arguments.services.to_options();
  if (arguments.job_memory_mib > 0) arguments.hub.run.queue.memory_bytes = arguments.job_memory_mib << 20;
  arguments.hub.run.job_time_limit = std::chrono::seconds(arguments.job_seconds);
  return {};
}

int serve(Arguments& arguments) {
  Result<void> settled = arguments.settings.load();
  if (settled) settled = complete(arguments);
  if (!settled) return fail(settled.error().message);

  // Threads started from here on inherit the mask, so that the signals wait for sigwait below.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  // A client that leaves while it is answered is no reason to end.
  signal(SIGPIPE, SIG_IGN);

  start_log(arguments.log_level, arguments.log_format == "json" ? LogFormat::json : LogFormat::text);
  auto hub = Hub::open(arguments.hub);
  if (!hub) return fail(hub.error().message);
  // What arrived when the last hub ended belongs to nobody.
  std::error_code ignored;
  std::filesystem::remove_all(arguments.server.upload_directory, ignored);
  if ((*hub)->is_new())
    fmt::print("The owner's token is in {}\n", (arguments.hub.data_directory / "owner-token").string());
  {
    auto const server = Server::start(arguments.server, (*hub)->router());
    if (!server) return fail(server.error().message);
    (*hub)->monitoring().add(
        {.name = "qhub_http_connections", .type = "gauge", .help = "Open connections.", .value = [&server] {
           return static_cast<double>((*server)->connection_count());
         }});
    std::string const& host = arguments.server.host;
    std::string const url =
        fmt::format("{}://{}:{}", arguments.tls_key.empty() ? "http" : "https",
                    host.find(':') == std::string::npos ? host : "[" + host + "]", (*server)->port());
    (*hub)->start_services(arguments.services.public_url.empty() ? url : arguments.services.public_url);
    fmt::print("listening on {}\n", url);
    std::fflush(stdout);

    int received = 0;
    sigwait(&stop_signals, &received);
    spdlog::info("stopping: {}", strsignal(received));
    // A second signal ends the program at once; the database stays in order, and jobs start again next time.
    pthread_sigmask(SIG_UNBLOCK, &stop_signals, nullptr);
    (*hub)->stop_waiting();
  }
  return 0;
}

}  // namespace

void add_serve_command(Program& program) {
  CLI::App* const command =
      program.app.add_subcommand("serve", "Answers requests and runs jobs until it is told to stop.");
  auto const arguments = std::make_shared<Arguments>(*command);
  add_settings(*arguments);
  command->footer(
      "SIGTERM or Ctrl-C stops it: requests under way are completed, running jobs go back into the queue.\n"
      "A request that was answered is on disk: jobs survive a crash of the hub and of the machine.\n"
      "Beside the APIs it answers /healthz, /readyz and, for Prometheus, /metrics.\n\n"
      "A configuration file:\n"
      "  data-dir = \"/srv/qhub\"\n"
      "  listen = \"0.0.0.0:8765\"\n"
      "  workers = 2");
  command->callback([&program, arguments] { program.action = [arguments] { return serve(*arguments); }; });
}

}  // namespace qhub::hub
