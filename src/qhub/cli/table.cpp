#include "qhub/cli/table.h"

#include <algorithm>
#include <numeric>

#include "qhub/cli/terminal.h"

namespace qhub::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 8;  // that a column is cut to

/// How narrow each column may become: the first not at all, nor one with statuses.
std::vector<std::size_t> least_widths(std::vector<TableRow> const& rows, std::vector<std::size_t> const& widths) {
  std::vector<std::size_t> least;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    bool const is_status =
        std::ranges::any_of(rows, [&](TableRow const& row) { return colour_of_status(row[i]) != Colour::none; });
    least.push_back(i == 0 || is_status ? widths[i] : std::min(widths[i], narrowest));
  }
  return least;
}

std::size_t total_width(std::vector<std::size_t> const& widths) {
  return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + gap * (widths.size() - 1);
}

/// Leaves out columns at the right until the rest can fit; then narrows the widest one, a character at a time, until it
/// does.
void fit(std::vector<std::size_t>& widths, std::vector<std::size_t> least, std::size_t columns) {
  while (least.size() > 1 && total_width(least) > columns) least.pop_back();
  widths.resize(least.size());
  while (total_width(widths) > columns) {
    std::size_t widest = 0;
    for (std::size_t i = 1; i < widths.size(); ++i)
      if (widths[i] > least[i] && (widest == 0 || widths[i] > widths[widest])) widest = i;
    if (widest == 0) return;  // the first column alone is too wide
    --widths[widest];
  }
}

std::string line_of(TableRow const& cells, std::vector<std::size_t> const& widths, bool is_header) {
  std::string line;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    std::string cell = fitted(cells[i], widths[i]);
    std::ranges::replace_if(
        cell, [](char c) { return c == '\n' || c == '\t'; }, ' ');
    line += coloured(cell, is_header ? Colour::bold : colour_of_status(cell));
    if (i + 1 < widths.size()) line += std::string(widths[i] - display_width(cell) + gap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace

std::string aligned(std::vector<std::string> const& header, std::vector<TableRow> const& rows, std::size_t columns) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < header.size(); ++i) {
    widths.push_back(display_width(header[i]));
    for (TableRow const& row : rows) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  if (columns > 0) fit(widths, least_widths(rows, widths), columns);
  std::string text = line_of(header, widths, true);
  for (TableRow const& row : rows) text += line_of(row, widths, false);
  return text;
}

std::string tab_separated(std::vector<TableRow> const& rows) {
  std::string text;
  for (TableRow const& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      for (char const c : row[i]) {
        if (c == '\t')
          text += "\\t";
        else if (c == '\n')
          text += "\\n";
        else if (c == '\\')
          text += "\\\\";
        else
          text += c;
      }
      text += i + 1 < row.size() ? '\t' : '\n';
    }
  return text;
}

}  // namespace qhub::cli
