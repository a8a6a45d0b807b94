#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"

struct git_repository;

namespace qhub::hub {

/// A bare git repository on disk, for reading; it is written by pushes. An object is used by one thread at a time.
class Repository {
 public:
  /// Makes an empty one whose default branch is `main`. Errors: internal with git's reason.
  [[nodiscard]] static Result<void> create(std::filesystem::path const& directory);
  /// Errors: not_found.
  [[nodiscard]] static Result<Repository> open(std::filesystem::path const& directory);

  struct Entry {
    std::string id;    ///< Of the object, 40 hexadecimal digits.
    std::string mode;  ///< As git writes it: 100644, 100755, 120000, 040000, 160000.
    std::string name;
    std::string path;  ///< From the root, without a slash before it.
    std::string type;  ///< tree, blob or commit (a submodule)
  };
  struct Tree {
    Entry self;  ///< The root has an empty name and path.
    std::vector<Entry> entries;
  };
  struct FileInfo {
    Entry entry;
    std::uint64_t size = 0;
    std::string commit_id;       ///< That was looked at.
    std::string last_commit_id;  ///< That changed the file last.
  };
  struct Metadata {
    std::int64_t commits = 0;            ///< Reachable from the revision.
    std::optional<std::string> license;  ///< SPDX identifier, recognised by the text of LICENSE or COPYING.
    std::string license_path;
  };

  /// `revision` is a branch, tag or commit id; empty: the default branch. Errors: not_found for a revision or a path
  /// that there is none of; a repository without commits has an empty root.
  [[nodiscard]] Result<Tree> tree(std::string const& revision, std::string const& path) const;
  [[nodiscard]] Result<FileInfo> file_info(std::string const& revision, std::string const& path) const;
  [[nodiscard]] Result<std::string> file(std::string const& revision, std::string const& path) const;
  [[nodiscard]] Result<Metadata> metadata(std::string const& revision) const;
  /// Which part of the source text, in percent with one decimal, is in which language, by the files' suffixes.
  [[nodiscard]] Result<std::map<std::string, double>> languages(std::string const& revision) const;

  /// The name of the default branch.
  [[nodiscard]] std::string default_branch() const;

 private:
  struct Free {
    void operator()(git_repository* repository) const;
  };
  explicit Repository(git_repository* repository) : repository_(repository) {}

  std::unique_ptr<git_repository, Free> repository_;
};

}  // namespace qhub::hub
