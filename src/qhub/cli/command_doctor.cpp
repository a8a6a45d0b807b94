#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "qhub/cli/commands.h"
#include "qhub/cli/config_file.h"
#include "qhub/cli/output.h"
#include "qhub/cli/remote.h"
#include "qhub/cli/terminal.h"
#include "qhub/platform/operations.h"
#include "qhub/platform/users_client.h"
#include "qhub/quantum/operations.h"
#include "qhub/sdk/credentials.h"
#include "qhub/sdk/errors.h"

namespace qhub::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// What was looked at, how it is, and what to do if it is not right.
class Findings {
 public:
  void add(std::string_view what, std::string_view state, std::string value, std::string source = "",
           std::string advice = "") {
    list_.push_back({{"check", what},
                     {"state", state},
                     {"value", std::move(value)},
                     {"source", std::move(source)},
                     {"advice", std::move(advice)}});
  }
  /// What is wrong decides the exit code, the first one first.
  void wrong(ExitCode code, std::string_view what, std::string value, std::string advice) {
    if (code_ == ExitCode::done) code_ = code;
    add(what, "wrong", std::move(value), "", std::move(advice));
  }
  Json list() const { return list_; }
  ExitCode code() const { return code_; }

 private:
  boost::json::array list_;
  ExitCode code_ = ExitCode::done;
};

void check_file(Findings& findings) {
  std::string const path = config_file_path();
  struct stat facts {};
  if (path.empty() || stat(path.c_str(), &facts) != 0)
    return findings.add("configuration file", "warning", "none", path, "qhubctl login makes it");
  try {
    static_cast<void>(read_config_file());
  } catch (std::exception const& error) {
    return findings.wrong(ExitCode::failure, "configuration file", error.what(), "mend or remove it");
  }
  if ((facts.st_mode & 0077) != 0)
    return findings.add("configuration file", "warning",
                        fmt::format("mode {:o}: others can read it", facts.st_mode & 0777), path,
                        fmt::format("chmod 600 {}", path));
  findings.add("configuration file", "ok", fmt::format("mode {:o}", facts.st_mode & 0777), path);
}

void check_settings(Arguments const& arguments, Findings& findings) {
  for (auto const* table : {&quantum::operations::table, &platform::operations::table}) {
    Setting const url = base_url_setting(arguments, table->api);
    std::string const shown = url.value.empty() ? std::string(table->default_base_url) : url.value;
    bool const local = shown.find("//127.") != std::string::npos || shown.find("//localhost") != std::string::npos ||
                       shown.find("//[::1]") != std::string::npos;
    bool const open = shown.starts_with("http://") && !local;
    findings.add(fmt::format("{} API", table->api), open ? "warning" : "ok", shown, url.source,
                 open ? "without TLS anybody on the way reads the token: use https://" : "");
  }
  Setting const token = token_setting(arguments, "quantum");
  if (token.value.empty())
    findings.wrong(ExitCode::unauthenticated, "token", "none", "qhubctl login, or set KQH_PERSONAL_ACCESS_TOKEN");
  else
    findings.add("token", "ok", fmt::format("{} characters", token.value.size()), token.source);
  Setting const organization = organization_setting(arguments);
  findings.add("acting for", "ok", organization.value.empty() ? "your own account" : organization.value,
               organization.source);
  for (char const* name : {"https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"})
    if (char const* const proxy = std::getenv(name); proxy && *proxy) findings.add("proxy", "ok", "set", name);
}

/// The server's clock beside this one's, by the Date header of an answer (RFC 9110, section 6.6.1).
void check_clock(Headers const& headers, Findings& findings) {
  auto const date = headers.find("date");
  std::tm fields{};
  if (!date || !strptime(std::string(*date).c_str(), "%a, %d %b %Y %H:%M:%S", &fields))
    return findings.add("clock", "warning", "the server does not tell its time");
  long const apart = std::labs(static_cast<long>(std::time(nullptr) - timegm(&fields)));
  if (apart > 60)
    return findings.add("clock", "warning", fmt::format("{} s apart from the server's", apart), "",
                        "set the clock, e.g. with NTP");
  findings.add("clock", "ok",
               apart <= 1 ? "agrees with the server's" : fmt::format("{} s apart from the server's", apart));
}

void check_connection(Arguments const& arguments, Findings& findings) {
  auto const connection = quantum_api(arguments);
  auto const started = Clock::now();
  RequestOptions const once{.max_retries = 0};
  try {
    HttpResponse const answer = connection->exchange(quantum::operations::backends::get_backends,
                                                     {.path = "/backends", .body = {}, .file = {}}, once);
    auto const taken = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started);
    findings.add("connection", "ok", fmt::format("answered in {}", duration_text(taken)));
    check_clock(answer.headers, findings);
  } catch (TlsError const& error) {
    return findings.wrong(
        ExitCode::unreachable, "TLS", error.what(),
        "the certificate does not hold: check the address and the system's certificates (SSL_CERT_FILE)");
  } catch (ApiError const& error) {
    check_clock(error.headers(), findings);
    if (error.status_code() != 401)
      return findings.wrong(ExitCode::failure, "connection", error.what(), "is it the address of a hub?");
  } catch (HubError const& error) {
    return findings.wrong(ExitCode::unreachable, "connection", error.what(),
                          "check address, network and proxy; qhubctl hub status tells about a local hub");
  }
  try {
    auto const accounts = platform::UsersClient(platform_api(arguments)).get_my_accounts(once);
    findings.add("login", "ok",
                 fmt::format("the token may act for {} account{}", accounts.size(), accounts.size() == 1 ? "" : "s"));
  } catch (ApiError const& error) {
    if (error.status_code() == 401)
      findings.wrong(ExitCode::unauthenticated, "login", "the token is not valid", "qhubctl login");
    else
      findings.wrong(ExitCode::failure, "login", error.what(), "");
  } catch (HubError const& error) {
    findings.wrong(ExitCode::unreachable, "login", error.what(), "");
  }
}

ExitCode run(Arguments const& arguments) {
  Findings findings;
  check_file(findings);
  if (findings.code() == ExitCode::done) check_settings(arguments, findings);
  if (findings.code() == ExitCode::done) check_connection(arguments, findings);
  print_list(
      arguments, findings.list(),
      {{"CHECK", "check"}, {"STATE", "state"}, {"VALUE", "value"}, {"SOURCE", "source"}, {"WHAT TO DO", "advice"}});
  return findings.code();
}

}  // namespace

Command const command_doctor{
    .name = "doctor",
    .summary =
        "Tells which settings are used and where each comes from, whether hub, clock, TLS and token are right, "
        "and what to do if not.",
    .prints = true,
    .examples = {"qhubctl doctor"},
    .run = run};

}  // namespace qhub::cli
