#include "qhub/hub/store/administer.h"

#include <fmt/format.h>

#include "qhub/hub/store/schema.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {

Result<void> administer(std::filesystem::path const& data_directory,
                        std::function<Result<void>(Connection&)> const& work) {
  if (Result<std::unique_ptr<Store>> store = Store::open(data_directory))
    return (*store)->write_and_wait(work);
  else if (store.error().kind != ErrorKind::conflict)
    return store.error();
  // A hub has the directory. SQLite lets its writer and this one take turns.
  try {
    Connection connection(data_directory / "qhubd.sqlite", Connection::Mode::read_write);
    connection.run_script("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    if (Result<void> const current = migrate(connection); !current) return current.error();
    connection.execute("BEGIN IMMEDIATE");
    Result<void> done = work(connection);
    connection.execute(done ? "COMMIT" : "ROLLBACK");
    return done;
  } catch (DatabaseError const& error) {
    return Error{
        .kind = ErrorKind::unavailable,
        .message = fmt::format("the database in {} cannot be used now: {}", data_directory.string(), error.what()),
        .details = {}};
  }
}

}  // namespace qhub::hub
