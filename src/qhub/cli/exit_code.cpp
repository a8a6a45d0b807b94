#include "qhub/cli/exit_code.h"

#include <fmt/format.h>

namespace qhub::cli {

std::span<std::pair<int, std::string_view> const> exit_codes() {
  static constexpr std::pair<int, std::string_view> codes[] = {{0, "done"},
                                                               {1, "another failure"},
                                                               {2, "wrong usage"},
                                                               {3, "the remote job ended FAILED, ABORTED or CANCELLED"},
                                                               {4, "not logged in, or not allowed"},
                                                               {5, "not found"},
                                                               {6, "a conflict, or the wrong state for this"},
                                                               {7, "a quota or a rate limit"},
                                                               {8, "the deadline passed while the job still runs"},
                                                               {9, "unreachable"},
                                                               {130, "interrupted"},
                                                               {141, "the reader of a pipe is gone"}};
  return codes;
}

ExitCode exit_code(ApiError const& error) {
  switch (error.status_code()) {
    case 401:
    case 403:
      return ExitCode::unauthenticated;
    case 404:
      return ExitCode::not_found;
    case 409:
    case 412:
      return ExitCode::conflict;
    case 402:
    case 429:
      return ExitCode::rate_limited;
    default:
      return ExitCode::failure;
  }
}

std::string message_of(ApiError const& error) {
  std::string message = error.what();
  if (error.status_code() == 401)
    message += "; qhubctl login keeps a valid token, qhubctl doctor tells which one is used";
  return message;
}

std::string printable(std::string_view text) {
  std::string clean;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    bool const is_c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (is_c1)
      clean += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
    else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
      clean += fmt::format("\\x{:02x}", c);
    else
      clean += text[i];
  }
  return clean;
}

}  // namespace qhub::cli
