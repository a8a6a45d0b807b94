#include "qhub/hub/store/sqlite.h"

namespace qhub::hub {
namespace {

constexpr std::size_t max_statements = 500;  ///< Kept by a connection, some 10 KiB each.

[[noreturn]] void fail(sqlite3* database) {
  throw DatabaseError(sqlite3_extended_errcode(database), std::string("database: ") + sqlite3_errmsg(database));
}

}  // namespace

Statement::~Statement() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  *in_use_ = false;
}

bool Statement::step() {
  int const code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(sqlite3_db_handle(statement_));
  return false;
}

void Statement::bind(int index, std::int64_t value) {
  if (sqlite3_bind_int64(statement_, index, value) != SQLITE_OK) fail(sqlite3_db_handle(statement_));
}

void Statement::bind(int index, std::string_view text) {
  // A null pointer would bind NULL, and an empty text is not NULL.
  char const* const data = text.data() ? text.data() : "";
  if (sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK)
    fail(sqlite3_db_handle(statement_));
}

void Statement::bind(int index, Blob blob) {
  char const* const data = blob.bytes.data() ? blob.bytes.data() : "";
  if (sqlite3_bind_blob64(statement_, index, data, blob.bytes.size(), SQLITE_TRANSIENT) != SQLITE_OK)
    fail(sqlite3_db_handle(statement_));
}

void Statement::bind(int index, StoredText const& text) {
  text.file.empty() ? bind(index, Blob{text.bytes}) : bind(index, std::string_view(text.file));
}

void Statement::bind_null(int index) {
  if (sqlite3_bind_null(statement_, index) != SQLITE_OK) fail(sqlite3_db_handle(statement_));
}

bool Statement::is_text(int index) const {
  return sqlite3_column_type(statement_, index) == SQLITE_TEXT;
}

template <>
std::int64_t Statement::column<std::int64_t>(int index) const {
  return sqlite3_column_int64(statement_, index);
}

template <>
std::string Statement::column<std::string>(int index) const {
  void const* const bytes = sqlite3_column_blob(statement_, index);
  auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, index));
  return bytes ? std::string(static_cast<char const*>(bytes), size) : std::string();
}

template <>
std::optional<std::int64_t> Statement::column<std::optional<std::int64_t>>(int index) const {
  if (sqlite3_column_type(statement_, index) == SQLITE_NULL) return std::nullopt;
  return column<std::int64_t>(index);
}

template <>
std::optional<std::string> Statement::column<std::optional<std::string>>(int index) const {
  if (sqlite3_column_type(statement_, index) == SQLITE_NULL) return std::nullopt;
  return column<std::string>(index);
}

Connection::Connection(std::filesystem::path const& file, Mode mode) : blobs_(file.parent_path() / "blobs") {
  sqlite3* database = nullptr;
  // NOMUTEX: a connection is used by one thread at a time, so SQLite need not lock.
  int const flags = SQLITE_OPEN_NOMUTEX |
                    (mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  int const code = sqlite3_open_v2(file.c_str(), &database, flags, nullptr);
  database_.reset(database);
  if (!database) throw std::bad_alloc();
  if (code != SQLITE_OK) fail(database);
  sqlite3_extended_result_codes(database, 1);
  // A reader may meet the writer for a moment while the log is restarted.
  sqlite3_busy_timeout(database, 10'000);
}

void Connection::run_script(std::string const& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(database_.get());
}

Statement Connection::prepare(std::string_view sql) {
  std::string key(sql);
  auto found = statements_.find(key);
  if (found == statements_.end()) {
    // Lists make a text of their own for every order in which somebody wants them.
    if (statements_.size() >= max_statements)
      std::erase_if(statements_, [](auto const& entry) { return !entry.second.in_use; });
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &statement, nullptr) != SQLITE_OK)
      fail(database_.get());
    found = statements_.emplace(std::move(key), Compiled{std::unique_ptr<sqlite3_stmt, Close>(statement)}).first;
  }
  return {found->second.statement.get(), found->second.in_use};
}

}  // namespace qhub::hub
