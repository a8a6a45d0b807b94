#pragma once

#include <string>

namespace qhub {

/// A file to upload, or one that was uploaded: its bytes are in memory or on disk.
struct File {
  std::string content = {};         ///< The bytes, if they are in memory.
  std::string filename = "upload";  ///< Sent to the server; it may use the extension.
  std::string content_type = {};    ///< Media type; empty: guessed from the filename's extension.

  std::string path = {};  ///< If set, the bytes are those of this file, and `content` is empty.

  /// The file there, under its own name.
  static File at(std::string path) {
    std::string name = path.substr(path.rfind('/') + 1);
    return {.filename = std::move(name), .path = std::move(path)};
  }

  bool operator==(File const&) const = default;  ///< Whether all fields are equal.
};

}  // namespace qhub
