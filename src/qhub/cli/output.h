#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "qhub/api/codec.h"
#include "qhub/cli/command.h"

/// Results on standard output, in the form that --output or --json asks for.
namespace qhub::cli {

/// A column of a table: its head, and where an entry has the value.
struct Column {
  std::string_view head;
  std::string_view path;  ///< "configuration.qubit_count"
};

/// A value of the SDK as JSON, with the members that this build does not know.
template <class T>
Json to_json(T const& value) {
  return *api::parse(api::encode(value));
}

/// A list. Tables have these columns, wide ones all other plain members as well; `-o name` prints the members `id`, else the first column.
/// \throws UsageError if --json names a field that no entry has.
void print_list(Arguments const& arguments, Json const& entries, std::vector<Column> const& columns);

/// One thing. As a table it is a line per member, those inside of others as "configuration.qubit_count".
/// \param name  the member that `-o name` prints.
void print_document(Arguments const& arguments, Json const& document, std::string_view name = "id");

/// What a command has made: its id, or all of it if a form is asked for.
void print_created(Arguments const& arguments, Json const& document);

/// Whether the user asked for a form of --output or for --json; else it is free how a result is shown.
[[nodiscard]] bool wants_form(Arguments const& arguments);

/// Prints to standard output as it is.
void print(std::string_view text);

}  // namespace qhub::cli
