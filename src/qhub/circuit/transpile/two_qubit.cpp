#include "qhub/circuit/transpile/two_qubit.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "qhub/circuit/dense.h"

namespace qhub::circuit {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double negligible = 1e-10;  ///< Of a coordinate in the Weyl chamber; beyond it rounding decides.

bool is(double coordinate, double value) {
  return std::abs(coordinate - value) < negligible;
}

Matrix2 rotation(Gate axis, double angle) {
  return matrix_of(axis, {&angle, 1});
}

bool is_parametric(Entangler entangler) {
  return entangler >= Entangler::rxx;
}

/// Identity but for a global phase.
bool does_nothing(Matrix2 const& gate) {
  return std::abs(gate[1]) < negligible && std::abs(gate[2]) < negligible && std::abs(gate[0] - gate[3]) < negligible;
}

/// Collects steps and multiplies local gates that meet.
class Steps {
 public:
  void local(unsigned qubit, Matrix2 const& gate) { pending_[qubit] = multiply(gate, pending_[qubit]); }
  void both(std::array<Matrix2, 2> const& gates) { local(0, gates[0]), local(1, gates[1]); }
  void entangle(double angle = 0) {
    flush();
    steps_.push_back({.entangles = true, .qubit = 0, .local = {}, .angle = angle});
  }
  std::vector<TwoQubitStep> finish() {
    flush();
    return std::move(steps_);
  }

 private:
  void flush() {
    for (unsigned qubit = 0; qubit < 2; ++qubit) {
      if (!does_nothing(pending_[qubit]))
        steps_.push_back({.entangles = false, .qubit = qubit, .local = pending_[qubit], .angle = 0});
      pending_[qubit] = {1, 0, 0, 1};
    }
  }

  std::array<Matrix2, 2> pending_{{{1, 0, 0, 1}, {1, 0, 0, 1}}};
  std::vector<TwoQubitStep> steps_;
};

using LocalPair = std::array<Matrix2, 2>;

/// Local gates between uses of cz or iswap that make the whole locally equivalent to exp(i(a XX + b YY + c ZZ)).
struct Template {
  unsigned uses;
  std::array<LocalPair, 2> between = {};  ///< Uses 1 and 2, uses 2 and 3.
};

/// Three cz reach every place, also those that fewer would do for.
Template three_cz(double a, double b, double c) {
  Matrix2 const h = matrix_of(Gate::h);
  Matrix2 const first = rotation(Gate::rz, 2 * c - pi / 2), second = rotation(Gate::ry, 2 * a - pi / 2),
                third = rotation(Gate::ry, 2 * b - pi / 2);
  return {3, {{{multiply(first, h), multiply(h, second)}, {h, multiply(third, h)}}}};
}

Template cz_template(WeylDecomposition const& weyl, unsigned uses) {
  if (uses == 3) return three_cz(weyl.a, weyl.b, weyl.c);
  // cx turns X of the control into XX and Z of the target into ZZ.
  if (uses == 2) return {2, {{{rotation(Gate::rx, -2 * weyl.a), rotation(Gate::rx, -2 * weyl.b)}, {}}}};
  return {uses};
}

Template iswap_template(WeylDecomposition const& weyl, unsigned uses) {
  if (uses < 2) return {uses};
  // iswap is an exchange after cz and s on both qubits. Two exchanges cancel; of three one remains, so the three cz are
  // those of the unitary and an exchange.
  Template of_cz = uses == 2 ? cz_template(weyl, 2) : three_cz(weyl.a + pi / 4, weyl.b + pi / 4, weyl.c + pi / 4);
  Matrix2 const undo_s = matrix_of(Gate::sdg);
  for (LocalPair& pair : of_cz.between)
    for (Matrix2& gate : pair) gate = multiply(undo_s, gate);
  if (uses == 3) std::swap(of_cz.between[0][0], of_cz.between[0][1]);
  return of_cz;
}

Matrix matrix_of(Entangler entangler) {
  Matrix matrix{1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0};  // cx, the first qubit being the control
  if (entangler == Entangler::cz) matrix = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1};
  if (entangler == Entangler::ecr) write_matrix(Gate::ecr, {}, matrix.data());
  if (entangler == Entangler::iswap) write_matrix(Gate::iswap, {}, matrix.data());
  return matrix;
}

/// exp(i·coordinate·P⊗P) for the three Pauli gates P from a rotation by a positive angle about one product of them.
void entangle_about(Steps& steps, Entangler entangler, std::size_t axis, double coordinate) {
  if (is(coordinate, 0)) return;
  // Local gates G with G A G† = P for both factors A of the entangler's product.
  auto const to_axis = [&](Gate from) {
    std::size_t const own = from == Gate::x ? 0 : from == Gate::y ? 1 : 2;
    if (own == axis) return matrix_of(Gate::id);
    std::size_t const third = 3 - own - axis;
    // A quarter turn about the third axis, in the sense that takes one to the other without a sign.
    double const sense = (own + 1) % 3 == axis ? 1 : -1;
    return rotation(third == 0 ? Gate::rx : third == 1 ? Gate::ry : Gate::rz, sense * pi / 2);
  };
  Gate const first = entangler == Entangler::ryy                                 ? Gate::y
                     : entangler == Entangler::rxx || entangler == Entangler::ms ? Gate::x
                                                                                 : Gate::z;
  LocalPair const turns{to_axis(first), to_axis(entangler == Entangler::rzx ? Gate::x : first)};
  // exp(-iθ/2 P⊗P) wants θ = -2·coordinate; an anticommuting Pauli gate on one side changes the sign.
  Matrix2 const change_sign = matrix_of(coordinate < 0 ? Gate::id : axis == 2 ? Gate::x : Gate::z);
  steps.local(0, change_sign);
  steps.both({adjoint(turns[0]), adjoint(turns[1])});
  steps.entangle(2 * std::abs(coordinate));
  steps.both(turns);
  steps.local(0, change_sign);
}

}  // namespace

TwoQubitSynthesis::TwoQubitSynthesis(Entangler entangler) : entangler_(entangler) {
  if (!is_parametric(entangler)) weyl_ = weyl_decomposition(matrix_of(entangler));
}

unsigned TwoQubitSynthesis::cost(WeylDecomposition const& weyl) const {
  unsigned const dimensions = is(weyl.a, 0) ? 0 : is(weyl.b, 0) ? 1 : is(weyl.c, 0) ? 2 : 3;
  if (is_parametric(entangler_) || dimensions == 0) return dimensions;
  if (is(weyl.a, weyl_.a) && is(weyl.b, weyl_.b) && is(weyl.c, weyl_.c)) return 1;
  return std::max(dimensions, 2U);
}

std::vector<TwoQubitStep> TwoQubitSynthesis::steps(WeylDecomposition const& weyl) const {
  Steps steps;
  if (is_parametric(entangler_)) {
    steps.both(weyl.right);
    std::size_t axis = 0;
    for (double const coordinate : {weyl.a, weyl.b, weyl.c}) entangle_about(steps, entangler_, axis++, coordinate);
    steps.both(weyl.left);
    return steps.finish();
  }
  unsigned const uses = cost(weyl);
  Template pattern = entangler_ == Entangler::iswap ? iswap_template(weyl, uses) : cz_template(weyl, uses);
  Matrix const use = matrix_of(entangler_);
  if (entangler_ == Entangler::cx || entangler_ == Entangler::ecr) {
    // cz = left · entangler · right
    WeylDecomposition const cz = weyl_decomposition(matrix_of(Entangler::cz));
    for (LocalPair& pair : pattern.between)
      for (std::size_t qubit = 0; qubit < 2; ++qubit)
        pair[qubit] = multiply(multiply(adjoint(weyl_.right[qubit]), cz.right[qubit]),
                               multiply(pair[qubit], multiply(cz.left[qubit], adjoint(weyl_.left[qubit]))));
  }
  Matrix whole = uses == 0 ? identity(4) : use;
  for (unsigned k = 1; k < uses; ++k)
    whole = multiply(use, multiply(tensor(pattern.between[k - 1][0], 2, pattern.between[k - 1][1], 2), whole, 4), 4);
  WeylDecomposition const made = weyl_decomposition(whole);
  for (unsigned qubit = 0; qubit < 2; ++qubit)
    steps.local(qubit, multiply(adjoint(made.right[qubit]), weyl.right[qubit]));
  for (unsigned k = 0; k < uses; ++k) {
    if (k > 0) steps.both(pattern.between[k - 1]);
    steps.entangle();
  }
  for (unsigned qubit = 0; qubit < 2; ++qubit)
    steps.local(qubit, multiply(weyl.left[qubit], adjoint(made.left[qubit])));
  return steps.finish();
}

}  // namespace qhub::circuit
