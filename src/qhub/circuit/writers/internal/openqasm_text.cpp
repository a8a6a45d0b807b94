#include "qhub/circuit/writers/internal/openqasm_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numbers>
#include <set>

#include "qhub/circuit/named_gate.h"

namespace qhub::circuit::openqasm {
namespace {

struct GateName {
  Gate gate;
  std::uint8_t positive_controls;
  std::uint8_t negative_controls;
  std::string_view v2;
  std::string_view v3;
  std::string_view braket;
};

// Sources: qelib1.inc of arXiv:1707.03429 with what Qiskit added to it; stdgates.inc of the OpenQASM 3 specification;
// Braket's "Quantum gates".
constexpr GateName names[] = {
    {Gate::gphase, 0, 0, "", "gphase", "gphase"},
    {Gate::id, 0, 0, "id", "id", "i"},
    {Gate::x, 0, 0, "x", "x", "x"},
    {Gate::x, 1, 0, "cx", "cx", "cnot"},
    {Gate::x, 2, 0, "ccx", "ccx", "ccnot"},
    {Gate::x, 3, 0, "c3x", "", ""},
    {Gate::x, 4, 0, "c4x", "", ""},
    {Gate::y, 0, 0, "y", "y", "y"},
    {Gate::y, 1, 0, "cy", "cy", "cy"},
    {Gate::z, 0, 0, "z", "z", "z"},
    {Gate::z, 1, 0, "cz", "cz", "cz"},
    {Gate::h, 0, 0, "h", "h", "h"},
    {Gate::h, 1, 0, "ch", "ch", ""},
    {Gate::s, 0, 0, "s", "s", "s"},
    {Gate::sdg, 0, 0, "sdg", "sdg", "si"},
    {Gate::t, 0, 0, "t", "t", "t"},
    {Gate::tdg, 0, 0, "tdg", "tdg", "ti"},
    {Gate::sx, 0, 0, "sx", "sx", "v"},
    {Gate::sx, 1, 0, "csx", "", "cv"},
    {Gate::sx, 3, 0, "c3sqrtx", "", ""},
    {Gate::sxdg, 0, 0, "sxdg", "inv @ sx", "vi"},
    {Gate::p, 0, 0, "u1", "p", "phaseshift"},
    {Gate::p, 1, 0, "cu1", "cp", "cphaseshift"},
    {Gate::p, 0, 1, "", "", "cphaseshift01"},
    {Gate::phase_zero, 1, 0, "", "", "cphaseshift10"},
    {Gate::phase_zero, 0, 1, "", "", "cphaseshift00"},
    {Gate::rx, 0, 0, "rx", "rx", "rx"},
    {Gate::rx, 1, 0, "crx", "crx", ""},
    {Gate::ry, 0, 0, "ry", "ry", "ry"},
    {Gate::ry, 1, 0, "cry", "cry", ""},
    {Gate::rz, 0, 0, "rz", "rz", "rz"},
    {Gate::rz, 1, 0, "crz", "crz", ""},
    {Gate::r, 0, 0, "", "", "prx"},
    {Gate::u, 0, 0, "u3", "U", "U"},
    {Gate::u, 1, 0, "cu3", "cu", ""},  // stdgates.inc has only cu, whose fourth parameter is 0 then
    {Gate::gpi, 0, 0, "", "", "gpi"},
    {Gate::gpi2, 0, 0, "", "", "gpi2"},
    {Gate::swap, 0, 0, "swap", "swap", "swap"},
    {Gate::swap, 1, 0, "cswap", "cswap", "cswap"},
    {Gate::iswap, 0, 0, "", "", "iswap"},
    {Gate::ecr, 0, 0, "", "", "ecr"},
    {Gate::rxx, 0, 0, "rxx", "", "xx"},
    {Gate::ryy, 0, 0, "", "", "yy"},
    {Gate::rzz, 0, 0, "rzz", "", "zz"},
    {Gate::xy, 0, 0, "", "", "xy"},
    {Gate::pswap, 0, 0, "", "", "pswap"},
    {Gate::ms, 0, 0, "", "", "ms"},
    {Gate::rccx, 0, 0, "rccx", "", ""},
    {Gate::rc3x, 0, 0, "rc3x", "", ""},
};

constexpr Definition definition_table[] = {
    {"cs", Gate::s, 1, "gate cs a,b { cu1(pi/2) a,b; }"},
    {"csdg", Gate::sdg, 1, "gate csdg a,b { cu1(-pi/2) a,b; }"},
    {"r", Gate::r, 0, "gate r(theta,phi) a { rz(-phi) a; rx(theta) a; rz(phi) a; }"},
    {"gpi", Gate::gpi, 0, "gate gpi(phi) a { rz(-phi) a; x a; rz(phi) a; }"},
    {"gpi2", Gate::gpi2, 0, "gate gpi2(phi) a { rz(-phi) a; rx(pi/2) a; rz(phi) a; }"},
    {"iswap", Gate::iswap, 0, "gate iswap a,b { s a; s b; h a; cx a,b; cx b,a; h b; }"},
    {"ecr", Gate::ecr, 0,
     "gate ecr a,b { h b; cx a,b; rz(pi/4) b; cx a,b; h b; x a; h b; cx a,b; rz(-pi/4) b; cx a,b; h b; }"},
    {"dcx", Gate::dcx, 0, "gate dcx a,b { cx a,b; cx b,a; }"},
    {"rxx", Gate::rxx, 0, "gate rxx(theta) a,b { h a; h b; cx a,b; rz(theta) b; cx a,b; h a; h b; }"},
    {"ryy", Gate::ryy, 0,
     "gate ryy(theta) a,b { rx(pi/2) a; rx(pi/2) b; cx a,b; rz(theta) b; cx a,b; rx(-pi/2) a; rx(-pi/2) b; }"},
    {"rzz", Gate::rzz, 0, "gate rzz(theta) a,b { cx a,b; rz(theta) b; cx a,b; }"},
    {"rzx", Gate::rzx, 0, "gate rzx(theta) a,b { h b; cx a,b; rz(theta) b; cx a,b; h b; }"},
    {"xy", Gate::xy, 0,
     "gate xy(theta) a,b { h a; h b; cx a,b; rz(-theta/2) b; cx a,b; h a; h b; "
     "rx(pi/2) a; rx(pi/2) b; cx a,b; rz(-theta/2) b; cx a,b; rx(-pi/2) a; rx(-pi/2) b; }"},
    {"pswap", Gate::pswap, 0, "gate pswap(phi) a,b { swap a,b; cx a,b; u1(phi) b; cx a,b; }"},
    {"ms", Gate::ms, 0,
     "gate ms(phi0,phi1,theta) a,b { rz(-phi0) a; rz(-phi1) b; "
     "h a; h b; cx a,b; rz(theta) b; cx a,b; h a; h b; rz(phi0) a; rz(phi1) b; }"},
    {"rccx", Gate::rccx, 0, "gate rccx a,b,c { h c; t c; cx b,c; tdg c; cx a,c; t c; cx b,c; tdg c; h c; }"},
    {"rc3x", Gate::rc3x, 0,
     "gate rc3x a,b,c,d { h d; t d; cx c,d; tdg d; h d; cx a,d; t d; cx b,d; tdg d; cx a,d; t d; cx b,d; tdg d; "
     "h d; t d; cx c,d; tdg d; h d; }"},
};

/// Words that cannot name a register, besides gates.
constexpr std::string_view reserved[] = {"OPENQASM",
                                         "include",
                                         "qreg",
                                         "creg",
                                         "qubit",
                                         "bit",
                                         "gate",
                                         "opaque",
                                         "def",
                                         "measure",
                                         "reset",
                                         "barrier",
                                         "delay",
                                         "box",
                                         "if",
                                         "else",
                                         "for",
                                         "while",
                                         "in",
                                         "switch",
                                         "case",
                                         "default",
                                         "break",
                                         "continue",
                                         "return",
                                         "end",
                                         "const",
                                         "let",
                                         "input",
                                         "output",
                                         "int",
                                         "uint",
                                         "float",
                                         "angle",
                                         "bool",
                                         "complex",
                                         "duration",
                                         "stretch",
                                         "array",
                                         "void",
                                         "ctrl",
                                         "negctrl",
                                         "inv",
                                         "pow",
                                         "pi",
                                         "tau",
                                         "euler",
                                         "sin",
                                         "cos",
                                         "tan",
                                         "exp",
                                         "ln",
                                         "sqrt",
                                         "arcsin",
                                         "arccos",
                                         "arctan",
                                         "ceiling",
                                         "floor",
                                         "log",
                                         "mod",
                                         "popcount",
                                         "rotl",
                                         "rotr",
                                         "sizeof",
                                         "real",
                                         "imag",
                                         "true",
                                         "false",
                                         "cal",
                                         "defcal",
                                         "defcalgrammar",
                                         "extern",
                                         "pragma",
                                         "readonly",
                                         "mutable",
                                         "durationof",
                                         "nop",
                                         "im",
                                         "dt",
                                         "ns",
                                         "us",
                                         "ms",
                                         "s"};

bool is_identifier(Dialect dialect, std::string_view name) {
  if (name.empty()) return false;
  auto const first = static_cast<unsigned char>(name[0]);
  if (!(std::islower(first) || (dialect != Dialect::v2 && (std::isupper(first) || first == '_')))) return false;
  return std::ranges::all_of(name, [](unsigned char c) { return c < 128 && (std::isalnum(c) || c == '_'); });
}

}  // namespace

std::string_view gate_name(Dialect dialect, Gate gate, std::size_t positive_controls, std::size_t negative_controls) {
  auto const* const found = std::ranges::find_if(names, [&](GateName const& name) {
    return name.gate == gate && name.positive_controls == positive_controls &&
           name.negative_controls == negative_controls;
  });
  if (found == std::end(names)) return {};
  return dialect == Dialect::v2 ? found->v2 : dialect == Dialect::v3 ? found->v3 : found->braket;
}

Definition const* find_definition(Dialect dialect, Gate gate, std::size_t positive_controls) {
  if (dialect == Dialect::braket || !gate_name(dialect, gate, positive_controls).empty()) return nullptr;
  auto const* const found = std::ranges::find_if(definition_table, [&](Definition const& definition) {
    return definition.gate == gate && definition.controls == positive_controls;
  });
  return found == std::end(definition_table) ? nullptr : found;
}

std::string definitions(Dialect dialect, Circuit const& circuit, bool controls_by_modifier) {
  std::set<std::string_view> needed;
  for (Instruction const instruction : circuit)
    if (instruction.kind == InstructionKind::gate)
      if (auto const* definition = find_definition(dialect, instruction.gate,
                                                   controls_by_modifier ? 0 : instruction.positive_controls.size()))
        needed.insert(definition->text);
  std::string text;
  for (std::string_view const definition : needed) fmt::format_to(std::back_inserter(text), "{}\n", definition);
  return text;
}

std::string number_text(Dialect dialect, double value) {
  if (dialect != Dialect::braket && value != 0) {
    for (int const denominator : {1, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64}) {
      double const numerator = std::round(value / std::numbers::pi * denominator);
      if (numerator == 0 || std::abs(numerator) > 2 * denominator) continue;
      if (numerator * std::numbers::pi / denominator != value) continue;
      std::string const factor = numerator == 1 ? "" : numerator == -1 ? "-" : fmt::format("{}*", numerator);
      return denominator == 1 ? factor + "pi" : fmt::format("{}pi/{}", factor, denominator);
    }
  }
  return fmt::format("{}", value);
}

Identifiers::Identifiers(Dialect dialect, Circuit const& circuit)
    : dialect_(dialect), taken_(std::begin(reserved), std::end(reserved)) {
  for (NamedGate const& gate : named_gates()) taken_.emplace(gate.name);
  for (Definition const& definition : definition_table) taken_.emplace(definition.name);
  if (dialect != Dialect::v2)
    for (std::string const& name : circuit.parameters()) taken_.insert(name);
  auto const add = [&](std::vector<Register> const& registers, char prefix, std::vector<std::string>& by_register,
                       std::vector<std::string>& by_bit) {
    for (Register const& each : registers) {
      by_register.push_back(choose(each.name, prefix));
      for (std::uint32_t index = 0; index < each.size; ++index)
        by_bit.push_back(fmt::format("{}[{}]", by_register.back(), index));
    }
  };
  add(circuit.quantum_registers(), 'q', quantum, qubits);
  add(circuit.classical_registers(), 'c', classical, clbits);
}

std::string Identifiers::choose(std::string_view wanted, char prefix) {
  std::string name(wanted);
  for (char& c : name)
    if (static_cast<unsigned char>(c) >= 128 || !(std::isalnum(static_cast<unsigned char>(c)) || c == '_')) c = '_';
  if (!is_identifier(dialect_, name)) name.insert(name.begin(), prefix);
  std::string const base = name;
  for (int number = 1; taken_.contains(name); ++number) name = fmt::format("{}_{}", base, number);
  taken_.insert(name);
  return name;
}

std::string operands(Identifiers const& identifiers, std::span<Qubit const> qubits, std::string_view separator) {
  std::string text;
  for (Qubit const qubit : qubits) {
    if (!text.empty()) text += separator;
    text += identifiers.qubits[qubit];
  }
  return text;
}

std::string parameters(Dialect dialect, Instruction const& instruction, std::string_view separator) {
  if (instruction.parameters.empty()) return {};
  std::string text;
  for (std::size_t i = 0; i < instruction.parameters.size(); ++i) {
    Expression const value = instruction.parameter(i);
    text += text.empty() ? "(" : separator;
    text += value.is_number() ? number_text(dialect, value.number()) : value.to_text();
  }
  return text + ')';
}

bool ConditionTracker::test(Condition::Id id) {
  Condition const& condition = circuit_.conditions()[id.index];
  std::size_t& tested = tested_at_[id.index];
  if (tested == 0) tested = time_;
  for (std::uint32_t bit = 0; bit < condition.count; ++bit)
    if (written_at_[circuit_.bit_position(condition.first) + bit] > tested) return false;
  return true;
}

}  // namespace qhub::circuit::openqasm
