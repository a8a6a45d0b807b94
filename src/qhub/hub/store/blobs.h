#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace qhub::hub {

class Statement;

/// A value of a column for large texts: the bytes themselves, or the name of the file that holds them.
struct StoredText {
  std::string_view bytes;
  std::string file = {};  ///< If not empty: name in the folder of Blobs.
};

/// A text behind a column, not yet read if it is long.
struct FoundText {
  std::string bytes;           ///< Of a short one.
  std::filesystem::path file;  ///< Of a long one, else empty.

  /// All of it. Failure is a DatabaseError.
  [[nodiscard]] std::string load() const;

  /// SHA-256 in hexadecimal digits.
  [[nodiscard]] std::string digest() const;
};

/// Texts of any size behind columns of the database. Short ones lie in the row, where SQLite is faster than the file
/// system (sqlite.org, "35% Faster Than The Filesystem"); from `max_inline_bytes` on they lie in a file named by its
/// content's SHA-256, so that one stored twice is there once, and neither the log nor a checkpoint copies it again.
/// In the row a file's name is of type TEXT, bytes are of type BLOB.
///
/// A file is complete and on disk before its row is. One whose transaction failed stays behind, named by no row. Many
/// threads may keep and load at a time.
class Blobs {
 public:
  static constexpr std::size_t max_inline_bytes = 64U << 10;

  /// \param folder  made when the first file is.
  explicit Blobs(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Makes a value to bind; it refers to `text`. Failure is a DatabaseError, as that of any other write.
  [[nodiscard]] StoredText keep(std::string const& text) const;
  [[nodiscard]] std::optional<StoredText> keep(std::optional<std::string> const& text) const;

  /// The text of a column of the current row; nothing for NULL.
  [[nodiscard]] std::optional<FoundText> find(Statement const& statement, int column) const;
  [[nodiscard]] std::optional<std::string> load(Statement const& statement, int column) const;

  /// Removes what was being written when an earlier process ended; to be called before the first keep().
  void remove_unfinished() const;

 private:
  [[nodiscard]] std::filesystem::path unfinished() const { return folder_ / "unfinished"; }
  [[nodiscard]] std::filesystem::path path_of(std::string const& name) const;

  std::filesystem::path folder_;
};

}  // namespace qhub::hub
