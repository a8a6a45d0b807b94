#pragma once

#include <filesystem>
#include <string>

#include "qhub/base/result.h"
#include "qhub/hub/http/message.h"

namespace qhub::hub {

/// One request of git's smart HTTP protocol on a repository below `root`.
struct GitRequest {
  std::filesystem::path root;  ///< The folder that holds the repositories.
  std::string path;            ///< Below it: "/<directory>/info/refs", ".../git-upload-pack" or ".../git-receive-pack".
  std::string query;
  bool may_push = false;
};

/// Has `git http-backend`, which comes with git, answer the request. Blocks until it has; not for a thread that serves
/// others. Errors: unavailable if there is no git here; timeout after ten minutes.
[[nodiscard]] Result<Response> serve_git(GitRequest const& request, Request const& http);

}  // namespace qhub::hub
