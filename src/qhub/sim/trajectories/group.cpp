#include "qhub/sim/trajectories/group.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace qhub::sim::trajectories {
namespace {

/// A probability this small is rounding error of a zero, and this near to 1 one of a certainty.
constexpr double negligible_probability = 1e-12;

/// A state is normalised after so many elements that may change its norm by a factor of 4.
constexpr unsigned most_drift = 16;

bool is_identity(Matrix const& matrix) {
  return matrix.entries == Matrix::identity(matrix.dimension).entries;
}

/// Tr(A B), real because both are Hermitian.
double trace_of_product(Matrix const& a, Matrix const& b) {
  double trace = 0;
  for (unsigned row = 0; row < a.dimension; ++row)
    for (unsigned column = 0; column < a.dimension; ++column)
      trace += (a.entries[row * a.dimension + column] * b.entries[column * a.dimension + row]).real();
  return trace;
}

}  // namespace

template <class Real>
Group<Real>::Group(circuit::Circuit const& circuit, Program const& program, RunOptions const& options,
                   std::uint64_t seed, std::uint64_t first, std::uint32_t shots, std::span<std::uint64_t> outcomes,
                   Team& team)
    : circuit_(circuit), program_(program), options_(options), outcomes_(outcomes), team_(team) {
  random_.reserve(shots);
  for (std::uint32_t shot = 0; shot < shots; ++shot) random_.emplace_back(seed, first + shot);
  sums_.values.resize(options.want_expectations.size());
  sums_.squares.resize(options.want_expectations.size());
  for (std::vector<circuit::Qubit> const& qubits : options.want_probabilities)
    sums_.probabilities.emplace_back(std::size_t{1} << qubits.size());
}

template <class Real>
bool Group<Real>::run() {
  std::optional<State<Real>> start = State<Real>::zero(circuit_.qubit_count());
  if (!start) return false;
  std::vector<std::uint32_t> shots(random_.size());
  for (std::uint32_t shot = 0; shot < shots.size(); ++shot) shots[shot] = shot;
  nodes_.push_back({.state = *std::move(start),
                    .shots = std::move(shots),
                    .classical = ClassicalState(circuit_),
                    .candidates = {},
                    .parts = {},
                    .waiting = {}});
  while (!nodes_.empty() && !team_.stopped()) {
    Node node = std::move(nodes_.back());
    nodes_.pop_back();
    if (!evolve(node)) return false;
    if (!team_.stopped()) finish(node);
  }
  return true;
}

template <class Real>
bool Group<Real>::evolve(Node& node) {
  while (node.step < program_.steps.size() && !team_.stopped()) {
    Step const& step = program_.steps[node.step];
    switch (step.kind) {
      case Step::Kind::block:
        if ((node.in_block || node.classical.holds(step.condition)) && !run_block(node, program_.blocks[step.index]))
          return false;
        break;
      case Step::Kind::wide:
        if (node.classical.holds(step.condition)) node.state.apply_wide(circuit_[step.position], team_);
        break;
      case Step::Kind::assign:
        if (node.classical.holds(step.condition)) node.classical.assign(circuit_[step.position]);
        break;
      case Step::Kind::loop_begin:
        if (node.classical.enters(static_cast<std::uint32_t>(step.index))) break;
        node.step = step.target;
        continue;
      case Step::Kind::loop_end:
        node.step = step.target;
        continue;
      case Step::Kind::test:
      case Step::Kind::nothing:
        static_cast<void>(node.classical.holds(step.condition));
        break;
    }
    ++node.step;
  }
  return true;
}

/// Runs what is left of a block. False if the system refuses memory for a state that parts.
template <class Real>
bool Group<Real>::run_block(Node& node, Block const& block) {
  if (!node.in_block) {
    node.in_block = true;
    node.element = 0;
    node.is_waiting = false;
    draw(node, block);
    if (node.candidates.empty()) {
      node.waiting = block.likeliest;
      node.is_waiting = true;
      node.element = block.elements.size();
    }
  }
  while (!node.parts.empty() || node.element < block.elements.size()) {
    if (node.parts.empty()) {
      Element const& element = block.elements[node.element];
      if (node.candidates.empty() || node.candidates.front().element != node.element) {
        node.waiting = node.is_waiting ? element.gate * node.waiting : element.gate;
        node.is_waiting = true;
        ++node.element;
        continue;
      }
      apply_waiting(node, block);
      choose(node, block);
    }
    if (!part(node, block)) return false;
  }
  apply_waiting(node, block);
  node.in_block = false;
  node.drift += block.drift;
  if (node.drift > most_drift) {
    node.state.scale(1 / std::sqrt(node.state.cumulative_weights(team_).back()), team_);
    node.drift = 0;
  }
  return true;
}

/// Draws, for each shot and choice, the number that decides; keeps those that may lead away from alternative 0.
template <class Real>
void Group<Real>::draw(Node& node, Block const& block) {
  node.candidates.clear();
  if (!block.has_choice) return;
  for (std::uint32_t e = 0; e < block.elements.size(); ++e) {
    if (!block.elements[e].choice) continue;
    double const bound = program_.choices[*block.elements[e].choice].bound;
    if (bound == 0) continue;
    for (std::uint32_t const shot : node.shots)
      if (double const uniform = random_[shot].uniform(); uniform < bound)
        node.candidates.push_back({e, shot, uniform});
  }
}

/// Decides which shots take which alternative at the node's element.
template <class Real>
void Group<Real>::choose(Node& node, Block const& block) {
  Choice const& choice = program_.choices[*block.elements[node.element].choice];
  std::vector<double> probabilities;
  for (Choice::Alternative const& alternative : choice.alternatives) probabilities.push_back(alternative.weight);
  if (choice.depends_on_state) {
    Matrix const reduced = node.state.reduced(block.qubits, team_);
    double trace = 0;
    for (unsigned i = 0; i < reduced.dimension; ++i) trace += reduced.entries[i * reduced.dimension + i].real();
    for (std::size_t k = 0; k < probabilities.size(); ++k) {
      double& probability = probabilities[k];
      probability = trace_of_product(choice.alternatives[k].square, reduced) / trace;
      if (probability < negligible_probability) probability = 0;
      if (probability > 1 - negligible_probability) probability = 1;
    }
  }
  std::vector<std::vector<std::uint32_t>> shots(probabilities.size());
  auto next = node.candidates.begin();
  for (std::uint32_t const shot : node.shots) {
    std::size_t taken = 0;
    if (next != node.candidates.end() && next->element == node.element && next->shot == shot) {
      double rest = next->uniform;
      for (std::size_t k = 1; k < probabilities.size() && taken == 0; ++k) {
        if (rest < probabilities[k]) taken = k;
        rest -= probabilities[k];
      }
      ++next;
    }
    shots[taken].push_back(shot);
  }
  node.candidates.erase(node.candidates.begin(), next);
  for (std::uint32_t k = 0; k < shots.size(); ++k)
    if (!shots[k].empty()) node.parts.push_back({k, std::move(shots[k])});
}

/// Goes on with the smallest part; the others wait with a copy of the state.
template <class Real>
bool Group<Real>::part(Node& node, Block const& block) {
  auto const smallest = std::ranges::min_element(node.parts, {}, [](Part const& p) { return p.shots.size(); });
  Part chosen = std::move(*smallest);
  node.parts.erase(smallest);
  auto const is_chosen = [&](Candidate const& candidate) {
    return std::ranges::binary_search(chosen.shots, candidate.shot);
  };
  if (!node.parts.empty()) {
    std::optional<State<Real>> state = node.state.copy(team_);
    if (!state) return false;
    Node others{.state = *std::move(state),
                .shots = {},
                .classical = node.classical,
                .step = node.step,
                .in_block = true,
                .element = node.element,
                .candidates = node.candidates,
                .parts = std::move(node.parts),
                .waiting = {},
                .drift = node.drift};
    std::erase_if(others.candidates, is_chosen);
    nodes_.push_back(std::move(others));
    peak_states_ = std::max(peak_states_, nodes_.size() + 1);
    node.parts.clear();
    std::erase_if(node.candidates, [&](Candidate const& candidate) { return !is_chosen(candidate); });
  }
  Element const& element = block.elements[node.element];
  node.shots = std::move(chosen.shots);
  node.waiting = program_.choices[*element.choice].alternatives[chosen.alternative].op;
  node.is_waiting = true;
  if (element.clbit) node.classical.set(*element.clbit, chosen.alternative != 0);
  ++node.element;
  return true;
}

template <class Real>
void Group<Real>::apply_waiting(Node& node, Block const& block) {
  if (!node.is_waiting) return;
  node.is_waiting = false;
  if (!is_identity(node.waiting)) node.state.apply(node.waiting, block.qubits, team_);
}

/// Makes the final measurements for all shots of a node, and whatever else is wanted of its state.
template <class Real>
void Group<Real>::finish(Node const& node) {
  std::size_t const words = (std::size_t{circuit_.clbit_count()} + 63) / 64;
  auto const set = [&](std::uint32_t shot, circuit::Clbit bit, bool value) {
    std::uint64_t& word = outcomes_[shot * words + bit / 64];
    std::uint64_t const mask = std::uint64_t{1} << bit % 64;
    word = value ? word | mask : word & ~mask;
  };
  Outcome const bits = node.classical.outcome();
  for (std::uint32_t const shot : node.shots)
    std::copy(bits.words().begin(), bits.words().end(), outcomes_.begin() + static_cast<std::ptrdiff_t>(shot * words));
  if (program_.final_measurements.empty() && !options_.wants_state()) return;

  std::vector<double> const cumulative = node.state.cumulative_weights(team_);
  if (team_.stopped()) return;
  double const total = cumulative.back();
  for (std::uint32_t const shot : node.shots) {
    std::size_t const state = node.state.find(random_[shot].uniform() * total, cumulative);
    for (auto const& [qubit, clbit] : program_.final_measurements) set(shot, clbit, (state >> qubit & 1) != 0);
  }
  auto const shots = static_cast<double>(node.shots.size());
  for (std::size_t e = 0; e < sums_.values.size(); ++e) {
    double value = 0;
    for (PauliTerm const& term : options_.want_expectations[e])
      value += term.coefficient * node.state.expectation(term, team_) / total;
    sums_.values[e] += shots * value;
    sums_.squares[e] += shots * value * value;
  }
  for (std::size_t p = 0; p < sums_.probabilities.size(); ++p) {
    std::vector<circuit::Qubit> const& qubits = options_.want_probabilities[p];
    for (std::size_t state = 0; state < std::size_t{1} << circuit_.qubit_count(); ++state) {
      if (state % 65536 == 0 && team_.stopped()) return;
      std::size_t value = 0;
      for (std::size_t t = 0; t < qubits.size(); ++t) value |= (state >> qubits[t] & 1) << t;
      sums_.probabilities[p][value] += shots * node.state.weight(state) / total;
    }
  }
}

template class Group<float>;
template class Group<double>;

}  // namespace qhub::sim::trajectories
