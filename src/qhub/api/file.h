#pragma once

#include <string>

namespace qhub {

/// A file to upload.
struct File {
  std::string content = {};
  std::string filename = "upload";  ///< Sent to the server; it may use the extension.
  std::string content_type = {};    ///< Media type; empty: guessed from the filename's extension.

  bool operator==(File const&) const = default;
};

}  // namespace qhub
