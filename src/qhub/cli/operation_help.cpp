#include "qhub/cli/operation_help.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "qhub/cli/help.h"
#include "qhub/platform/operation_help.h"
#include "qhub/quantum/operation_help.h"
#include "qhub/service/operation_help.h"
#include "qhub/user/operation_help.h"

namespace qhub::cli {
namespace {

constexpr std::size_t most_types = 40;  // that the help of one operation explains

std::string_view text_of(std::string_view api) {
  if (api == "quantum") return quantum::operations::help;
  if (api == "platform") return platform::operations::help;
  return api == "service" ? service::operations::help : user::operations::help;
}

/// A line of the generated text: operation_help.h says what its cells are.
using Line = std::array<std::string_view, 5>;

/// Takes the next line off a text.
Line next_line(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  Line cells;
  for (std::string_view& cell : cells) {
    cell = line.substr(0, line.find('\t'));
    line.remove_prefix(std::min(cell.size() + 1, line.size()));
  }
  return cells;
}

/// The line that begins with these two cells, and those below it up to the next of its kind.
std::vector<Line> section(std::string_view text, std::string_view kind, std::string_view name) {
  std::size_t at = text.find(fmt::format("{}\t{}\t", kind, name));
  while (at != std::string_view::npos && at > 0 && text[at - 1] != '\n')
    at = text.find(fmt::format("{}\t{}\t", kind, name), at + 1);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at);
  std::vector<Line> lines{next_line(text)};
  while (!text.empty()) {
    Line const line = next_line(text);
    if (line[0] == "operation" || line[0] == "type") break;
    lines.push_back(line);
  }
  return lines;
}

/// "list of Backend" → "Backend".
std::string_view innermost(std::string_view type) {
  std::size_t const of = type.rfind(" of ");
  return of == std::string_view::npos ? type : type.substr(of + 4);
}

std::string parameter_text(Line const& line, std::size_t columns) {
  std::string head = fmt::format("  {}: {}", line[1], line[2]);
  if (!line[3].empty()) head += ", required";
  return head + '\n' + (line[4].empty() ? "" : wrap(line[4], columns, 6));
}

void add_type(std::string_view text, std::string_view type, std::vector<std::string_view>& types) {
  std::string_view const name = innermost(type);
  if (types.size() < most_types && std::ranges::find(types, name) == types.end() &&
      !section(text, "type", name).empty())
    types.push_back(name);
}

std::string type_text(std::string_view text, std::string_view name, std::size_t columns,
                      std::vector<std::string_view>& types) {
  std::string result;
  std::vector<std::string_view> values;
  for (Line const& line : section(text, "type", name)) {
    if (line[0] == "type") {
      result += fmt::format("\n{}\n", name) + (line[2].empty() ? "" : wrap(line[2], columns, 2));
    } else if (line[0] == "field") {
      result += parameter_text(line, columns);
      add_type(text, line[2], types);
    } else if (line[0] == "one") {
      result += fmt::format("  may be: {}\n", line[1]);
      add_type(text, line[1], types);
    } else {
      values.push_back(line[1]);
    }
  }
  if (!values.empty()) result += wrap(fmt::format("one of: {}", fmt::join(values, ", ")), columns, 2);
  return result;
}

}  // namespace

std::string describe_operation(api::OperationTable const& table, api::Operation const& operation, std::size_t columns) {
  std::string_view const text = text_of(table.api);
  std::string result = fmt::format("{}: {}\n{} {}\n", operation.id, operation.summary, operation.method,
                                   operation.path.empty() ? "/" : operation.path);
  std::vector<std::string_view> types;
  std::string_view last;
  for (Line const& line : section(text, "operation", operation.id)) {
    if (line[0] == "operation") {
      if (!line[2].empty()) result += "\n" + wrap(line[2], columns, 0);
      continue;
    }
    if (line[0] == "answer") {
      result += fmt::format("\nAnswer: {}\n", line[1]) + (line[2].empty() ? "" : wrap(line[2], columns, 2));
      add_type(text, line[1], types);
      continue;
    }
    if (line[0] != last)
      result += fmt::format("\n{}:\n", line[0] == "path"    ? "In the path"
                                       : line[0] == "query" ? "In the query"
                                       : line[0] == "file"  ? "Uploaded"
                                                            : "In the body");
    last = line[0];
    result += parameter_text(line, columns);
    add_type(text, line[2], types);
  }
  if (!types.empty()) result += "\nTypes:\n";
  for (std::size_t i = 0; i < types.size(); ++i) result += type_text(text, types[i], columns, types);
  return result;
}

std::string_view body_type(api::OperationTable const& table, api::Operation const& operation,
                           std::string_view parameter) {
  for (Line const& line : section(text_of(table.api), "operation", operation.id))
    if (line[0] == "body" && line[1] == parameter) return line[2];
  return "";
}

}  // namespace qhub::cli
