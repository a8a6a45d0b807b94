#include "qhub/circuit/gate.h"

#include <map>
#include <numbers>

#include "qhub/circuit/internal/test_support.h"
#include "qhub/circuit/named_gate.h"

namespace qhub::circuit {
namespace {

using test::distance;
using test::distance_up_to_phase;
using test::Matrix;

constexpr double pi = std::numbers::pi;
constexpr Complex i{0, 1};

Matrix operator+(Matrix a, Matrix const& b) {
  for (std::size_t k = 0; k < a.size(); ++k) a[k] += b[k];
  return a;
}
Matrix operator*(Complex factor, Matrix a) {
  for (Complex& entry : a) entry *= factor;
  return a;
}
std::size_t dimension(Matrix const& a) {
  return static_cast<std::size_t>(std::lround(std::sqrt(a.size())));
}
Matrix operator*(Matrix const& a, Matrix const& b) {
  std::size_t const n = dimension(a);
  Matrix product(n * n);
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t column = 0; column < n; ++column)
      for (std::size_t k = 0; k < n; ++k) product[row * n + column] += a[row * n + k] * b[k * n + column];
  return product;
}
/// The operator on two qubits that is `low` on the first (lowest bit) and `high` on the second.
Matrix on_two(Matrix const& low, Matrix const& high) {
  Matrix product(16);
  for (std::size_t row = 0; row < 4; ++row)
    for (std::size_t column = 0; column < 4; ++column)
      product[row * 4 + column] = low[(row & 1) * 2 + (column & 1)] * high[(row >> 1) * 2 + (column >> 1)];
  return product;
}
Matrix identity(std::size_t n) {
  Matrix one(n * n);
  for (std::size_t k = 0; k < n; ++k) one[k * n + k] = 1;
  return one;
}
/// exp(factor · generator) by its power series.
Matrix exponential(Complex factor, Matrix const& generator) {
  Matrix sum = identity(dimension(generator)), term = sum;
  for (int k = 1; k < 60; ++k) {
    term = (factor / static_cast<double>(k)) * (term * generator);
    sum = sum + term;
  }
  return sum;
}

Matrix const I = identity(2), X{0, 1, 1, 0}, Y{0, -i, i, 0}, Z{1, 0, 0, -1};

Matrix matrix_of(Gate gate, std::vector<double> const& parameters = {}) {
  Matrix matrix(std::size_t{1} << 2 * info(gate).targets);
  write_matrix(gate, parameters, matrix.data());
  return matrix;
}

std::vector<double> some_parameters(Gate gate) {
  std::vector<double> const values{0.7, -1.3, 2.1};
  return {values.begin(), values.begin() + info(gate).parameters};
}

TEST(Gate, EveryMatrixIsUnitaryAndHasTheStatedProperties) {
  for (std::size_t k = 0; k < gate_count; ++k) {
    auto const gate = static_cast<Gate>(k);
    Matrix const matrix = matrix_of(gate, some_parameters(gate));
    std::size_t const n = dimension(matrix);
    Matrix adjoint(n * n);
    bool diagonal = true;
    for (std::size_t row = 0; row < n; ++row)
      for (std::size_t column = 0; column < n; ++column) {
        adjoint[column * n + row] = std::conj(matrix[row * n + column]);
        if (row != column && matrix[row * n + column] != Complex{0}) diagonal = false;
      }
    EXPECT_LE(distance(adjoint * matrix, identity(n)), 1e-15) << info(gate).name;
    EXPECT_EQ(diagonal, info(gate).diagonal) << info(gate).name;
    EXPECT_EQ(distance(matrix * matrix, identity(n)) < 1e-9, info(gate).self_inverse) << info(gate).name;
    std::vector<double> const numbers = some_parameters(gate);
    auto const [found, call] = inverse(gate, std::vector<Expression>(numbers.begin(), numbers.end()));
    if (!found) continue;
    std::vector<double> parameters;
    for (unsigned j = 0; j < info(call.gate).parameters; ++j) parameters.push_back(call.parameters[j].number());
    Matrix undo = matrix_of(call.gate, parameters);
    if (call.targets_reversed) undo = matrix_of(Gate::swap) * undo * matrix_of(Gate::swap);
    EXPECT_LE(distance(undo * matrix, identity(n)), 1e-14) << info(gate).name;
  }
}

TEST(Gate, RotationsAreExponentialsOfTheirGenerators) {
  double const theta = 0.7, phi = -1.3;
  EXPECT_LE(distance(matrix_of(Gate::rx, {theta}), exponential(-i * theta / 2.0, X)), 1e-14);
  EXPECT_LE(distance(matrix_of(Gate::ry, {theta}), exponential(-i * theta / 2.0, Y)), 1e-14);
  EXPECT_LE(distance(matrix_of(Gate::rz, {theta}), exponential(-i * theta / 2.0, Z)), 1e-14);
  Matrix const axis = Complex{std::cos(phi)} * X + Complex{std::sin(phi)} * Y;
  EXPECT_LE(distance(matrix_of(Gate::r, {theta, phi}), exponential(-i * theta / 2.0, axis)), 1e-14);
  EXPECT_LE(distance(matrix_of(Gate::gpi2, {phi}), exponential(-i * pi / 4.0, axis)), 1e-14);
  EXPECT_LE(distance(matrix_of(Gate::gpi, {phi}), axis), 1e-14);
  EXPECT_LE(distance(matrix_of(Gate::rxx, {theta}), exponential(-i * theta / 2.0, on_two(X, X))), 1e-14);
  EXPECT_LE(distance(matrix_of(Gate::ryy, {theta}), exponential(-i * theta / 2.0, on_two(Y, Y))), 1e-14);
  EXPECT_LE(distance(matrix_of(Gate::rzz, {theta}), exponential(-i * theta / 2.0, on_two(Z, Z))), 1e-14);
  EXPECT_LE(distance(matrix_of(Gate::rzx, {theta}), exponential(-i * theta / 2.0, on_two(Z, X))), 1e-14);
  Matrix const exchange = on_two(X, X) + on_two(Y, Y);
  EXPECT_LE(distance(matrix_of(Gate::xy, {theta}), exponential(i * theta / 4.0, exchange)), 1e-14);
  EXPECT_LE(distance(matrix_of(Gate::iswap), exponential(i * pi / 4.0, exchange)), 1e-14);
  EXPECT_LE(distance(matrix_of(Gate::ms, {phi, theta, 0.4}),
                     exponential(-i * 0.2, on_two(matrix_of(Gate::gpi, {phi}), matrix_of(Gate::gpi, {theta})))),
            1e-14);
  EXPECT_LE(distance(matrix_of(Gate::ecr), std::numbers::sqrt2 / 2 * (on_two(X, I) + Complex{-1} * on_two(Y, X))),
            1e-14);
  EXPECT_LE(distance(matrix_of(Gate::sx) * matrix_of(Gate::sx), X), 1e-15);
  EXPECT_LE(distance(matrix_of(Gate::u, {theta, phi, 0.4}),
                     std::polar(1.0, (phi + 0.4) / 2) *
                         (matrix_of(Gate::rz, {phi}) * matrix_of(Gate::ry, {theta}) * matrix_of(Gate::rz, {0.4}))),
            1e-14);
}

// qelib1.inc as published (arXiv:1707.03429 and Qiskit's additions) in terms of the primitives U and CX.
constexpr std::string_view qelib1 = R"(
gate u3_(theta,phi,lambda) q { U(theta,phi,lambda) q; }
gate u2_(phi,lambda) q { U(pi/2,phi,lambda) q; }
gate u1_(lambda) q { U(0,0,lambda) q; }
gate cx_ c,t { CX c,t; }
gate u0_(gamma) q { U(0,0,0) q; }
gate p_(lambda) q { U(0,0,lambda) q; }
gate id_ a { U(0,0,0) a; }
gate x_ a { u3_(pi,0,pi) a; }
gate y_ a { u3_(pi,pi/2,pi/2) a; }
gate z_ a { u1_(pi) a; }
gate h_ a { u2_(0,pi) a; }
gate s_ a { u1_(pi/2) a; }
gate sdg_ a { u1_(-pi/2) a; }
gate t_ a { u1_(pi/4) a; }
gate tdg_ a { u1_(-pi/4) a; }
gate rx_(theta) a { u3_(theta, -pi/2,pi/2) a; }
gate ry_(theta) a { u3_(theta,0,0) a; }
gate rz_(phi) a { u1_(phi) a; }
gate sx_ a { sdg_ a; h_ a; sdg_ a; }
gate sxdg_ a { s_ a; h_ a; s_ a; }
gate cz_ a,b { h_ b; cx_ a,b; h_ b; }
gate cy_ a,b { sdg_ b; cx_ a,b; s_ b; }
gate swap_ a,b { cx_ a,b; cx_ b,a; cx_ a,b; }
gate ch_ a,b { h_ b; sdg_ b; cx_ a,b; h_ b; t_ b; cx_ a,b; t_ b; h_ b; s_ b; x_ b; s_ a; }
gate ccx_ a,b,c { h_ c; cx_ b,c; tdg_ c; cx_ a,c; t_ c; cx_ b,c; tdg_ c; cx_ a,c; t_ b; t_ c; h_ c; cx_ a,b; t_ a; tdg_ b; cx_ a,b; }
gate cswap_ a,b,c { cx_ c,b; ccx_ a,b,c; cx_ c,b; }
gate crx_(lambda) a,b { u1_(pi/2) b; cx_ a,b; u3_(-lambda/2,0,0) b; cx_ a,b; u3_(lambda/2,-pi/2,0) b; }
gate cry_(lambda) a,b { ry_(lambda/2) b; cx_ a,b; ry_(-lambda/2) b; cx_ a,b; }
gate crz_(lambda) a,b { rz_(lambda/2) b; cx_ a,b; rz_(-lambda/2) b; cx_ a,b; }
gate cu1_(lambda) a,b { u1_(lambda/2) a; cx_ a,b; u1_(-lambda/2) b; cx_ a,b; u1_(lambda/2) b; }
gate cp_(lambda) a,b { p_(lambda/2) a; cx_ a,b; p_(-lambda/2) b; cx_ a,b; p_(lambda/2) b; }
gate cu3_(theta,phi,lambda) c,t { u1_((lambda+phi)/2) c; u1_((lambda-phi)/2) t; cx_ c,t; u3_(-theta/2,0,-(phi+lambda)/2) t; cx_ c,t; u3_(theta/2,phi,0) t; }
gate csx_ a,b { h_ b; cu1_(pi/2) a,b; h_ b; }
gate cu_(theta,phi,lambda,gamma) c,t { p_(gamma) c; p_((lambda+phi)/2) c; p_((lambda-phi)/2) t; cx_ c,t; u3_(-theta/2,0,-(phi+lambda)/2) t; cx_ c,t; u3_(theta/2,phi,0) t; }
gate rxx_(theta) a,b { h_ a; h_ b; cx_ a,b; rz_(theta) b; cx_ a,b; h_ b; h_ a; }
gate ryy_(theta) a,b { rx_(pi/2) a; rx_(pi/2) b; cx_ a,b; rz_(theta) b; cx_ a,b; rx_(-pi/2) a; rx_(-pi/2) b; }
gate rzz_(theta) a,b { cx_ a,b; u1_(theta) b; cx_ a,b; }
gate rzx_(theta) a,b { h_ b; cx_ a,b; rz_(theta) b; cx_ a,b; h_ b; }
gate ecr_ a,b { rzx_(pi/4) a,b; x_ a; rzx_(-pi/4) a,b; }
gate dcx_ a,b { cx_ a,b; cx_ b,a; }
gate iswap_ a,b { s_ a; s_ b; h_ a; cx_ a,b; cx_ b,a; h_ b; }
gate r_(theta,phi) a { u3_(theta,phi-pi/2,-phi+pi/2) a; }
gate rccx_ a,b,c { u2_(0,pi) c; u1_(pi/4) c; cx_ b,c; u1_(-pi/4) c; cx_ a,c; u1_(pi/4) c; cx_ b,c; u1_(-pi/4) c; u2_(0,pi) c; }
gate rc3x_ a,b,c,d { u2_(0,pi) d; u1_(pi/4) d; cx_ c,d; u1_(-pi/4) d; u2_(0,pi) d; cx_ a,d; u1_(pi/4) d; cx_ b,d; u1_(-pi/4) d; cx_ a,d; u1_(pi/4) d; cx_ b,d; u1_(-pi/4) d; u2_(0,pi) d; u1_(pi/4) d; cx_ c,d; u1_(-pi/4) d; u2_(0,pi) d; }
gate c3x_ a,b,c,d { h_ d; p_(pi/8) a; p_(pi/8) b; p_(pi/8) c; p_(pi/8) d; cx_ a,b; p_(-pi/8) b; cx_ a,b; cx_ b,c; p_(-pi/8) c; cx_ a,c; p_(pi/8) c; cx_ b,c; p_(-pi/8) c; cx_ a,c; cx_ c,d; p_(-pi/8) d; cx_ b,d; p_(pi/8) d; cx_ c,d; p_(-pi/8) d; cx_ a,d; p_(pi/8) d; cx_ c,d; p_(-pi/8) d; cx_ b,d; p_(pi/8) d; cx_ c,d; p_(-pi/8) d; cx_ a,d; h_ d; }
gate c3sqrtx_ a,b,c,d { h_ d; cu1_(pi/8) a,d; h_ d; cx_ a,b; h_ d; cu1_(-pi/8) b,d; h_ d; cx_ a,b; h_ d; cu1_(pi/8) b,d; h_ d; cx_ b,c; h_ d; cu1_(-pi/8) c,d; h_ d; cx_ a,c; h_ d; cu1_(pi/8) c,d; h_ d; cx_ b,c; h_ d; cu1_(-pi/8) c,d; h_ d; cx_ a,c; h_ d; cu1_(pi/8) c,d; h_ d; }
gate c4x_ a,b,c,d,e { h_ e; cu1_(pi/2) d,e; h_ e; c3x_ a,b,c,d; h_ e; cu1_(-pi/2) d,e; h_ e; c3x_ a,b,c,d; c3sqrtx_ a,b,c,e; }
)";

TEST(Gate, BuiltInGatesAgreeWithTheirDefinitionsInQelib1) {
  std::map<std::string, int> const gates_and_parameters{
      {"u3", 3},    {"u2", 2},    {"u1", 1},   {"cx", 0},   {"u0", 1},  {"p", 1},       {"id", 0},   {"x", 0},
      {"y", 0},     {"z", 0},     {"h", 0},    {"s", 0},    {"sdg", 0}, {"t", 0},       {"tdg", 0},  {"rx", 1},
      {"ry", 1},    {"rz", 1},    {"sx", 0},   {"sxdg", 0}, {"cz", 0},  {"cy", 0},      {"swap", 0}, {"ch", 0},
      {"ccx", 0},   {"cswap", 0}, {"crx", 1},  {"cry", 1},  {"crz", 1}, {"cu1", 1},     {"cp", 1},   {"cu3", 3},
      {"csx", 0},   {"cu", 4},    {"rxx", 1},  {"ryy", 1},  {"rzz", 1}, {"rzx", 1},     {"ecr", 0},  {"dcx", 0},
      {"iswap", 0}, {"r", 2},     {"rccx", 0}, {"rc3x", 0}, {"c3x", 0}, {"c3sqrtx", 0}, {"c4x", 0},
  };
  for (auto const& [name, parameters] : gates_and_parameters) {
    auto const named = std::ranges::find(named_gates(), name, &NamedGate::name);
    ASSERT_NE(named, named_gates().end()) << name;
    std::string const values[] = {"", "(0.7)", "(0.7,-1.3)", "(0.7,-1.3,2.1)", "(0.7,-1.3,2.1,0.4)"};
    std::string operands = "q[0]";
    for (unsigned k = 1; k < named->operand_count(); ++k) operands += ",q[" + std::to_string(k) + "]";
    auto const program = [&](std::string const& gate) {
      return fmt::format("OPENQASM 2.0;{}qreg q[{}];{}{} {};", qelib1, named->operand_count(), gate, values[parameters],
                         operands);
    };
    auto const built_in = test::matrix_of(test::read(program(name)));
    auto const defined = test::matrix_of(test::read(program(name + "_")));
    EXPECT_LE(distance_up_to_phase(built_in, defined), 1e-12) << name;
  }
}

TEST(Gate, BraketsFirstQubitIsTheHigherBitOfItsMatrices) {
  // Diagonals as Braket's documentation prints them, in the order |q0 q1⟩ = 00, 01, 10, 11.
  std::pair<std::string_view, int> const shifted[] = {
      {"cphaseshift00", 0}, {"cphaseshift01", 1}, {"cphaseshift10", 2}, {"cphaseshift", 3}};
  for (auto const& [name, state] : shifted) {
    auto const matrix = test::matrix_of(test::read(fmt::format("OPENQASM 3.0; qubit[2] q; {}(0.7) q[0], q[1];", name)));
    for (int row = 0; row < 4; ++row) {
      int const ours = (row >> 1) | (row & 1) << 1;
      Complex const expected = row == state ? std::polar(1.0, 0.7) : Complex{1};
      EXPECT_LE(std::abs(matrix[static_cast<std::size_t>(ours * 4 + ours)] - expected), 1e-15) << name << row;
    }
  }
}

}  // namespace
}  // namespace qhub::circuit
