#include "qhub/cli/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "qhub/cli/grammar.h"
#include "qhub/cli/json_text.h"
#include "qhub/cli/table.h"
#include "qhub/cli/terminal.h"

namespace qhub::cli {
namespace {

enum class Form { table, wide, json, yaml, name };

Form form_of(Arguments const& arguments) {
  std::string const form = arguments.find("output").value_or(arguments.flag("json") ? "json" : "table");
  return form == "json"   ? Form::json
         : form == "yaml" ? Form::yaml
         : form == "wide" ? Form::wide
         : form == "name" ? Form::name
                          : Form::table;
}

std::vector<std::string> fields_of(Arguments const& arguments) {
  std::vector<std::string> fields;
  std::string const text = arguments.find("json").value_or("");
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t const end = std::min(text.find(',', begin), text.size());
    if (end > begin) fields.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return fields;
}

[[noreturn]] void no_such_field(std::string const& field, Json const& entry) {
  std::vector<std::string_view> names;
  if (entry.is_object())
    for (auto const& member : entry.get_object()) names.push_back(member.key());
  throw UsageError{fmt::format("there is no field '{}'{} There are: {}", field, did_you_mean(field, names, "."),
                               fmt::join(names, ", "))};
}

/// Only these fields, those that an entry lacks as null.
Json picked(Json const& entry, std::vector<std::string> const& fields) {
  JsonObject some;
  for (std::string const& field : fields) {
    Json const* const value = member_at(entry, field);
    some[field] = value ? *value : Json();
  }
  return some;
}

Json reduced(Arguments const& arguments, Json const& json) {
  std::vector<std::string> const fields = fields_of(arguments);
  if (fields.empty()) return json;
  if (!json.is_array()) {
    for (std::string const& field : fields)
      if (!member_at(json, field)) no_such_field(field, json);
    return picked(json, fields);
  }
  boost::json::array const& entries = json.get_array();
  for (std::string const& field : fields)
    if (!entries.empty() && std::ranges::none_of(entries, [&](Json const& entry) { return member_at(entry, field); }))
      no_such_field(field, entries.front());
  boost::json::array list;
  for (Json const& entry : entries) list.push_back(picked(entry, fields));
  return list;
}

void print_json(Arguments const& arguments, Json const& json, Form form) {
  Json const shown = reduced(arguments, json);
  print(form == Form::yaml ? yaml(shown) : (output_is_terminal() ? indented(shown) : compact(shown)) + "\n");
}

std::string cell_at(Json const& entry, std::string_view path) {
  Json const* const value = member_at(entry, path);
  return value ? cell_text(*value) : "";
}

/// The members of all entries that no column shows, in the order in which they come.
std::vector<std::string> further_members(boost::json::array const& entries, std::vector<Column> const& columns) {
  std::vector<std::string> names;
  for (Json const& entry : entries) {
    if (!entry.is_object()) continue;
    for (auto const& [name, value] : entry.get_object()) {
      auto const shows = [&](Column const& column) { return column.path.substr(0, column.path.find('.')) == name; };
      if (!value.is_object() && std::ranges::none_of(columns, shows) &&
          std::ranges::find(names, std::string_view(name)) == names.end())
        names.emplace_back(name);
    }
  }
  return names;
}

void flatten(Json const& json, std::string const& path, std::vector<TableRow>& rows) {
  if (json.is_object() && !json.get_object().empty()) {
    for (auto const& [name, value] : json.get_object())
      flatten(value, path.empty() ? std::string(name) : fmt::format("{}.{}", path, std::string_view(name)), rows);
  } else if (!json.is_null()) {
    rows.push_back({path, cell_text(json)});
  }
}

}  // namespace

void print(std::string_view text) {
  std::cout.write(text.data(), static_cast<std::streamsize>(text.size()));
}

bool wants_form(Arguments const& arguments) {
  return arguments.flag("output") || arguments.flag("json");
}

void print_list(Arguments const& arguments, Json const& entries, std::vector<Column> const& columns) {
  Form const form = form_of(arguments);
  if (form == Form::json || form == Form::yaml) return print_json(arguments, entries, form);
  boost::json::array const& list = entries.get_array();
  if (form == Form::name) {
    bool const have_ids =
        std::ranges::any_of(list, [](Json const& entry) { return member_at(entry, "id") != nullptr; });
    for (Json const& entry : list) print(cell_at(entry, have_ids ? "id" : columns.front().path) + "\n");
    return;
  }
  std::vector<std::string> header, paths;
  for (Column const& column : columns) {
    header.emplace_back(column.head);
    paths.emplace_back(column.path);
  }
  if (form == Form::wide)
    for (std::string const& name : further_members(list, columns)) {
      paths.push_back(name);
      header.push_back(name);
      for (char& c : header.back())
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
  std::vector<TableRow> rows;
  for (Json const& entry : list) {
    rows.emplace_back();
    for (std::string const& path : paths) rows.back().push_back(cell_at(entry, path));
  }
  bool const terminal = output_is_terminal();
  if (!terminal && !arguments.flag("output")) return print(tab_separated(rows));
  print(aligned(header, rows, terminal && form == Form::table ? terminal_columns() : 0));
}

void print_document(Arguments const& arguments, Json const& document, std::string_view name) {
  Form const form = form_of(arguments);
  if (form == Form::json || form == Form::yaml) return print_json(arguments, document, form);
  if (form == Form::name) return print(cell_at(document, name) + "\n");
  std::vector<TableRow> rows;
  flatten(document, "", rows);
  if (!output_is_terminal() && !arguments.flag("output")) return print(tab_separated(rows));
  std::size_t const columns = output_is_terminal() && form == Form::table ? terminal_columns() : 0;
  print(aligned({"FIELD", "VALUE"}, rows, columns));
}

void print_created(Arguments const& arguments, Json const& document) {
  if (wants_form(arguments))
    print_document(arguments, document);
  else
    print(cell_at(document, "id") + "\n");
}

}  // namespace qhub::cli
