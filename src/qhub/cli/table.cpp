#include "qhub/cli/table.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "qhub/sdk/histogram.h"

namespace qhub::cli {

void print_table(std::vector<std::string_view> const& header, std::vector<std::vector<std::string>> const& rows) {
  bool const terminal = isatty(STDOUT_FILENO);
  std::vector<std::size_t> widths(header.size(), 0);
  if (terminal) {
    for (std::size_t column = 0; column < header.size(); ++column) {
      widths[column] = header[column].size();
      for (auto const& row : rows) widths[column] = std::max(widths[column], row[column].size());
    }
  }
  auto const print = [&](auto const& row) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      bool const last = column + 1 == row.size();
      line += fmt::format("{:{}}", row[column], last ? 0 : widths[column]);
      if (!last) line += terminal ? "  " : "\t";
    }
    std::cout << line << '\n';
  };
  if (terminal) print(header);
  for (auto const& row : rows) print(row);
}

std::size_t terminal_columns() {
  winsize size{};
  bool const terminal = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return terminal ? size.ws_col : 80;
}

void print_histogram(std::map<std::string, std::int64_t> const& counts) {
  std::cout << histogram(counts, {.columns = terminal_columns()});
}

}  // namespace qhub::cli
