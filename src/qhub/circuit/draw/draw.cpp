#include "qhub/circuit/draw/draw.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "qhub/circuit/draw/diagram.h"

namespace qhub::circuit {
namespace {

/// Characters on a terminal, all of them one column wide here: UTF-8 bytes that begin one.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

struct Strokes {
  std::string_view wire, classical_wire, line, classical_line, crossing, control, open_control, exchange, barrier;
};
constexpr Strokes unicode{"─", "═", "│", "║", "┼", "●", "○", "×", "░"};
constexpr Strokes plain{"-", "=", "|", "|", "|", "@", "o", "x", ":"};

/// ASCII for the characters outside of it that labels of gates and conditions have.
std::string to_ascii(std::string text) {
  static constexpr std::pair<std::string_view, std::string_view> replacements[] = {
      {"π", "pi"}, {"≠", "!="}, {"⟩", ">"}};
  for (auto const& [from, to] : replacements)
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  return text;
}

class TextDrawing {
 public:
  TextDrawing(Diagram const& diagram, DrawOptions const& options)
      : diagram_(diagram), options_(options), strokes_(options.ascii ? plain : unicode) {
    for (std::string const& label : diagram.labels) label_width_ = std::max(label_width_, width_of(label));
  }

  std::string run() {
    // Rows 2k are wires, rows 2k + 1 the room between them, where lines are drawn.
    std::size_t const wires = diagram_.labels.size();
    std::size_t const room = options_.columns > label_width_ + 8 ? options_.columns - label_width_ - 2 : 8;
    std::size_t column = 0;
    do {
      if (column > 0) text_ += '\n';
      rows_.assign(wires == 0 ? 0 : 2 * wires - 1, {});
      for (std::size_t wire = 0; wire < wires; ++wire) {
        std::string const& label = diagram_.labels[wire];
        rows_[2 * wire] = label + std::string(label_width_ - width_of(label), ' ') + std::string(stroke(wire));
        if (wire + 1 < wires) rows_[2 * wire + 1] = std::string(label_width_ + 1, ' ');
      }
      std::size_t used = 0;
      while (column < diagram_.columns.size()) {
        std::size_t const width = column_width(column);
        if (used > 0 && used + width + 1 > room) break;
        draw_column(column, width);
        used += width + 1;
        ++column;
      }
      for (std::string& row : rows_) {
        row.erase(row.find_last_not_of(' ') + 1);
        text_ += row + '\n';
      }
    } while (column < diagram_.columns.size());
    if (diagram_.left_out != 0) text_ += fmt::format("and {} more instructions\n", diagram_.left_out);
    return std::move(text_);
  }

 private:
  std::string_view stroke(std::size_t wire) const {
    return wire < diagram_.quantum_wires ? strokes_.wire : strokes_.classical_wire;
  }

  std::string text_of(Diagram::Cell const& cell) const {
    switch (cell.symbol) {
      case Diagram::Symbol::control:
        return std::string(strokes_.control);
      case Diagram::Symbol::open_control:
        return std::string(strokes_.open_control);
      case Diagram::Symbol::exchange:
        return std::string(strokes_.exchange);
      case Diagram::Symbol::barrier:
        return std::string(strokes_.barrier);
      default:
        return options_.ascii ? to_ascii(cell.text) : cell.text;
    }
  }

  std::size_t column_width(std::size_t column) const {
    std::size_t width = 1;
    for (Diagram::Item const& item : diagram_.columns[column])
      for (Diagram::Cell const& cell : item.cells) width = std::max(width, width_of(text_of(cell)));
    return width;
  }

  void draw_column(std::size_t column, std::size_t width) {
    std::vector<std::string> middle(rows_.size());  // what stands there instead of an empty wire
    for (Diagram::Item const& item : diagram_.columns[column]) {
      if (item.has_line)
        for (std::uint32_t row = 2 * item.first + 1; row < 2 * item.last; ++row) {
          bool const classical = row > 2 * item.joined;
          middle[row] = row % 2 != 0 ? (classical ? strokes_.classical_line : strokes_.line)
                                     : (classical ? strokes_.classical_line : strokes_.crossing);
        }
      for (Diagram::Cell const& cell : item.cells) middle[2 * cell.wire] = text_of(cell);
    }
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      std::string_view const filler = row % 2 != 0 ? " " : stroke(row / 2);
      std::size_t const missing = width - width_of(middle[row]);
      std::size_t const left = missing / 2;
      if (middle[row].empty())
        rows_[row] += repeated(filler, width + 1);
      else
        rows_[row] += repeated(filler, left) + middle[row] + repeated(filler, missing - left + 1);
    }
  }

  Diagram const& diagram_;
  DrawOptions const& options_;
  Strokes const& strokes_;
  std::size_t label_width_ = 0;
  std::vector<std::string> rows_;
  std::string text_;
};

std::string escaped(std::string_view text) {
  std::string result;
  for (char const c : text) switch (c) {
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '&':
        result += "&amp;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  return result;
}

class SvgDrawing {
 public:
  explicit SvgDrawing(Diagram const& diagram) : diagram_(diagram), out_(std::back_inserter(shapes_)) {}

  std::string run() {
    double const left = 16 + letter * label_width();
    double x = left + gap;
    for (auto const& column : diagram_.columns) {
      double width = 24;
      for (Diagram::Item const& item : column)
        for (Diagram::Cell const& cell : item.cells) width = std::max(width, 12 + letter * width_of(cell.text));
      for (Diagram::Item const& item : column) draw(item, x + width / 2, width);
      x += width + gap;
    }
    double const right = x;
    std::string wires;
    for (std::uint32_t wire = 0; wire < diagram_.labels.size(); ++wire) {
      fmt::format_to(std::back_inserter(wires), "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", left - 4,
                     y(wire) + 4, escaped(diagram_.labels[wire]));
      bool const classical = wire >= diagram_.quantum_wires;
      for (double const offset : {-1.5, 1.5}) {
        fmt::format_to(std::back_inserter(wires), "<path d=\"M{} {}H{}\"/>\n", left, y(wire) + (classical ? offset : 0),
                       right);
        if (!classical) break;
      }
    }
    double height = y(static_cast<std::uint32_t>(diagram_.labels.size())) - 8;
    std::string note;
    if (diagram_.left_out != 0) {
      note = fmt::format("<text x=\"16\" y=\"{}\">and {} more instructions</text>\n", height + 4, diagram_.left_out);
      height += 20;
    }
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
        "font-family=\"monospace\" font-size=\"13\" stroke-width=\"1.2\">\n"
        "<style>text {{ fill: black; stroke: none }}</style>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        "<g stroke=\"black\" fill=\"none\">\n{2}{3}{4}</g>\n</svg>\n",
        right + 16, height, wires, shapes_, note);
  }

 private:
  static constexpr double letter = 8, gap = 12, row = 40;

  double label_width() const {
    std::size_t width = 0;
    for (std::string const& label : diagram_.labels) width = std::max(width, width_of(label));
    return static_cast<double>(width);
  }
  static double y(std::uint32_t wire) { return 28 + row * wire; }

  void draw(Diagram::Item const& item, double x, double width) {
    if (item.has_line && item.first != item.last) {
      if (item.joined != item.first)
        fmt::format_to(out_, "<path d=\"M{} {}V{}\"/>\n", x, y(item.first), y(item.joined));
      for (double const offset : {-1.5, 1.5})
        if (item.last > item.joined)
          fmt::format_to(out_, "<path d=\"M{} {}V{}\"/>\n", x + offset, y(item.joined), y(item.last));
    }
    for (Diagram::Cell const& cell : item.cells) {
      double const center = y(cell.wire);
      switch (cell.symbol) {
        case Diagram::Symbol::control:
        case Diagram::Symbol::open_control:
          fmt::format_to(out_, "<circle cx=\"{}\" cy=\"{}\" r=\"4.5\" fill=\"{}\"/>\n", x, center,
                         cell.symbol == Diagram::Symbol::control ? "black" : "white");
          break;
        case Diagram::Symbol::exchange:
          fmt::format_to(out_, "<path d=\"M{} {}l10 10m0 -10l-10 10\"/>\n", x - 5, center - 5);
          break;
        case Diagram::Symbol::barrier:
          fmt::format_to(out_, "<path d=\"M{} {}v{}\" stroke-dasharray=\"3 3\"/>\n", x, center - row / 2, row);
          break;
        case Diagram::Symbol::bit:
          fmt::format_to(out_, "<circle cx=\"{}\" cy=\"{}\" r=\"3\" fill=\"black\"/>\n", x, center);
          fmt::format_to(out_, "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x, center + 17,
                         escaped(cell.text));
          break;
        case Diagram::Symbol::box:
        case Diagram::Symbol::measure:
          fmt::format_to(out_, "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"26\" rx=\"3\" fill=\"white\"/>\n",
                         x - width / 2, center - 13, width);
          fmt::format_to(out_, "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x, center + 4,
                         escaped(cell.text));
          break;
      }
    }
  }

  Diagram const& diagram_;
  std::string shapes_;
  std::back_insert_iterator<std::string> out_;
};

}  // namespace

std::string draw(Circuit const& circuit, DrawOptions const& options) {
  Diagram const diagram = arrange(circuit, options.most_instructions);
  return TextDrawing(diagram, options).run();
}

std::string draw_svg(Circuit const& circuit, DrawOptions const& options) {
  Diagram const diagram = arrange(circuit, options.most_instructions);
  return SvgDrawing(diagram).run();
}

}  // namespace qhub::circuit
