#include "qhub/circuit/transpile/route.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <numeric>
#include <random>
#include <ranges>

#include "qhub/circuit/transpile/lower.h"
#include "qhub/circuit/transpile/rebuild.h"

namespace qhub::circuit {
namespace {

constexpr Qubit nowhere = std::numeric_limits<Qubit>::max();

/// Where the circuit's qubits are; those beyond them, which nothing acts on, fill up the machine.
struct Layout {
  std::vector<Qubit> physical;  ///< By qubit of the circuit.
  std::vector<Qubit> logical;   ///< By qubit of the machine.

  static Layout of(std::vector<Qubit> physical_qubits) {
    Layout layout{std::move(physical_qubits), {}};
    layout.logical.resize(layout.physical.size());
    for (Qubit qubit = 0; qubit < layout.physical.size(); ++qubit) layout.logical[layout.physical[qubit]] = qubit;
    return layout;
  }

  void swap(Qubit a, Qubit b) {
    std::swap(logical[a], logical[b]);
    physical[logical[a]] = a;
    physical[logical[b]] = b;
  }
};

/// Gates on pairs of qubits, and which come directly after each.
struct Interactions {
  std::vector<std::pair<Qubit, Qubit>> pairs;
  std::vector<std::vector<std::uint32_t>> successors;
  std::vector<std::uint32_t> predecessors;  ///< How many.

  void link(std::uint32_t qubits) {
    constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    successors.assign(pairs.size(), {});
    predecessors.assign(pairs.size(), 0);
    std::vector<std::uint32_t> last(qubits, none);
    for (std::uint32_t gate = 0; gate < pairs.size(); ++gate) {
      for (Qubit const qubit : {pairs[gate].first, pairs[gate].second}) {
        bool const repeated = last[qubit] != none && !successors[last[qubit]].empty() &&
                              successors[last[qubit]].back() == gate;  // both qubits come from the same gate
        if (last[qubit] != none && !repeated) {
          successors[last[qubit]].push_back(gate);
          ++predecessors[gate];
        }
        last[qubit] = gate;
      }
    }
  }

  [[nodiscard]] Interactions reversed(std::uint32_t qubits) const {
    Interactions other;
    other.pairs.assign(pairs.rbegin(), pairs.rend());
    other.link(qubits);
    return other;
  }
};

/// A gate of the interactions, or a swap of two qubits of the machine.
struct Step {
  static constexpr std::uint32_t swap = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t gate = swap;
  Qubit a = 0;  ///< On the machine.
  Qubit b = 0;
};

/// One pass of SABRE: carries out the gates in order and chooses swaps where none of the next ones can be.
class Pass {
 public:
  Pass(Interactions const& interactions, CouplingMap const& coupling, std::mt19937_64& random, Layout& layout)
      : interactions_(interactions),
        coupling_(coupling),
        random_(random),
        layout_(layout),
        waiting_for_(interactions.predecessors),
        penalty_(coupling.qubit_count(), 1),
        partner_(coupling.qubit_count(), nowhere) {}

  std::vector<Step> run() {
    for (std::uint32_t gate = 0; gate < interactions_.pairs.size(); ++gate)
      if (waiting_for_[gate] == 0) front_.push_back(gate);
    std::size_t swaps_in_vain = 0, swaps_since_reset = 0;
    std::size_t const patience = 10 * std::size_t{coupling_.qubit_count()};
    for (;;) {
      if (carry_out() || steps_.empty()) {
        swaps_in_vain = 0;
        std::ranges::fill(penalty_, 1);
        swaps_since_reset = 0;
        look_ahead();
      }
      if (front_.empty()) return std::move(steps_);
      if (++swaps_in_vain > patience) {
        force();
        continue;
      }
      auto const [a, b] = choose_swap();
      swap(a, b);
      constexpr double growth = 0.001;
      penalty_[a] += growth, penalty_[b] += growth;
      constexpr std::size_t reset_after = 5;
      if (++swaps_since_reset % reset_after == 0) std::ranges::fill(penalty_, 1);
    }
  }

 private:
  std::pair<Qubit, Qubit> place(std::uint32_t gate) const {
    auto const [a, b] = interactions_.pairs[gate];
    return {layout_.physical[a], layout_.physical[b]};
  }

  void swap(Qubit a, Qubit b) {
    layout_.swap(a, b);
    steps_.push_back({Step::swap, a, b});
    partner_[a] = b, partner_[b] = a;
  }

  /// \return whether any gate could be carried out.
  bool carry_out() {
    bool any = false;
    for (bool progress = true; progress;) {
      progress = false;
      std::vector<std::uint32_t> rest;
      std::vector<std::uint32_t> const now = std::exchange(front_, {});
      for (std::uint32_t const gate : now) {
        auto const [a, b] = place(gate);
        if (!coupling_.connected(a, b)) {
          rest.push_back(gate);
          continue;
        }
        progress = any = true;
        steps_.push_back({gate, a, b});
        partner_[a] = b, partner_[b] = a;
        for (std::uint32_t const next : interactions_.successors[gate])
          if (--waiting_for_[next] == 0) front_.push_back(next);
      }
      front_.insert(front_.begin(), rest.begin(), rest.end());
    }
    return any;
  }

  /// The gates next after the front, in breadth.
  void look_ahead() {
    constexpr std::size_t most = 20;
    ahead_.clear();
    std::vector<std::uint32_t> lowered;
    std::deque<std::uint32_t> queue(front_.begin(), front_.end());
    while (!queue.empty() && ahead_.size() < most) {
      std::uint32_t const gate = queue.front();
      queue.pop_front();
      for (std::uint32_t const next : interactions_.successors[gate]) {
        lowered.push_back(next);
        if (--waiting_for_[next] == 0) {
          ahead_.push_back(next);
          queue.push_back(next);
        }
      }
    }
    for (std::uint32_t const gate : lowered) ++waiting_for_[gate];
  }

  std::pair<Qubit, Qubit> choose_swap() {
    double best = std::numeric_limits<double>::infinity();
    candidates_.clear();
    auto const consider = [&](Qubit a, Qubit b) {
      double const score = swap_score(a, b);
      constexpr double equal = 1e-9;
      if (score > best + equal) return;
      if (score < best - equal) candidates_.clear(), best = score;
      candidates_.emplace_back(a, b);
    };
    for (std::uint32_t const gate : front_) {
      auto const [first, second] = place(gate);
      for (Qubit const qubit : {first, second})
        for (Qubit const neighbor : coupling_.neighbors(qubit)) consider(qubit, neighbor);
    }
    return candidates_[random_() % candidates_.size()];
  }

  double swap_score(Qubit a, Qubit b) const {
    auto const after = [&](Qubit qubit) { return qubit == a ? b : qubit == b ? a : qubit; };
    auto const mean_distance = [&](std::vector<std::uint32_t> const& gates) {
      double sum = 0;
      for (std::uint32_t const gate : gates) {
        auto const [first, second] = place(gate);
        sum += coupling_.distance(after(first), after(second));
      }
      return gates.empty() ? 0 : sum / static_cast<double>(gates.size());
    };
    constexpr double ahead_weight = 0.5;
    double const score = mean_distance(front_) + ahead_weight * mean_distance(ahead_);
    // After a gate on the same two qubits a swap costs one entangler more, else three.
    constexpr double merge_bonus = 0.05;
    bool const merges = partner_[a] == b && partner_[b] == a;
    return std::max(penalty_[a], penalty_[b]) * score - (merges ? merge_bonus : 0);
  }

  /// Brings the nearest pair of the front together: a way out of cycles.
  void force() {
    std::uint32_t const gate = *std::ranges::min_element(front_, {}, [&](std::uint32_t each) {
      auto const [a, b] = place(each);
      return coupling_.distance(a, b);
    });
    for (;;) {
      auto const [a, b] = place(gate);
      if (coupling_.connected(a, b)) return;
      Qubit const target = b;
      Qubit const step = *std::ranges::min_element(
          coupling_.neighbors(a), {}, [&](Qubit neighbor) { return coupling_.distance(neighbor, target); });
      swap(a, step);
    }
  }

  Interactions const& interactions_;
  CouplingMap const& coupling_;
  std::mt19937_64& random_;
  Layout& layout_;
  std::vector<std::uint32_t> waiting_for_;  ///< By gate: predecessors not carried out.
  std::vector<std::uint32_t> front_;
  std::vector<std::uint32_t> ahead_;
  std::vector<double> penalty_;  ///< By qubit of the machine: keeps swaps apart.
  std::vector<Qubit> partner_;   ///< By qubit of the machine: of the last step.
  std::vector<std::pair<Qubit, Qubit>> candidates_;
  std::vector<Step> steps_;
};

/// What the steps cost in entanglers like cx once gates in a row on one pair are merged, and their depth.
struct Cost {
  std::size_t entanglers = 0;
  std::size_t depth = 0;
  friend auto operator<=>(Cost const&, Cost const&) = default;
};

Cost cost_of(std::vector<Step> const& steps, std::uint32_t qubits) {
  struct Block {
    std::size_t gates = 0;
    bool swapped = false;
  };
  std::vector<Qubit> partner(qubits, nowhere);
  std::vector<Block> block(qubits);  // by the lower of its two qubits
  std::vector<std::size_t> depth(qubits);
  Cost cost;
  auto const close = [&](Qubit qubit) {
    Qubit const other = partner[qubit];
    if (other == nowhere) return;
    Block& open = block[std::min(qubit, other)];
    constexpr std::size_t most = 3;
    std::size_t const used = open.swapped ? (open.gates == 1 ? 2 : most) : std::min(open.gates, most);
    cost.entanglers += used;
    depth[qubit] = depth[other] = std::max(depth[qubit], depth[other]) + used;
    open = {};
    partner[qubit] = partner[other] = nowhere;
  };
  for (Step const& step : steps) {
    if (partner[step.a] != step.b) close(step.a), close(step.b);
    partner[step.a] = step.b, partner[step.b] = step.a;
    Block& open = block[std::min(step.a, step.b)];
    if (step.gate == Step::swap)
      open.swapped = !open.swapped;
    else
      ++open.gates;
  }
  for (Qubit qubit = 0; qubit < qubits; ++qubit) close(qubit);
  cost.depth = depth.empty() ? 0 : *std::ranges::max_element(depth);
  return cost;
}

/// The gates on two qubits. What orders other qubits than those of a gate, a barrier or a condition, ends a segment:
/// the next one's gates come after all of it.
struct Program {
  std::vector<Interactions> segments;
  std::vector<std::size_t> positions;  ///< Of each gate in the circuit, through all segments.

  void link(std::uint32_t qubits) {
    for (Interactions& each : segments) each.link(qubits);
  }

  [[nodiscard]] Program reversed(std::uint32_t qubits) const {
    Program other;
    for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment)
      other.segments.push_back(segment->reversed(qubits));
    return other;
  }

  /// Carries out all segments. In the steps gates are numbered through all of them.
  [[nodiscard]] std::vector<Step> run(CouplingMap const& coupling, std::mt19937_64& random, Layout& layout) const {
    std::vector<Step> steps;
    std::uint32_t before = 0;
    for (Interactions const& segment : segments) {
      for (Step step : Pass(segment, coupling, random, layout).run()) {
        if (step.gate != Step::swap) step.gate += before;
        steps.push_back(step);
      }
      before += static_cast<std::uint32_t>(segment.pairs.size());
    }
    return steps;
  }
};

Result<Program> find_pairs(Circuit const& circuit) {
  Program program;
  program.segments.emplace_back();
  auto const end_segment = [&] {
    if (!program.segments.back().pairs.empty()) program.segments.emplace_back();
  };
  for (std::size_t position = 0; position < circuit.size(); ++position) {
    Instruction const instruction = circuit[position];
    if (instruction.kind == InstructionKind::loop_begin)
      return Error{ErrorKind::unsupported, "a loop cannot be placed on a machine without complete connectivity", {}};
    bool const only_orders = instruction.kind == InstructionKind::barrier || instruction.kind == InstructionKind::delay;
    if (instruction.condition || instruction.kind == InstructionKind::assign ||
        (only_orders && instruction.targets.size() > 1))
      end_segment();
    if (only_orders) continue;
    std::vector<Qubit> qubits;
    for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
      qubits.insert(qubits.end(), group.begin(), group.end());
    if (qubits.size() < 2) continue;
    if (qubits.size() > 2)
      return Error{ErrorKind::unsupported, fmt::format("{} acts on more than two qubits", name_of(instruction)), {}};
    program.positions.push_back(position);
    program.segments.back().pairs.emplace_back(qubits[0], qubits[1]);
  }
  return program;
}

/// Looks for a placement of all interacting pairs on neighbors, by depth-first search of bounded length.
class Embedding {
 public:
  Embedding(Program const& program, CouplingMap const& coupling)
      : coupling_(coupling),
        wanted_(coupling.qubit_count()),
        physical_(coupling.qubit_count(), nowhere),
        taken_(coupling.qubit_count()) {
    for (Interactions const& segment : program.segments)
      for (auto const& [a, b] : segment.pairs) {
        wanted_[a].push_back(b);
        wanted_[b].push_back(a);
      }
    for (auto& each : wanted_) {
      std::ranges::sort(each);
      each.erase(std::unique(each.begin(), each.end()), each.end());
    }
    // Each qubit after one that it interacts with, those with many partners first.
    std::vector<Qubit> by_degree(coupling.qubit_count());
    std::iota(by_degree.begin(), by_degree.end(), 0U);
    auto const degree = [&](Qubit qubit) { return wanted_[qubit].size(); };
    std::ranges::stable_sort(by_degree, std::ranges::greater{}, degree);
    std::vector<char> listed(coupling.qubit_count());
    for (Qubit const root : by_degree) {
      if (listed[root] || wanted_[root].empty()) continue;
      listed[root] = 1;
      order_.push_back(root);
      for (std::size_t next = order_.size() - 1; next < order_.size(); ++next) {
        std::vector<Qubit> partners = wanted_[order_[next]];
        std::ranges::stable_sort(partners, std::ranges::greater{}, degree);
        for (Qubit const partner : partners)
          if (!std::exchange(listed[partner], 1)) order_.push_back(partner);
      }
    }
  }

  std::optional<Layout> find() {
    if (!place(0)) return std::nullopt;
    Qubit next = 0;
    for (Qubit& each : physical_) {
      if (each != nowhere) continue;
      while (taken_[next]) ++next;
      each = next;
      taken_[next] = 1;
    }
    return Layout::of(physical_);
  }

 private:
  bool place(std::size_t index) {
    if (index == order_.size()) return true;
    constexpr std::size_t most_steps = 200'000;
    Qubit const qubit = order_[index];
    auto const anchor =
        std::ranges::find_if(wanted_[qubit], [&](Qubit partner) { return physical_[partner] != nowhere; });
    auto const attempt = [&](Qubit place_for_it) {
      if (taken_[place_for_it] || coupling_.neighbors(place_for_it).size() < wanted_[qubit].size()) return false;
      for (Qubit const partner : wanted_[qubit])
        if (physical_[partner] != nowhere && !coupling_.connected(place_for_it, physical_[partner])) return false;
      physical_[qubit] = place_for_it;
      taken_[place_for_it] = 1;
      if (place(index + 1)) return true;
      physical_[qubit] = nowhere;
      taken_[place_for_it] = 0;
      return false;
    };
    if (anchor != wanted_[qubit].end()) {
      for (Qubit const candidate : coupling_.neighbors(physical_[*anchor]))
        if (++steps_ < most_steps && attempt(candidate)) return true;
      return false;
    }
    for (Qubit candidate = 0; candidate < coupling_.qubit_count(); ++candidate)
      if (++steps_ < most_steps && attempt(candidate)) return true;
    return false;
  }

  CouplingMap const& coupling_;
  std::vector<std::vector<Qubit>> wanted_;  ///< By qubit of the circuit: those it interacts with.
  std::vector<Qubit> order_;
  std::vector<Qubit> physical_;
  std::vector<char> taken_;
  std::size_t steps_ = 0;
};

/// The circuit in the order of the steps. Each step waits for what comes before it on its qubits and classical bits.
class Output {
 public:
  Output(Circuit const& circuit, std::vector<std::size_t> const& positions, Layout layout)
      : circuit_(circuit),
        positions_(positions),
        layout_(std::move(layout)),
        rebuild_(circuit, static_cast<std::uint32_t>(layout_.physical.size())),
        queues_(circuit.qubit_count()),
        next_(circuit.qubit_count()) {
    for (std::size_t position = 0; position < circuit.size(); ++position) {
      Instruction const instruction = circuit[position];
      for_qubits(instruction, [&](Qubit qubit) { queues_[qubit].push_back(position); });
      if (touches_bits(instruction)) bits_.push_back(position);
    }
    is_pair_.resize(circuit.size());
    for (std::size_t const position : positions) is_pair_[position] = true;
  }

  Result<Circuit> run(std::vector<Step> const& steps) {
    for (Step const& step : steps) {
      if (auto advanced = advance(); !advanced) return advanced.error();
      if (step.gate == Step::swap) {
        Qubit const targets[] = {step.a, step.b};
        if (auto added = rebuild_.append({.gate = Gate::swap, .targets = targets}); !added) return added.error();
        layout_.swap(step.a, step.b);
      } else if (auto written = write(positions_[step.gate]); !written) {
        return written.error();
      }
    }
    if (auto advanced = advance(); !advanced) return advanced.error();
    return std::move(rebuild_.output);
  }

  Layout const& layout() const { return layout_; }

 private:
  template <class Visit>
  static void for_qubits(Instruction const& instruction, Visit const& visit) {
    for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
      for (Qubit const qubit : group) visit(qubit);
  }

  static bool touches_bits(Instruction const& instruction) {
    return instruction.condition || instruction.kind == InstructionKind::measure ||
           instruction.kind == InstructionKind::assign;
  }

  bool ready(std::size_t position) const {
    Instruction const instruction = circuit_[position];
    bool first = !touches_bits(instruction) || bits_[next_bit_] == position;
    for_qubits(instruction, [&](Qubit qubit) { first = first && queues_[qubit][next_[qubit]] == position; });
    return first;
  }

  /// Writes all that is not a gate on two qubits and can come now.
  Result<void> advance() {
    for (bool progress = true; progress;) {
      progress = false;
      auto const attempt = [&](std::size_t position) -> Result<void> {
        if (is_pair_[position] || !ready(position)) return {};
        progress = true;
        return write(position);
      };
      for (Qubit qubit = 0; qubit < queues_.size(); ++qubit)
        while (next_[qubit] < queues_[qubit].size()) {
          std::size_t const before = next_[qubit];
          if (auto done = attempt(queues_[qubit][before]); !done) return done;
          if (next_[qubit] == before) break;
        }
      while (next_bit_ < bits_.size()) {
        std::size_t const before = next_bit_;
        if (auto done = attempt(bits_[before]); !done) return done;
        if (next_bit_ == before) break;
      }
    }
    return {};
  }

  Result<void> write(std::size_t position) {
    Instruction instruction = circuit_[position];
    std::vector<Qubit> operands;
    for_qubits(instruction, [&](Qubit qubit) {
      operands.push_back(layout_.physical[qubit]);
      ++next_[qubit];
    });
    if (touches_bits(instruction)) ++next_bit_;
    std::span<Qubit const> const all(operands);
    std::size_t const positive = instruction.positive_controls.size();
    instruction.positive_controls = all.first(positive);
    instruction.negative_controls = all.subspan(positive, instruction.negative_controls.size());
    instruction.targets = all.subspan(positive + instruction.negative_controls.size());
    return rebuild_.append(instruction);
  }

  Circuit const& circuit_;
  std::vector<std::size_t> const& positions_;
  Layout layout_;
  Rebuild rebuild_;
  std::vector<std::vector<std::size_t>> queues_;  ///< By qubit of the circuit: instructions on it.
  std::vector<std::size_t> next_;
  std::vector<std::size_t> bits_;  ///< Instructions that read or write classical bits.
  std::size_t next_bit_ = 0;
  std::vector<bool> is_pair_;
};

}  // namespace

CouplingMap::CouplingMap(std::uint32_t qubits, std::span<std::pair<Qubit, Qubit> const> edges)
    : neighbors_(qubits), distances_(std::size_t{qubits} * qubits, unreachable) {
  for (auto const& [a, b] : edges) {
    if (a == b) continue;
    neighbors_[a].push_back(b);
    neighbors_[b].push_back(a);
  }
  for (auto& each : neighbors_) {
    std::ranges::sort(each);
    each.erase(std::unique(each.begin(), each.end()), each.end());
  }
  for (Qubit start = 0; start < qubits; ++start) {
    auto const distance_to = [&](Qubit qubit) -> std::uint32_t& {
      return distances_[start * neighbors_.size() + qubit];
    };
    std::vector<Qubit> reached{start};
    distance_to(start) = 0;
    for (std::size_t next = 0; next < reached.size(); ++next)
      for (Qubit const neighbor : neighbors_[reached[next]])
        if (distance_to(neighbor) == unreachable) {
          distance_to(neighbor) = distance_to(reached[next]) + 1;
          reached.push_back(neighbor);
        }
  }
}

Result<Routed> route(Circuit const& circuit, CouplingMap const& coupling, RouteOptions const& options) {
  std::uint32_t const qubits = coupling.qubit_count();
  if (circuit.qubit_count() > qubits)
    return Error{ErrorKind::invalid_argument,
                 fmt::format("the circuit has {} qubits, the machine {}", circuit.qubit_count(), qubits),
                 {}};
  auto forward = find_pairs(circuit);
  if (!forward) return forward.error();
  forward->link(qubits);

  std::optional<Layout> best_start;
  std::vector<Step> best_steps;
  Cost best_cost;
  auto const keep_if_better = [&](Layout const& start, std::vector<Step> steps) {
    Cost const cost = cost_of(steps, qubits);
    if (best_start && !(cost < best_cost)) return;
    best_start = start;
    best_steps = std::move(steps);
    best_cost = cost;
  };
  std::mt19937_64 random(options.seed);
  if (auto const embedded = Embedding(*forward, coupling).find()) {
    Layout layout = *embedded;
    keep_if_better(*embedded, forward->run(coupling, random, layout));
  } else {
    // Only a part of the machine that hangs together can hold qubits that meet.
    std::vector<Qubit> component;
    for (Qubit root = 0; root < qubits; ++root) {
      std::vector<Qubit> reachable;
      for (Qubit qubit = 0; qubit < qubits; ++qubit)
        if (coupling.distance(root, qubit) != CouplingMap::unreachable) reachable.push_back(qubit);
      if (reachable.size() > component.size()) component = std::move(reachable);
    }
    if (component.size() < circuit.qubit_count())
      return Error{ErrorKind::invalid_argument,
                   fmt::format("the circuit has {} qubits, but only {} of the machine are connected with each other",
                               circuit.qubit_count(), component.size()),
                   {}};
    Program const backward = forward->reversed(qubits);
    for (unsigned trial = 0; trial < std::max(options.trials, 1U); ++trial) {
      std::vector<Qubit> physical = component;
      if (trial > 0)
        for (std::size_t i = physical.size(); i > 1; --i) std::swap(physical[i - 1], physical[random() % i]);
      std::vector<char> used(qubits);
      for (Qubit const qubit : physical) used[qubit] = 1;
      for (Qubit qubit = 0; qubit < qubits; ++qubit)
        if (!used[qubit]) physical.push_back(qubit);
      Layout layout = Layout::of(std::move(physical));
      constexpr int rounds = 3;
      for (int round = 0; round < rounds; ++round) {  // where a pass ends is a good start for the opposite one
        Layout const start = layout;
        keep_if_better(start, forward->run(coupling, random, layout));
        (void)backward.run(coupling, random, layout);
      }
    }
  }
  Output output(circuit, forward->positions, *best_start);
  auto routed = output.run(best_steps);
  if (!routed) return routed.error();
  auto const of_circuit = [&](Layout const& layout) {
    return std::vector<Qubit>(layout.physical.begin(), layout.physical.begin() + circuit.qubit_count());
  };
  return Routed{*std::move(routed), of_circuit(*best_start), of_circuit(output.layout())};
}

}  // namespace qhub::circuit
