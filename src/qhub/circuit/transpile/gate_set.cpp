#include "qhub/circuit/transpile/gate_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numbers>

#include "qhub/circuit/named_gate.h"

namespace qhub::circuit {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double negligible = 1e-10;

bool is_multiple(double angle, double step) {
  return std::abs(std::remainder(angle, step)) < negligible;
}

}  // namespace

GateSet::GateSet(std::span<std::string_view const> names, double largest_angle) : largest_angle_(largest_angle) {
  for (std::string_view const name : names) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    names_ += (names_.empty() ? "" : ", ") + lower;
    if (lower == "unitary") unitaries_ = true;
    auto const known = std::ranges::find(named_gates(), std::string_view(lower), &NamedGate::name);
    if (known == named_gates().end() || known->form != NamedGate::Form::plain) continue;
    entries_.push_back({known->gate, known->positive_controls, known->negative_controls});
  }
  // From the fewest pulses to the most.
  bool const rz = has(Gate::rz) || has(Gate::p);
  basis_ = has(Gate::u)                        ? OneQubitBasis::u
           : has(Gate::r) && rz                ? OneQubitBasis::zr
           : has(Gate::sx) && rz               ? OneQubitBasis::zsx
           : has(Gate::rx) && rz               ? OneQubitBasis::zx
           : has(Gate::ry) && rz               ? OneQubitBasis::zy
           : has(Gate::r)                      ? OneQubitBasis::r
           : has(Gate::rx) && has(Gate::ry)    ? OneQubitBasis::xy
           : has(Gate::gpi) && has(Gate::gpi2) ? OneQubitBasis::gpi
                                               : OneQubitBasis::none;
  entangler_ = has(Gate::rzz)     ? std::optional(Entangler::rzz)
               : has(Gate::rxx)   ? std::optional(Entangler::rxx)
               : has(Gate::ryy)   ? std::optional(Entangler::ryy)
               : has(Gate::rzx)   ? std::optional(Entangler::rzx)
               : has(Gate::ms)    ? std::optional(Entangler::ms)
               : has(Gate::x, 1)  ? std::optional(Entangler::cx)
               : has(Gate::z, 1)  ? std::optional(Entangler::cz)
               : has(Gate::ecr)   ? std::optional(Entangler::ecr)
               : has(Gate::iswap) ? std::optional(Entangler::iswap)
                                  : std::nullopt;
}

bool GateSet::has(Gate gate, unsigned controls) const {
  return std::ranges::any_of(entries_, [&](Entry const& entry) {
    return entry.gate == gate && entry.positive_controls == controls && entry.negative_controls == 0;
  });
}

bool GateSet::accepts(Instruction const& instruction) const {
  if (instruction.kind == InstructionKind::unitary) return unitaries_ && instruction.control_count() == 0;
  if (instruction.kind != InstructionKind::gate) return true;
  if (largest_angle_ != unlimited && instruction.targets.size() == 2 && !instruction.parameters.empty()) {
    double const angle = std::remainder(instruction.parameters.back(), 2 * pi);
    if (!(angle > -negligible && angle < largest_angle_ + negligible)) return false;  // also an unbound one
  }
  return std::ranges::any_of(entries_, [&](Entry const& entry) {
    return entry.gate == instruction.gate && entry.positive_controls == instruction.positive_controls.size() &&
           entry.negative_controls == instruction.negative_controls.size();
  });
}

Result<void> GateSet::check_one_qubit_gates() const {
  if (basis_ != OneQubitBasis::none) return {};
  return Error{ErrorKind::unsupported, fmt::format("the gates {} do not make every gate on one qubit", names_), {}};
}

/// rz, or p, which is the same up to global phase.
void GateSet::about_z(Pulses& pulses, double angle) const {
  angle = tidy_angle(angle);
  if (std::abs(angle) > negligible) pulses.push_back({has(Gate::rz) ? Gate::rz : Gate::p, {angle}});
}

GateSet::Pulses GateSet::pulses(Matrix2 const& matrix) const {
  EulerAngles const angles = euler_angles(matrix);
  double const theta = angles.theta, phi = angles.phi, lambda = angles.lambda;
  Pulses made;
  bool const only_z = std::abs(theta) < negligible;
  if (only_z && is_multiple(phi + lambda, 2 * pi)) return made;
  bool const has_z = basis_ != OneQubitBasis::u && basis_ != OneQubitBasis::r && basis_ != OneQubitBasis::gpi &&
                     basis_ != OneQubitBasis::xy;
  if (only_z && has_z) {
    about_z(made, phi + lambda);
    return made;
  }
  auto const rotate = [&](Gate axis, double angle) {
    angle = tidy_angle(angle);
    if (std::abs(angle) > negligible) made.push_back({axis, {angle}});
  };
  switch (basis_) {
    case OneQubitBasis::u:
      made.push_back({Gate::u, {tidy_angle(theta), tidy_angle(phi), tidy_angle(lambda)}});
      break;
    case OneQubitBasis::zsx:
      // u(θ, φ, λ) = rz(φ + π) sx rz(θ + π) sx rz(λ); a quarter turn needs one sx, a half turn is x.
      if (std::abs(theta - pi / 2) < negligible) {
        about_z(made, lambda - pi / 2);
        made.push_back({Gate::sx});
        about_z(made, phi + pi / 2);
      } else if (std::abs(theta - pi) < negligible && has(Gate::x)) {
        about_z(made, lambda + pi);
        made.push_back({Gate::x});
        about_z(made, phi);
      } else {
        about_z(made, lambda);
        made.push_back({Gate::sx});
        about_z(made, theta + pi);
        made.push_back({Gate::sx});
        about_z(made, phi + pi);
      }
      break;
    case OneQubitBasis::zr:  // rz(φ) ry(θ) rz(λ) = rz(φ + λ) r(θ, π/2 - λ)
      made.push_back({Gate::r, {tidy_angle(theta), tidy_angle(pi / 2 - lambda)}});
      about_z(made, phi + lambda);
      break;
    case OneQubitBasis::zx:  // ry is rx between quarter turns about z
      about_z(made, lambda - pi / 2);
      rotate(Gate::rx, theta);
      about_z(made, phi + pi / 2);
      break;
    case OneQubitBasis::zy:
      about_z(made, lambda);
      rotate(Gate::ry, theta);
      about_z(made, phi);
      break;
    case OneQubitBasis::xy: {
      // H exchanges x and z and reverses y: the angles of H U H about z and y are those of U about x and -y.
      Matrix2 const h = matrix_of(Gate::h);
      EulerAngles const turned = euler_angles(multiply(h, multiply(matrix, h)));
      rotate(Gate::rx, turned.lambda);
      rotate(Gate::ry, -turned.theta);
      rotate(Gate::rx, turned.phi);
      break;
    }
    case OneQubitBasis::r: {
      // Two half turns about axes in the plane make a turn about z by twice the angle between them. The first takes in
      // the rotation by θ; alone it does if no turn about z is left.
      if (is_multiple(phi + lambda, 2 * pi)) {
        made.push_back({Gate::r, {tidy_angle(theta), tidy_angle(pi / 2 - lambda)}});
        break;
      }
      made.push_back({Gate::r, {tidy_angle(theta - pi), tidy_angle(pi / 2 - lambda)}});
      made.push_back({Gate::r, {pi, tidy_angle(pi / 2 + (phi - lambda) / 2)}});
      break;
    }
    case OneQubitBasis::gpi:
      // A half turn about an axis in the plane is one gpi, a quarter turn one gpi2; else up to phase
      // u(θ, φ, λ) = gpi2(φ) gpi((φ - λ - θ)/2) gpi2(-λ).
      if (std::abs(theta - pi) < negligible) {
        made.push_back({Gate::gpi, {tidy_angle((phi - lambda + pi) / 2)}});
      } else if (std::abs(theta - pi / 2) < negligible && is_multiple(phi + lambda, 2 * pi)) {
        made.push_back({Gate::gpi2, {tidy_angle(pi / 2 - lambda)}});
      } else {
        made.push_back({Gate::gpi2, {tidy_angle(-lambda)}});
        made.push_back({Gate::gpi, {tidy_angle((phi - lambda - theta) / 2)}});
        made.push_back({Gate::gpi2, {tidy_angle(phi)}});
      }
      break;
    case OneQubitBasis::none:
      break;
  }
  return made;
}

void GateSet::synthesize(Matrix2 const& matrix, Qubit qubit, Circuit& circuit) const {
  for (Pulse const& pulse : pulses(matrix))
    (void)circuit.append({.gate = pulse.gate,  // succeeds, as the qubit exists and angles are finite
                          .targets = {&qubit, 1},
                          .parameters = std::span(pulse.parameters).first(info(pulse.gate).parameters)});
}

std::size_t GateSet::synthesis_cost(Matrix2 const& matrix) const {
  Pulses const made = pulses(matrix);
  return static_cast<std::size_t>(
      std::ranges::count_if(made, [](Pulse const& pulse) { return !info(pulse.gate).diagonal; }));
}

Result<void> GateSet::entangle(double angle, Qubit first, Qubit second, Circuit& circuit) const {
  Qubit const targets[] = {first, second};
  double const with_phases[] = {0, 0, angle};
  auto const parametric = [&](Gate gate) {
    return circuit.append({.gate = gate, .targets = targets, .parameters = std::span(with_phases).last(1)});
  };
  auto const controlled = [&](Gate gate) {
    return circuit.append(
        {.gate = gate, .positive_controls = std::span(targets).first(1), .targets = std::span(targets).last(1)});
  };
  switch (*entangler_) {
    case Entangler::cx:
      return controlled(Gate::x);
    case Entangler::cz:
      return controlled(Gate::z);
    case Entangler::ecr:
      return circuit.append({.gate = Gate::ecr, .targets = targets});
    case Entangler::iswap:
      return circuit.append({.gate = Gate::iswap, .targets = targets});
    case Entangler::rxx:
      return parametric(Gate::rxx);
    case Entangler::ryy:
      return parametric(Gate::ryy);
    case Entangler::rzz:
      return parametric(Gate::rzz);
    case Entangler::rzx:
      return parametric(Gate::rzx);
    case Entangler::ms:
      return circuit.append({.gate = Gate::ms, .targets = targets, .parameters = with_phases});
  }
  return {};
}

}  // namespace qhub::circuit
