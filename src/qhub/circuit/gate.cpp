#include "qhub/circuit/gate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace qhub::circuit {
namespace {

constexpr std::array<GateInfo, gate_count> table = {{
    // name, targets, parameters, diagonal, self-inverse; in the order of the enumeration
    {"gphase", 0, 1, true, false}, {"id", 1, 0, true, true},          {"x", 1, 0, false, true},
    {"y", 1, 0, false, true},      {"z", 1, 0, true, true},           {"h", 1, 0, false, true},
    {"s", 1, 0, true, false},      {"sdg", 1, 0, true, false},        {"t", 1, 0, true, false},
    {"tdg", 1, 0, true, false},    {"sx", 1, 0, false, false},        {"sxdg", 1, 0, false, false},
    {"p", 1, 1, true, false},      {"phase_zero", 1, 1, true, false}, {"rx", 1, 1, false, false},
    {"ry", 1, 1, false, false},    {"rz", 1, 1, true, false},         {"r", 1, 2, false, false},
    {"u", 1, 3, false, false},     {"gpi", 1, 1, false, true},        {"gpi2", 1, 1, false, false},
    {"swap", 2, 0, false, true},   {"iswap", 2, 0, false, false},     {"ecr", 2, 0, false, true},
    {"dcx", 2, 0, false, false},   {"rxx", 2, 1, false, false},       {"ryy", 2, 1, false, false},
    {"rzz", 2, 1, true, false},    {"rzx", 2, 1, false, false},       {"xy", 2, 1, false, false},
    {"pswap", 2, 1, false, false}, {"ms", 2, 3, false, false},        {"rccx", 3, 0, false, true},
    {"rc3x", 4, 0, false, false},
}};

constexpr double sqrt_half = std::numbers::sqrt2 / 2;
constexpr Complex i{0, 1};

Complex phase(double angle) {
  return {std::cos(angle), std::sin(angle)};
}

}  // namespace

GateInfo const& info(Gate gate) {
  return table[static_cast<std::size_t>(gate)];
}

// Formulas: Qiskit's qiskit.circuit.library for the names of OpenQASM, Braket's braket.circuits.gates for xy and pswap,
// IonQ's "Getting started with native gates" for gpi, gpi2 and ms. Their global phases are kept, because a control
// turns them into relative ones.
void write_matrix(Gate gate, std::span<double const> parameters, Complex* matrix) {
  std::size_t const dimension = std::size_t{1} << info(gate).targets;
  std::fill_n(matrix, dimension * dimension, Complex{0});
  auto const parameter = [&](std::size_t index) { return parameters[index]; };
  auto const set = [&](std::size_t row, std::size_t column, Complex value) {
    matrix[row * dimension + column] = value;
  };
  auto const diagonal = [&](std::initializer_list<Complex> values) {
    std::size_t index = 0;
    for (Complex const value : values) set(index, index, value), ++index;
  };
  auto const dense = [&](std::initializer_list<Complex> rows) { std::copy(rows.begin(), rows.end(), matrix); };
  // Half the angle of a rotation exp(-iθG/2) = cos(θ/2) - i sin(θ/2) G with G² = 1.
  auto const half_cos = [&](std::size_t index) { return std::cos(parameters[index] / 2); };
  auto const half_sin = [&](std::size_t index) { return std::sin(parameters[index] / 2); };

  switch (gate) {
    case Gate::gphase:
      return diagonal({phase(parameter(0))});
    case Gate::id:
      return diagonal({1, 1});
    case Gate::x:
      return dense({0, 1, 1, 0});
    case Gate::y:
      return dense({0, -i, i, 0});
    case Gate::z:
      return diagonal({1, -1});
    case Gate::h:
      return dense({sqrt_half, sqrt_half, sqrt_half, -sqrt_half});
    case Gate::s:
      return diagonal({1, i});
    case Gate::sdg:
      return diagonal({1, -i});
    case Gate::t:
      return diagonal({1, {sqrt_half, sqrt_half}});
    case Gate::tdg:
      return diagonal({1, {sqrt_half, -sqrt_half}});
    case Gate::sx:
      return dense({{0.5, 0.5}, {0.5, -0.5}, {0.5, -0.5}, {0.5, 0.5}});
    case Gate::sxdg:
      return dense({{0.5, -0.5}, {0.5, 0.5}, {0.5, 0.5}, {0.5, -0.5}});
    case Gate::p:
      return diagonal({1, phase(parameter(0))});
    case Gate::phase_zero:
      return diagonal({phase(parameter(0)), 1});
    case Gate::rx:
      return dense({half_cos(0), -i * half_sin(0), -i * half_sin(0), half_cos(0)});
    case Gate::ry:
      return dense({half_cos(0), -half_sin(0), half_sin(0), half_cos(0)});
    case Gate::rz:
      return diagonal({phase(-parameter(0) / 2), phase(parameter(0) / 2)});
    case Gate::r:
      return dense(
          {half_cos(0), -i * phase(-parameter(1)) * half_sin(0), -i * phase(parameter(1)) * half_sin(0), half_cos(0)});
    case Gate::u:
      return dense({half_cos(0), -phase(parameter(2)) * half_sin(0), phase(parameter(1)) * half_sin(0),
                    phase(parameter(1) + parameter(2)) * half_cos(0)});
    case Gate::gpi:
      return dense({0, phase(-parameter(0)), phase(parameter(0)), 0});
    case Gate::gpi2:
      return dense({sqrt_half, -i * phase(-parameter(0)) * sqrt_half, -i * phase(parameter(0)) * sqrt_half, sqrt_half});
    case Gate::swap:
      diagonal({1, 0, 0, 1}), set(1, 2, 1), set(2, 1, 1);
      return;
    case Gate::iswap:
      diagonal({1, 0, 0, 1}), set(1, 2, i), set(2, 1, i);
      return;
    case Gate::ecr:  // X on the first target, minus Y there with X on the second
      set(0, 1, sqrt_half), set(1, 0, sqrt_half), set(2, 3, sqrt_half), set(3, 2, sqrt_half);
      set(0, 3, i * sqrt_half), set(1, 2, -i * sqrt_half), set(2, 1, i * sqrt_half), set(3, 0, -i * sqrt_half);
      return;
    case Gate::dcx:  // |ab⟩ → |b, a xor b⟩, first target a
      set(0, 0, 1), set(2, 1, 1), set(3, 2, 1), set(1, 3, 1);
      return;
    case Gate::rxx:
      diagonal({half_cos(0), half_cos(0), half_cos(0), half_cos(0)});
      set(0, 3, -i * half_sin(0)), set(1, 2, -i * half_sin(0)), set(2, 1, -i * half_sin(0));
      set(3, 0, -i * half_sin(0));
      return;
    case Gate::ryy:
      diagonal({half_cos(0), half_cos(0), half_cos(0), half_cos(0)});
      set(0, 3, i * half_sin(0)), set(1, 2, -i * half_sin(0)), set(2, 1, -i * half_sin(0));
      set(3, 0, i * half_sin(0));
      return;
    case Gate::rzz: {
      Complex const even = phase(-parameter(0) / 2);
      return diagonal({even, std::conj(even), std::conj(even), even});
    }
    case Gate::rzx:
      diagonal({half_cos(0), half_cos(0), half_cos(0), half_cos(0)});
      set(0, 2, -i * half_sin(0)), set(2, 0, -i * half_sin(0)), set(1, 3, i * half_sin(0));
      set(3, 1, i * half_sin(0));
      return;
    case Gate::xy:
      diagonal({1, half_cos(0), half_cos(0), 1}), set(1, 2, i * half_sin(0)), set(2, 1, i * half_sin(0));
      return;
    case Gate::pswap:
      diagonal({1, 0, 0, 1}), set(1, 2, phase(parameter(0))), set(2, 1, phase(parameter(0)));
      return;
    case Gate::ms: {  // exp(-iθ GPI(φ0) ⊗ GPI(φ1) / 2)
      Complex const weight = -i * half_sin(2);
      double const sum = parameter(0) + parameter(1), difference = parameter(0) - parameter(1);
      diagonal({half_cos(2), half_cos(2), half_cos(2), half_cos(2)});
      set(3, 0, weight * phase(sum)), set(0, 3, weight * phase(-sum));
      set(1, 2, weight * phase(difference)), set(2, 1, weight * phase(-difference));
      return;
    }
    case Gate::rccx:
      diagonal({1, 1, 1, 0, 1, -1, 1, 0}), set(7, 3, i), set(3, 7, -i);
      return;
    case Gate::rc3x:
      diagonal({1, 1, 1, i, 1, 1, 1, 0, 1, 1, 1, -i, 1, 1, 1, 0}), set(15, 7, -1), set(7, 15, 1);
      return;
  }
}

}  // namespace qhub::circuit
