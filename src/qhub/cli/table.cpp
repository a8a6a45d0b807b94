#include "qhub/cli/table.h"

#include <algorithm>
#include <numeric>

#include "qhub/cli/terminal.h"

namespace qhub::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 6;  // that a column is cut to

std::size_t total_width(std::vector<std::size_t> const& widths) {
  return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + gap * (widths.size() - 1);
}

void fit(std::vector<std::size_t>& widths, std::size_t columns) {
  while (widths.size() > 1 && total_width(widths) > columns) {
    auto const widest = std::max_element(widths.begin() + 1, widths.end());
    if (*widest <= narrowest) {
      widths.pop_back();
      continue;
    }
    std::size_t const excess = total_width(widths) - columns;
    // Down to the next narrower one at most, so that equally wide columns share the loss.
    std::size_t next = narrowest;
    for (auto width = widths.begin() + 1; width != widths.end(); ++width)
      if (*width < *widest) next = std::max(next, *width);
    *widest -= std::clamp<std::size_t>(*widest - next, 1, excess);
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
  if (columns > 0) fit(widths, columns);
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
