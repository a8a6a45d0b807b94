#include "qhub/hub/service/builder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "qhub/api/codec.h"
#include "qhub/hub/auth/token.h"
#include "qhub/hub/service/archive.h"
#include "qhub/hub/service/watch.h"
#include "qhub/hub/store/clock.h"

extern char** environ;

namespace qhub::hub {
namespace {

namespace fs = std::filesystem;

constexpr int kept_builds = 3;

std::string hex(std::string_view bytes, std::size_t count) {
  std::string text;
  for (char const c : bytes.substr(0, count)) fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(c));
  return text;
}

/// How pip reaches packages on this machine.
void add_network_settings(std::vector<std::string>& environment) {
  for (char** entry = environ; *entry; ++entry) {
    std::string_view const variable = *entry;
    for (std::string_view const prefix : {"PIP_", "HTTP_PROXY=", "HTTPS_PROXY=", "NO_PROXY=", "http_proxy=",
                                          "https_proxy=", "no_proxy=", "SSL_CERT_FILE=", "REQUESTS_CA_BUNDLE="})
      if (variable.starts_with(prefix)) environment.emplace_back(variable);
  }
}

std::string validation(std::string_view state, std::string_view summary, std::vector<std::string> const& messages) {
  boost::json::array list;
  for (std::string const& message : messages) list.emplace_back(message);
  return boost::json::serialize(boost::json::object{{"state", state}, {"summary", summary}, {"messages", list}});
}

/// Whether a requirements file has nothing but blank lines and comments (pip, "Requirements File Format").
bool names_nothing(std::string const& requirements) {
  std::istringstream lines(requirements);
  for (std::string line; std::getline(lines, line);) {
    std::size_t const first = line.find_first_not_of(" \t\r");
    if (first != std::string::npos && line[first] != '#') return false;
  }
  return true;
}

}  // namespace

RuntimeSettings runtime_settings(JsonObject const& definition) {
  RuntimeSettings settings{.runtime = "PYTHON_TEMPLATE", .entrypoint = "", .environment = {}};
  Json const* const configuration = definition.if_contains("runtimeConfiguration");
  if (configuration && configuration->is_object()) {
    JsonObject const& object = configuration->get_object();
    if (auto const* runtime = object.if_contains("runtime"); runtime && runtime->is_string())
      settings.runtime = runtime->get_string();
    if (auto const* environment = object.if_contains("environment"); environment && environment->is_object())
      for (auto const& [name, value] : environment->get_object())
        if (value.is_string()) settings.environment[name] = value.get_string();
  }
  auto const entrypoint = settings.environment.find("ENTRYPOINT");
  if (entrypoint != settings.environment.end())
    settings.entrypoint = entrypoint->second;
  else
    settings.entrypoint = settings.runtime == "EXECUTABLE" ? "run" : "user_code.src.program:run";
  return settings;
}

std::vector<Mount> python_mounts(fs::path const& python) {
  std::vector<Mount> mounts;
  auto const add = [&](fs::path const& prefix) {
    std::string const text = prefix.string();
    bool const is_there = text.empty() || text == "/" || text == "/usr" || text.starts_with("/usr/");
    if (!is_there) mounts.push_back({prefix, prefix});
  };
  fs::path const prefix = python.parent_path().parent_path();
  add(prefix);
  std::ifstream settings(prefix / "pyvenv.cfg");
  for (std::string line; std::getline(settings, line);)
    if (line.starts_with("home = ")) add(fs::path(line.substr(7)).parent_path());
  return mounts;
}

Builder::Builder(Store& store, Sandbox const& sandbox, ServiceFiles const& files, BuilderOptions options,
                 std::function<void(std::string const&)> built)
    : store_(store),
      sandbox_(sandbox),
      files_(files),
      options_(std::move(options)),
      built_(std::move(built)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)) {}

Builder::~Builder() {
  {
    std::scoped_lock const guard(mutex_);
    stopping_ = true;
  }
  ::eventfd_write(stop_event_.get(), 1);
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Builder::start() {
  for (BuildRow const& build : store_.read([](Connection& connection) { return unfinished_builds(connection); }))
    queue_.push_back(build.number);
  thread_ = std::thread([this] { work(); });
}

void Builder::submit(std::int64_t build_number) {
  {
    std::scoped_lock const guard(mutex_);
    queue_.push_back(build_number);
  }
  changed_.notify_one();
}

bool Builder::stops() {
  std::scoped_lock const guard(mutex_);
  return stopping_;
}

void Builder::work() {
  while (true) {
    std::int64_t number = 0;
    {
      std::unique_lock guard(mutex_);
      changed_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      number = queue_.front();
      queue_.pop_front();
    }
    auto const row = store_.read([&](Connection& connection) { return find_build(connection, number); });
    if (!row || row->status != "WORKING") continue;
    try {
      build(*row);
    } catch (std::exception const& exception) {
      spdlog::error("build {}: {}", number, exception.what());
    }
  }
}

void Builder::save(BuildRow const& build) {
  auto const saved = store_.write_and_wait([&](Connection& connection) -> Result<void> {
    update_build(connection, build);
    return {};
  });
  if (!saved) spdlog::error("build {}: {}", build.number, saved.error().message);
}

void Builder::build(BuildRow build) {
  auto const definition = store_.read([&](Connection& connection) -> std::optional<JsonObject> {
    if (!find_service(connection, build.service_id)) return std::nullopt;
    return read_definition(connection, build.service_id);
  });
  if (!definition) return;  // deleted meanwhile
  fs::path const directory = files_.build(build.service_id, build.number);
  std::error_code error;
  fs::create_directories(directory, error);
  Result<LogFile> log = LogFile::open(files_.build_log(build.service_id, build.number), options_.limits.log_bytes);
  std::optional<Failure> failure;
  if (log)
    failure = make(build, runtime_settings(*definition), *log);
  else
    failure = Failure{log.error().message};
  if (stops()) return;  // stays WORKING, for the next hub
  build.status = failure ? "FAILURE" : "SUCCESS";
  build.finished_at = now_us();
  build.validation = failure ? validation("ERROR", failure->summary, failure->messages)
                             : validation("SUCCESS", "The service is built.", {});
  if (failure && log) log->note("ERROR", failure->summary);

  Result<std::string> const document = read_file(files_.code(build.service_id, build.number) / "openapi.yaml");
  auto const saved = store_.write_and_wait([&](Connection& connection) -> Result<void> {
    update_build(connection, build);
    if (build.status != "SUCCESS") return {};
    connection.execute("UPDATE services SET build = ?2 WHERE id = ?1", build.service_id, build.number);
    // The description that comes with the source counts as long as nobody gave another.
    if (document)
      connection.execute(
          "INSERT OR IGNORE INTO attachments (owner_id, name, type, content, created_at) VALUES (?, 'openapi', "
          "'application/yaml', ?, ?)",
          build.service_id, Blob{*document}, now_us());
    return {};
  });
  if (!saved) {
    spdlog::error("build {}: {}", build.number, saved.error().message);
    return;
  }
  spdlog::info("build {} of service {}: {}", build.number, build.service_id, build.status);
  if (build.status != "SUCCESS") return;
  // Older ones may still be running; the ones before those are not needed any more.
  std::vector<std::int64_t> numbers;
  for (fs::directory_entry const& entry : fs::directory_iterator(directory.parent_path(), error))
    numbers.push_back(std::atoll(entry.path().filename().c_str()));
  std::ranges::sort(numbers, std::greater());
  for (std::size_t i = kept_builds; i < numbers.size(); ++i)
    fs::remove_all(files_.build(build.service_id, numbers[i]), error);
  built_(build.service_id);
}

std::optional<Builder::Failure> Builder::make(BuildRow& build, RuntimeSettings const& settings, LogFile& log) {
  fs::path const code = files_.code(build.service_id, build.number);
  if (Result<void> const unpacked = unpack_zip(files_.source(build.service_id), code); !unpacked)
    return Failure{unpacked.error().message};
  build.step = "BUILD_IMAGE";
  save(build);
  if (settings.runtime == "PYTHON_TEMPLATE") return make_python(build, settings, log);
  if (settings.runtime != "EXECUTABLE")
    return Failure{fmt::format("this hub builds the runtimes PYTHON_TEMPLATE and EXECUTABLE, not {}", settings.runtime)};
  fs::path const program = (code / settings.entrypoint).lexically_normal();
  struct stat status {};
  bool const is_inside = program.string().starts_with(code.string() + "/");
  if (!is_inside || ::lstat(program.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
    return Failure{fmt::format("the archive has no file '{}' to run; name another in the variable ENTRYPOINT of the "
                               "runtime configuration",
                               settings.entrypoint)};
  ::chmod(program.c_str(), 0755);
  log.note("INFO", fmt::format("runs {}", settings.entrypoint));
  return std::nullopt;
}

std::optional<Builder::Failure> Builder::make_python(BuildRow& build, RuntimeSettings const& settings, LogFile& log) {
  fs::path const code = files_.code(build.service_id, build.number);
  std::string module = settings.entrypoint.substr(0, settings.entrypoint.find(':'));
  if (module.starts_with("user_code.")) module.erase(0, 10);
  for (char& c : module)
    if (c == '.') c = '/';
  fs::path const program = code / (module + ".py");
  std::error_code error;
  if (!fs::is_regular_file(program, error) && !fs::is_regular_file(code / module / "__init__.py", error))
    return Failure{fmt::format("the archive has no {}.py; its files lie at its top, without a folder around them",
                               module)};

  Launch launch{.command = {}, .environment = {"PATH=/usr/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8"}};
  add_network_settings(launch.environment);
  launch.limits = options_.limits;
  launch.uid = options_.uid;
  launch.directory = code;
  launch.mounts = {{code, code}};

  Result<std::string> const requirements = read_file(code / "requirements.txt");
  // An interpreter that has the runtime, and a service that wants nothing else: nothing is to be installed.
  Launch probe = launch;
  probe.command = {options_.python, "-c", "import qhub.commons.runtime.main"};
  for (Mount& mount : python_mounts(options_.python)) probe.mounts.push_back(std::move(mount));
  build.python = options_.python;
  if (!requirements || names_nothing(*requirements)) {
    Result<std::unique_ptr<RunningProgram>> trial = sandbox_.start(probe);
    if (trial && (*trial)->wait().code == 0) {
      log.note("INFO", fmt::format("nothing to install: {} has the runtime", options_.python));
      return run({.command = {*build.python, "-c", "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')",
                              program.string()},
                  .environment = probe.environment,
                  .directory = code,
                  .mounts = probe.mounts,
                  .limits = probe.limits,
                  .uid = probe.uid},
                 fmt::format("compiling {}.py", module), log, {});
    }
  }

  std::string const key = fmt::format("{}\n{}\n{}", options_.python, options_.runtime, requirements ? *requirements : "");
  fs::path const environment = files_.environments(build.service_id) / hex(sha256(key), 16);
  fs::path const complete = environment / "complete";
  build.python = (environment / "bin/python").string();
  for (Mount& mount : python_mounts(options_.python)) launch.mounts.push_back(std::move(mount));
  if (!fs::exists(complete, error)) {
    fs::remove_all(environment, error);
    fs::path const work = files_.build(build.service_id, build.number) / "work";
    for (fs::path const& made : {environment, work})
      if (Result<void> const done = make_directory_for(made, options_.uid); !done) return Failure{done.error().message};
    Launch installing = launch;
    installing.mounts.push_back({environment, environment, /*writable=*/true});
    installing.mounts.push_back({work, "/tmp", /*writable=*/true});
    installing.command = {options_.python, "-m", "venv", environment.string()};
    if (auto failure = run(installing, "making a Python environment", log, environment)) return failure;
    installing.command = {*build.python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check",
                          "--no-cache-dir", options_.runtime};
    if (requirements) installing.command.insert(installing.command.end(), {"-r", "requirements.txt"});
    if (auto failure = run(installing, "installing the requirements", log, environment)) return failure;
    fs::remove_all(work, error);
    if (Result<void> const done = write_file(complete, key); !done) return Failure{done.error().message};
  } else {
    log.note("INFO", "the requirements are installed already");
  }
  launch.mounts.push_back({environment, environment});
  launch.command = {*build.python, "-c", "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')",
                    program.string()};
  return run(launch, fmt::format("compiling {}.py", module), log, {});
}

std::optional<Builder::Failure> Builder::run(Launch launch, std::string const& purpose, LogFile& log,
                                             fs::path const& written) {
  log.note("INFO", purpose);
  int output[2], errors[2];
  if (::pipe2(output, O_CLOEXEC) != 0 || ::pipe2(errors, O_CLOEXEC) != 0) return Failure{"cannot make a pipe"};
  Descriptor const output_read(output[0]), errors_read(errors[0]);
  Descriptor output_write(output[1]), errors_write(errors[1]);
  launch.standard_output = output_write.get();
  launch.standard_error = errors_write.get();
  Result<std::unique_ptr<RunningProgram>> program = sandbox_.start(launch);
  if (!program) return Failure{program.error().message};
  output_write.reset();
  errors_write.reset();
  std::vector<fs::path> directories;
  if (!written.empty()) directories.push_back(written);
  WatchedEnd const ended = watch({.program = **program,
                                  .output = output_read.get(),
                                  .errors = errors_read.get(),
                                  .stop = stop_event_.get(),
                                  .log = log,
                                  .limits = launch.limits,
                                  .written = directories});
  if (!ended.reason && ended.end.complaint.empty() && ended.end.code == 0) return std::nullopt;
  std::string why = ended.reason.value_or(ended.end.complaint);
  if (why.empty()) why = fmt::format("exit code {}", ended.end.code);
  return Failure{fmt::format("{} failed; the build log tells why", purpose), {why}};
}

}  // namespace qhub::hub
