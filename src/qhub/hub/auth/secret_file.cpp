#include "qhub/hub/auth/secret_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace qhub::hub {

Result<void> write_secret(std::filesystem::path const& file, std::string_view text) {
  auto const fail = [&] {
    return Error{.kind = ErrorKind::forbidden,
                 .message = fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)),
                 .details = {}};
  };
  std::string const unfinished = file.string() + ".new";
  int const descriptor = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail();
  bool const written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fchmod(descriptor, 0600) == 0 && ::fsync(descriptor) == 0;
  if (::close(descriptor) != 0 || !written || ::rename(unfinished.c_str(), file.c_str()) != 0) return fail();
  return {};
}

}  // namespace qhub::hub
