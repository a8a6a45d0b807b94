#include "qhub/circuit/draw/draw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numbers>
#include <sstream>

namespace qhub::circuit {
namespace {

Circuit bell() {
  return Circuit(2, 2).h(0).cx(0, 1).measure(0, 0).measure(1, 1);
}

TEST(Draw, GatesControlsAndMeasurements) {
  EXPECT_EQ(draw(bell()),
            "q[0]: ─h─●─M───\n"
            "         │ ║\n"
            "q[1]: ───x─║─M─\n"
            "           ║ ║\n"
            "c:    ═════0═1═\n");
  EXPECT_EQ(draw(bell(), {.ascii = true}),
            "q[0]: -h-@-M---\n"
            "         | |\n"
            "q[1]: ---x-|-M-\n"
            "           | |\n"
            "c:    =====0=1=\n");
}

TEST(Draw, WideGatesStandInTheMiddleOfTheirColumn) {
  Circuit circuit(3);
  circuit.rz(std::numbers::pi / 2, 0).x(1).swap(0, 2).rzz(0.5, 0, 1).barrier();
  EXPECT_EQ(draw(circuit),
            "q[0]: ─rz(π/2)─×─rzz(0.5):0─░─\n"
            "               │     │\n"
            "q[1]: ────x────┼─rzz(0.5):1─░─\n"
            "               │\n"
            "q[2]: ─────────×────────────░─\n");
}

TEST(Draw, ConditionsSayWhatTheBitsMustBe) {
  Circuit circuit(1, 2);
  circuit.if_equal(circuit.classical_registers()[0], 2, [](Circuit& body) { body.x(0); });
  circuit.if_bit(1, [](Circuit& body) { body.reset(0); });
  EXPECT_EQ(draw(circuit),
            "q[0]: ─x───|0⟩──\n"
            "       ║    ║\n"
            "c:    ═=2═[1]=1═\n");
}

TEST(Draw, FitsTheTerminal) {
  Circuit circuit(2);
  for (int i = 0; i < 200; ++i) circuit.rx(0.1 * i, 0).cx(0, 1);
  for (std::size_t const columns : {20, 40, 80, 200}) {
    std::istringstream lines(draw(circuit, {.columns = columns}));
    for (std::string line; std::getline(lines, line);) {
      auto const width = std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; });
      EXPECT_LE(static_cast<std::size_t>(width), columns) << line;
    }
  }
  std::string const cut = draw(circuit, {.most_instructions = 10});
  EXPECT_TRUE(cut.ends_with("and 390 more instructions\n")) << cut;
}

TEST(Draw, EmptyCircuits) {
  EXPECT_EQ(draw(Circuit()), "");
  EXPECT_EQ(draw(Circuit(1)), "q[0]: ─\n");
}

TEST(DrawSvg, IsWellFormedAndHasEveryGate) {
  Circuit circuit = bell();
  circuit.name = "<&>";
  ASSERT_TRUE(circuit.add_clbits("a<b", 1));
  std::string const svg = draw_svg(circuit);
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  for (std::string_view const part : {">h</text>", ">x</text>", ">M</text>", "a&lt;b", "<circle"})
    EXPECT_NE(svg.find(part), std::string::npos) << part;
  EXPECT_EQ(svg.find("a<b"), std::string::npos);
}

}  // namespace
}  // namespace qhub::circuit
