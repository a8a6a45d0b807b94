#include "qhub/circuit/named_gate.h"

#include <algorithm>
#include <numbers>

namespace qhub::circuit {
namespace {

using enum NamedGate::Form;

// Sources: qelib1.inc of arXiv:1707.03429 and of Qiskit; stdgates.inc of the OpenQASM 3 specification; Braket's
// "Quantum gates" (braket.circuits.gates).
constexpr NamedGate table[] = {
    // name, gate, positive controls, negative controls, known to OpenQASM 2, form
    {"U", Gate::u, 0, 0, true},
    {"CX", Gate::x, 1, 0, true},
    {"u", Gate::u, 0, 0, true},
    {"u0", Gate::id, 0, 0, true, u0},
    {"u1", Gate::p, 0, 0, true},
    {"u2", Gate::u, 0, 0, true, u2},
    {"u3", Gate::u, 0, 0, true},
    {"p", Gate::p, 0, 0, true},
    {"phase", Gate::p},
    {"phaseshift", Gate::p},
    {"id", Gate::id, 0, 0, true},
    {"i", Gate::id},
    {"x", Gate::x, 0, 0, true},
    {"y", Gate::y, 0, 0, true},
    {"z", Gate::z, 0, 0, true},
    {"h", Gate::h, 0, 0, true},
    {"s", Gate::s, 0, 0, true},
    {"sdg", Gate::sdg, 0, 0, true},
    {"si", Gate::sdg},
    {"t", Gate::t, 0, 0, true},
    {"tdg", Gate::tdg, 0, 0, true},
    {"ti", Gate::tdg},
    {"sx", Gate::sx, 0, 0, true},
    {"v", Gate::sx},
    {"sxdg", Gate::sxdg, 0, 0, true},
    {"vi", Gate::sxdg},
    {"rx", Gate::rx, 0, 0, true},
    {"ry", Gate::ry, 0, 0, true},
    {"rz", Gate::rz, 0, 0, true},
    {"r", Gate::r, 0, 0, true},
    {"prx", Gate::r},
    {"gpi", Gate::gpi},
    {"gpi2", Gate::gpi2},
    {"gphase", Gate::gphase},
    {"cx", Gate::x, 1, 0, true},
    {"cnot", Gate::x, 1},
    {"cy", Gate::y, 1, 0, true},
    {"cz", Gate::z, 1, 0, true},
    {"ch", Gate::h, 1, 0, true},
    {"cs", Gate::s, 1, 0, true},
    {"csdg", Gate::sdg, 1, 0, true},
    {"csx", Gate::sx, 1, 0, true},
    {"cv", Gate::sx, 1},
    {"cp", Gate::p, 1, 0, true},
    {"cu1", Gate::p, 1, 0, true},
    {"cphase", Gate::p, 1},
    {"cphaseshift", Gate::p, 1},
    {"cphaseshift00", Gate::phase_zero, 0, 1},
    {"cphaseshift01", Gate::p, 0, 1},
    {"cphaseshift10", Gate::phase_zero, 1},
    {"crx", Gate::rx, 1, 0, true},
    {"cry", Gate::ry, 1, 0, true},
    {"crz", Gate::rz, 1, 0, true},
    {"cu3", Gate::u, 1, 0, true},
    {"cu", Gate::u, 1, 0, true, cu},
    {"ccx", Gate::x, 2, 0, true},
    {"ccnot", Gate::x, 2},
    {"ccz", Gate::z, 2, 0, true},
    {"c3x", Gate::x, 3, 0, true},
    {"c4x", Gate::x, 4, 0, true},
    {"c3sx", Gate::sx, 3, 0, true},
    {"c3sqrtx", Gate::sx, 3, 0, true},
    {"rccx", Gate::rccx, 0, 0, true},
    {"rc3x", Gate::rc3x, 0, 0, true},
    {"swap", Gate::swap, 0, 0, true},
    {"cswap", Gate::swap, 1, 0, true},
    {"iswap", Gate::iswap, 0, 0, true},
    {"pswap", Gate::pswap},
    {"ecr", Gate::ecr, 0, 0, true},
    {"dcx", Gate::dcx, 0, 0, true},
    {"rxx", Gate::rxx, 0, 0, true},
    {"xx", Gate::rxx},
    {"ryy", Gate::ryy, 0, 0, true},
    {"yy", Gate::ryy},
    {"rzz", Gate::rzz, 0, 0, true},
    {"zz", Gate::rzz},
    {"rzx", Gate::rzx, 0, 0, true},
    {"xy", Gate::xy},
    {"ms", Gate::ms},
};

}  // namespace

unsigned NamedGate::parameter_count() const {
  switch (form) {
    case plain:
      return info(gate).parameters;
    case u0:
      return 1;
    case u2:
      return 2;
    case cu:
      return 4;
  }
  return 0;
}

std::span<NamedGate const> named_gates() {
  return table;
}

Inverse inverse(Gate gate, std::span<Expression const> parameters) {
  auto const parameter = [&](std::size_t index) { return parameters[index]; };
  auto const found = [](GateCall const& call) { return Inverse{true, call}; };
  switch (gate) {
    case Gate::id:
    case Gate::x:
    case Gate::y:
    case Gate::z:
    case Gate::h:
    case Gate::swap:
    case Gate::ecr:
    case Gate::rccx:
      return found({gate});
    case Gate::gpi:
      return found({gate, {parameter(0)}});
    case Gate::s:
      return found({Gate::sdg});
    case Gate::sdg:
      return found({Gate::s});
    case Gate::t:
      return found({Gate::tdg});
    case Gate::tdg:
      return found({Gate::t});
    case Gate::sx:
      return found({Gate::sxdg});
    case Gate::sxdg:
      return found({Gate::sx});
    case Gate::gphase:
    case Gate::p:
    case Gate::phase_zero:
    case Gate::rx:
    case Gate::ry:
    case Gate::rz:
    case Gate::rxx:
    case Gate::ryy:
    case Gate::rzz:
    case Gate::rzx:
    case Gate::xy:
      return found({gate, {-parameter(0)}});
    case Gate::r:
      return found({gate, {-parameter(0), parameter(1)}});
    case Gate::u:
      return found({gate, {-parameter(0), -parameter(2), -parameter(1)}});
    case Gate::gpi2:
      return found({gate, {parameter(0) + std::numbers::pi}});
    case Gate::iswap:
      return found({Gate::xy, {-std::numbers::pi}});
    case Gate::dcx:
      return found({gate, {}, true});
    case Gate::pswap:
      return found({gate, {-parameter(0)}});
    case Gate::ms:
      return found({gate, {parameter(0), parameter(1), -parameter(2)}});
    case Gate::rc3x:
      break;
  }
  return {false, {gate}};
}

}  // namespace qhub::circuit
