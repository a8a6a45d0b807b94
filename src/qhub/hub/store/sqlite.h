#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "qhub/hub/store/blobs.h"

namespace qhub::hub {

/// SQLite failed in a way no caller can answer: the disk is full, the file is damaged, a statement is wrong.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(int sqlite_code, std::string const& message) : std::runtime_error(message), code(sqlite_code) {}
  int code;  ///< SQLite's extended result code.
};

/// Bytes, where text would be another type to SQLite.
struct Blob {
  std::string_view bytes;
};

/// A statement in use. Rows are read in order; the text of a row lives until the next step().
class Statement {
 public:
  Statement(Statement&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)), in_use_(other.in_use_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Goes to the next row; false after the last one.
  bool step();

  /// Value of a column of the current row. T: std::int64_t, std::string (text or bytes), or an optional of these, which
  /// is empty for NULL.
  template <class T>
  [[nodiscard]] T column(int index) const;

  /// Whether the column's value is of SQLite's type TEXT, and not BLOB or another.
  [[nodiscard]] bool is_text(int index) const;

 private:
  friend class Connection;
  Statement(sqlite3_stmt* statement, bool& in_use) : statement_(statement), in_use_(&in_use) { in_use = true; }

  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind(int index, Blob blob);
  void bind(int index, StoredText const& text);
  void bind_null(int index);
  template <class T>
  void bind(int index, std::optional<T> const& value) {
    value ? bind(index, *value) : bind_null(index);
  }

  sqlite3_stmt* statement_;
  bool* in_use_;  ///< Of its connection.
};

template <>
std::int64_t Statement::column<std::int64_t>(int index) const;
template <>
std::string Statement::column<std::string>(int index) const;
template <>
std::optional<std::int64_t> Statement::column<std::optional<std::int64_t>>(int index) const;
template <>
std::optional<std::string> Statement::column<std::optional<std::string>>(int index) const;

/// One connection to the database, for one thread at a time. Every failure is a DatabaseError.
class Connection {
 public:
  enum class Mode { read_only, read_write };
  Connection(std::filesystem::path const& file, Mode mode);

  /// Starts a statement. The connection keeps the last few hundred compiled. At most one use of the same text at a time.
  template <class... Values>
  [[nodiscard]] Statement query(std::string_view sql, Values const&... values) {
    Statement statement = prepare(sql);
    int index = 0;
    (statement.bind(++index, values), ...);
    return statement;
  }

  /// Runs a statement to its end and says how many rows it changed.
  template <class... Values>
  std::int64_t execute(std::string_view sql, Values const&... values) {
    Statement statement = query(sql, values...);
    while (statement.step()) {
    }
    return sqlite3_changes64(database_.get());
  }

  /// Runs a script of several statements.
  void run_script(std::string const& sql);

  /// Where large texts of this database lie: the folder blobs beside its file.
  [[nodiscard]] Blobs const& blobs() const { return blobs_; }

  /// Whether a transaction is open; SQLite ends one by itself after some failures.
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

  /// Number given by SQLite to the row inserted last.
  [[nodiscard]] std::int64_t last_row() const { return sqlite3_last_insert_rowid(database_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  struct Compiled {
    std::unique_ptr<sqlite3_stmt, Close> statement;
    bool in_use = false;
  };

  Statement prepare(std::string_view sql);

  std::unique_ptr<sqlite3, Close> database_;
  Blobs blobs_;
  std::unordered_map<std::string, Compiled> statements_;
};

}  // namespace qhub::hub
