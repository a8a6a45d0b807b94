#include "qhub/sim/statevector/plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <optional>
#include <tuple>
#include <utility>

namespace qhub::sim::statevector {
namespace {

using Kind = Element::Kind;
using Complex = std::complex<double>;

/// Chunks of 128 KiB: they leave a second-level cache of 512 KiB and more to what is fetched meanwhile.
constexpr std::size_t chunk_bytes = std::size_t{128} << 10;

/// States of up to so many qubits are one chunk, since sharing them among threads would cost more than it saves.
constexpr unsigned most_bits_of_one_chunk = 13;

/// Positions below lane_bits + so many are always in the chunk, so that it is read and written in pieces of 512 bytes.
constexpr unsigned run_bits = 2;

/// How many elements the greedy choices look at.
constexpr std::size_t pass_window = 1 << 14;
constexpr std::size_t tile_window = 512;
constexpr std::size_t next_use_window = 128;

/// A scale this small is worth a multiplication of its own: the numbers of single precision end at 2^-126.
constexpr double smallest_scale = 0x1p-30;
/// And this one if multiplications are made anyway.
constexpr double small_scale = 0x1p-10;

std::uint64_t bit(unsigned position) {
  return std::uint64_t{1} << position;
}

unsigned count(std::uint64_t mask) {
  return static_cast<unsigned>(std::popcount(mask));
}

template <class Visit>
void for_each_bit(std::uint64_t mask, Visit const& visit) {
  for (; mask != 0; mask &= mask - 1) visit(static_cast<unsigned>(std::countr_zero(mask)));
}

/// Stands for a qubit at a position p that has none: first_vacant + p.
constexpr unsigned first_vacant = 64;

/// Which qubits are taken by elements that have to wait, while later elements are tried.
struct Waiting {
  std::uint64_t mixed = 0;   ///< By one that mixes them: nothing may overtake it.
  std::uint64_t looked = 0;  ///< By one that looks at them: others that look may overtake it.

  [[nodiscard]] bool lets_pass(Element const& element) const {
    return ((element.mixed | element.controls) & mixed) == 0 && (element.mixed & looked) == 0;
  }
  void add(Element const& element) {
    mixed |= element.mixed;
    looked |= element.controls;
  }
};

/// The elements of one pass.
struct Selection {
  std::uint64_t inner = 0;  ///< Qubits in the chunk.
  std::vector<std::uint32_t> elements;
};

/// A swap of a lane and another bit of the chunk.
struct LaneSwap {
  unsigned lane, other;
};

/// The gates on one tile, before it is known which bits of the chunk it takes.
struct TileContent {
  std::uint64_t qubits = 0;
  std::vector<std::uint32_t> elements;  ///< In order; phases stand before the element that forces them.
};

class Planner {
 public:
  Planner(Plan& plan, Placement& placement, Shape const& shape, ElementList const& list, PassOptions const& options,
          std::stop_token const& stop)
      : plan_(plan), placement_(placement), shape_(shape), list_(list), options_(options), stop_(stop) {
    done_.assign(list.elements.size(), false);
    for (Element const& element : list.elements) {
      mixing_left_ += element.mixed != 0 ? 1 : 0;
      mixed_ |= element.mixed;
    }
  }

  double run() {
    std::uint64_t low = 0;  // qubits that every pass has in its chunk
    for (unsigned p = 0; p < low_positions(); ++p)
      if (placement_.qubit(p) != Placement::none) low |= bit(placement_.qubit(p));
    Selection selection = select(low, low, shape_.chunk_bits);
    while (!stop_.stop_requested() && (mixing_left_ > 0 || phases_left())) {
      Selection const present = std::move(selection);
      start_pass(present);
      fill_pass(present);
      selection = {};
      if (mixing_left_ > 0 && !stop_.stop_requested()) {
        if (options_.keep_places) {
          selection = select(low, low, shape_.chunk_bits);
        } else {
          unsigned const shared = std::min(low_positions(), count(inner_));
          selection = select(0, inner_, shape_.chunk_bits - shared);
        }
      }
      end_pass(selection.inner);
    }
    return scale_;
  }

 private:
  /// The bit of an amplitude's index that is the value of a qubit outside of the chunk. One without a place is in |0⟩:
  /// for it a bit that no index has, as qubits are at most 63.
  [[nodiscard]] std::uint64_t outer_bit(unsigned qubit) const {
    std::uint8_t const position = placement_.position(qubit);
    return bit(position != Placement::none ? position : 63);
  }

  [[nodiscard]] unsigned low_positions() const { return std::min(shape_.chunk_bits, shape_.lane_bits + run_bits); }

  [[nodiscard]] bool phases_left() {
    if (options_.drop_final_phases) return false;
    while (first_ < done_.size() && done_[first_]) ++first_;
    return first_ < done_.size();
  }

  /// Chooses the qubits of a pass, and the elements that it can do.
  /// \param must             qubits that have to be among them.
  /// \param familiar         qubits that fill the chunk if the elements do not.
  /// \param most_strangers   how many others there may be.
  Selection select(std::uint64_t must, std::uint64_t familiar, unsigned most_strangers) {
    Selection selection{.inner = must, .elements = {}};
    Waiting waiting;
    while (first_ < done_.size() && done_[first_]) ++first_;
    bool mixes = false;
    std::size_t looked_at = 0;
    for (std::size_t i = first_; i < done_.size() && (mixed_ == 0 || waiting.mixed != mixed_); ++i) {
      if (done_[i]) continue;
      // Phases may wait for long, but a pass without any other element would get nowhere.
      if (++looked_at > pass_window && mixes) break;
      Element const& element = list_.elements[i];
      std::uint64_t const inner = selection.inner | element.mixed;
      if (waiting.lets_pass(element) && count(inner) <= shape_.chunk_bits &&
          count(inner & ~familiar) <= most_strangers) {
        selection.inner = inner;
        selection.elements.push_back(static_cast<std::uint32_t>(i));
        mixes = mixes || element.mixed != 0;
      } else {
        waiting.add(element);
      }
    }
    return selection;
  }

  // --- One pass

  void start_pass(Selection const& selection) {
    pass_ = {};
    pass_.first_step = static_cast<std::uint32_t>(plan_.steps.size());
    pass_.first_number = static_cast<std::uint32_t>(plan_.numbers.size());
    unsigned occupied = std::max(shape_.chunk_bits, placement_.occupied());
    pass_.written = static_cast<std::uint8_t>(occupied);

    std::uint64_t inner_positions = bit(low_positions()) - 1;
    for_each_bit(selection.inner, [&](unsigned qubit) {
      if (placement_.position(qubit) == Placement::none) {
        placement_.place_lowest(qubit);
        occupied = std::max<unsigned>(occupied, placement_.position(qubit) + 1U);
      }
      inner_positions |= bit(placement_.position(qubit));
    });
    pass_.positions = static_cast<std::uint8_t>(occupied);
    // Fill up: with qubits of the pass before first, so that the next one is free in its choice.
    for (bool const familiar : {true, false}) {
      for (unsigned p = 0; p < occupied && count(inner_positions) < shape_.chunk_bits; ++p) {
        unsigned const qubit = placement_.qubit(p);
        if (!familiar || (qubit != Placement::none && (inner_ >> qubit & 1) != 0)) inner_positions |= bit(p);
      }
    }
    for (unsigned p = 0; p < occupied; ++p)
      if (placement_.qubit(p) == Placement::none && (inner_positions >> p & 1) == 0) pass_.vacant |= bit(p);
    inner_ = 0;
    chunk_bit_.fill(Placement::none);
    for_each_bit(inner_positions, [&](unsigned p) {
      unsigned const qubit = placement_.qubit(p) != Placement::none ? placement_.qubit(p) : first_vacant + p;
      if (qubit < first_vacant) inner_ |= bit(qubit);
      put(qubit, static_cast<unsigned>(pass_.inner.size()));
      pass_.inner.push_back(static_cast<std::uint8_t>(p));
    });
  }

  void put(unsigned qubit, unsigned chunk_bit) {
    chunk_bit_[qubit] = static_cast<std::uint8_t>(chunk_bit);
    chunk_qubit_[chunk_bit] = static_cast<std::uint8_t>(qubit);
  }

  void fill_pass(Selection const& selection) {
    todo_ = selection.elements;
    head_ = 0;
    while (!stop_.stop_requested()) {
      while (head_ < todo_.size() && done_[todo_[head_]]) ++head_;
      std::size_t first = head_;
      while (first < todo_.size() && (done_[todo_[first]] || list_.elements[todo_[first]].mixed == 0)) ++first;
      if (first == todo_.size()) break;
      Element const& element = list_.elements[todo_[first]];
      if (element.kind == Kind::dense) {
        if (!force_phases(element)) add_dense(todo_[first]);
      } else if (choose_tile(first)) {
        add_tile();
      } else {
        force_phases(element);
      }
    }
    // What is left are phases, which can wait, unless this is the last pass.
    if (mixing_left_ > 0 || options_.drop_final_phases) return;
    std::erase_if(todo_, [&](std::uint32_t i) { return done_[i] != 0; });
    add_phases(todo_, ~std::uint64_t{0});
  }

  /// Moves qubits for the passes to come. \param next  the qubits of the next pass; 0 if there is none.
  void end_pass(std::uint64_t next) {
    std::array<std::uint8_t, 64> wanted;  // which qubit each bit of the chunk shall get, or none if any will do
    wanted.fill(Placement::none);
    if (options_.keep_places) {
      for (unsigned b = 0; b < pass_.inner.size(); ++b) {
        unsigned const p = pass_.inner[b];
        wanted[b] =
            placement_.qubit(p) != Placement::none ? placement_.qubit(p) : static_cast<std::uint8_t>(first_vacant + p);
      }
    } else if (next != 0 && count(inner_ | next) > shape_.chunk_bits) {
      // Low positions are part of every chunk, so they have to hold qubits of the next pass.
      std::uint64_t candidates = next & inner_;
      for (bool const stay : {true, false}) {
        for (unsigned b = 0; b < low_positions(); ++b) {
          unsigned const present = chunk_qubit_[b];
          if (present >= first_vacant || wanted[b] != Placement::none) continue;
          bool const may_stay = (candidates >> present & 1) != 0;
          if (stay != may_stay || candidates == 0) continue;
          wanted[b] = static_cast<std::uint8_t>(stay ? present : static_cast<unsigned>(std::countr_zero(candidates)));
          candidates &= ~bit(wanted[b]);
        }
      }
    }
    bring_into_lanes(wanted);

    // The rest is done while the chunk is written back.
    std::array<std::uint8_t, 64> after = chunk_qubit_;
    for (unsigned b = shape_.lane_bits; b < pass_.inner.size(); ++b)
      if (wanted[b] != Placement::none) std::swap(after[b], *std::find(after.begin(), after.end(), wanted[b]));
    pass_.destination.resize(pass_.inner.size());
    for (unsigned b = 0; b < pass_.inner.size(); ++b) placement_.vacate(pass_.inner[b]);
    for (unsigned b = 0; b < pass_.inner.size(); ++b) {
      pass_.destination[chunk_bit_[after[b]]] = pass_.inner[b];
      if (after[b] < first_vacant) placement_.place(after[b], pass_.inner[b]);
    }

    pass_.step_count = static_cast<std::uint32_t>(plan_.steps.size()) - pass_.first_step;
    pass_.number_count = static_cast<std::uint32_t>(plan_.numbers.size()) - pass_.first_number;
    plan_.passes.push_back(std::move(pass_));
  }

  /// Brings the wanted qubits into the lanes, by swaps between lanes and other bits of the chunk.
  void bring_into_lanes(std::array<std::uint8_t, 64> const& wanted) {
    auto const is_in_place = [&](unsigned lane) {
      return wanted[lane] == Placement::none || chunk_qubit_[lane] == wanted[lane];
    };
    // Qubits that are in a wrong lane first; each round puts one lane in order for good.
    for (unsigned lane = 0; lane < shape_.lane_bits;) {
      if (is_in_place(lane) || chunk_bit_[wanted[lane]] >= shape_.lane_bits) {
        ++lane;
        continue;
      }
      add_lane_swaps({{chunk_bit_[wanted[lane]], shape_.lane_bits}});
      add_lane_swaps({{lane, shape_.lane_bits}});
      lane = 0;
    }
    std::vector<LaneSwap> swaps;
    for (unsigned lane = 0; lane < shape_.lane_bits; ++lane) {
      if (is_in_place(lane)) continue;
      swaps.push_back({lane, chunk_bit_[wanted[lane]]});
      if (swaps.size() == tile_bits) add_lane_swaps(std::exchange(swaps, {}));
    }
    if (!swaps.empty()) add_lane_swaps(swaps);
  }

  // --- Tiles

  /// Chooses the qubits of the next tile and the elements it can do. Returns false if phases have to be done before.
  /// \param first  where in todo_ the first element that mixes is.
  bool choose_tile(std::size_t first) {
    TileContent& content = content_;
    content.qubits = 0;
    content.elements.clear();
    Waiting waiting;
    phases_.clear();
    std::size_t const end = std::min(todo_.size(), first + tile_window);
    for (std::size_t t = head_; t < end && (waiting.mixed & inner_) != inner_; ++t) {
      std::uint32_t const i = todo_[t];
      if (done_[i]) continue;
      Element const& element = list_.elements[i];
      if (element.kind == Kind::phase) {
        if (waiting.lets_pass(element)) {
          phases_.push_back(i);
        } else {
          waiting.add(element);
        }
        continue;
      }
      if (!waiting.lets_pass(element) || element.kind == Kind::dense) {
        waiting.add(element);
        continue;
      }
      std::uint64_t qubits = content.qubits | element.mixed;
      for (std::uint32_t const p : phases_)
        if ((list_.elements[p].controls & element.mixed) != 0) qubits |= phase_qubits(list_.elements[p]);
      if (count(qubits) > tile_bits) {
        if (content.elements.empty()) return false;
        waiting.add(element);
        continue;
      }
      content.qubits = qubits;
      std::erase_if(phases_, [&](std::uint32_t p) {
        if ((list_.elements[p].controls & element.mixed) == 0) return false;
        content.elements.push_back(p);
        return true;
      });
      content.elements.push_back(i);
    }
    return true;
  }

  /// The qubits a tile must have to do a phase; more than it can have if it cannot.
  [[nodiscard]] std::uint64_t phase_qubits(Element const& phase) const {
    return count(phase.controls) <= 2 && (phase.controls & ~inner_) == 0 ? phase.controls : ~std::uint64_t{0};
  }

  void add_tile() {
    TileContent const& content = content_;
    for (std::uint32_t const i : content.elements) finish(i);
    std::vector<LaneSwap> swaps;
    std::uint64_t taken = 0;  // bits of the chunk
    for_each_bit(content.qubits, [&](unsigned q) { taken |= bit(chunk_bit_[q]); });
    bool const any_lane = (taken & (bit(shape_.lane_bits) - 1)) != 0;
    if (any_lane) find_next_uses();
    for_each_bit(taken & (bit(shape_.lane_bits) - 1), [&](unsigned lane) {
      unsigned const other = latest_used(taken);
      taken = (taken & ~bit(lane)) | bit(other);
      swaps.push_back({lane, other});
    });
    start_tile(taken);
    for (LaneSwap const& swap : swaps) add_lane_swap(swap);
    for (std::uint32_t const i : content.elements) add_to_tile(list_.elements[i]);
    if (scale_ < smallest_scale) new_phases_operation();
    fold_scale();
    end_tile();
  }

  void finish(std::uint32_t i) {
    done_[i] = true;
    if (list_.elements[i].mixed != 0) --mixing_left_;
  }

  void find_next_uses() {
    for_each_bit(inner_, [&](unsigned q) { next_use_[q] = next_use_window; });
    std::size_t const end = std::min(todo_.size(), head_ + next_use_window);
    for (std::size_t t = end; t-- > head_;) {
      if (done_[todo_[t]]) continue;
      for_each_bit(list_.elements[todo_[t]].mixed, [&](unsigned q) { next_use_[q] = t - head_; });
    }
  }

  /// The bit above the lanes, not among those taken, that is needed last.
  [[nodiscard]] unsigned latest_used(std::uint64_t taken) const {
    unsigned best = Placement::none;
    std::size_t best_use = 0;
    for (unsigned b = shape_.lane_bits; b < pass_.inner.size(); ++b) {
      if ((taken >> b & 1) != 0) continue;
      unsigned const qubit = chunk_qubit_[b];
      std::size_t const use = qubit >= first_vacant ? next_use_window + 1 : next_use_[qubit];
      if (best == Placement::none || use > best_use) best = b, best_use = use;
    }
    return best;
  }

  /// Begins a tile on these bits of the chunk, at most tile_bits of them and none a lane, and others to fill it.
  void start_tile(std::uint64_t bits) {
    for (unsigned b = shape_.lane_bits; count(bits) < tile_bits; ++b) bits |= bit(b);
    tile_ = {.kind = PassStep::Kind::tiles, .bit_count = tile_bits};
    tile_.first = static_cast<std::uint32_t>(plan_.operations.size());
    unsigned t = 0;
    for_each_bit(bits, [&](unsigned b) { tile_.bits[t++] = static_cast<std::uint8_t>(b); });
    last_mixed_.fill(tile_.first);
  }

  void end_tile() {
    tile_.count = static_cast<std::uint32_t>(plan_.operations.size()) - tile_.first;
    if (tile_.count != 0) plan_.steps.push_back(tile_);
  }

  /// The tile's bit on which a qubit is, or none.
  [[nodiscard]] unsigned tile_bit(unsigned qubit) const {
    for (unsigned t = 0; t < tile_bits; ++t)
      if (chunk_bit_[qubit] == tile_.bits[t]) return t;
    return Placement::none;
  }

  void add_lane_swap(LaneSwap const& swap) {
    TileOperation operation{.kind = TileOperation::Kind::swap_lane, .lane = static_cast<std::uint8_t>(swap.lane)};
    while (tile_.bits[operation.bit] != swap.other) ++operation.bit;
    plan_.operations.push_back(operation);
    last_mixed_[operation.bit] = static_cast<std::uint32_t>(plan_.operations.size());
    unsigned const up = chunk_qubit_[swap.lane], down = chunk_qubit_[swap.other];
    put(up, swap.other);
    put(down, swap.lane);
  }

  /// A tile of nothing but swaps, at most tile_bits of them and of different bits.
  void add_lane_swaps(std::vector<LaneSwap> const& swaps) {
    std::uint64_t bits = 0;
    for (LaneSwap const& swap : swaps) bits |= bit(swap.other);
    start_tile(bits);
    for (LaneSwap const& swap : swaps) add_lane_swap(swap);
    end_tile();
  }

  void add_to_tile(Element const& element) {
    if (element.kind == Kind::phase) return add_phase_to_tile(element);
    TileOperation operation;
    std::array<unsigned, 2> targets{};
    for (unsigned t = 0; t < element.target_count; ++t) {
      targets[t] = tile_bit(element.targets[t]);
      last_mixed_[targets[t]] = static_cast<std::uint32_t>(plan_.operations.size()) + 1;
    }
    operation.bit = static_cast<std::uint8_t>(targets[0]);
    operation.first_number = next_number();
    switch (element.kind) {
      case Kind::rotate:
      case Kind::rotate_exchanged:
        operation.kind =
            element.kind == Kind::rotate ? TileOperation::Kind::rotate : TileOperation::Kind::rotate_exchanged;
        plan_.numbers.push_back(element.number);
        scale_ *= element.scale;
        break;
      case Kind::exchange: {
        bool const lanes = add_controls(element, operation);
        operation.kind = lanes ? TileOperation::Kind::exchange_lanes : TileOperation::Kind::exchange;
        if (lanes) push_lanes(element);
        break;
      }
      case Kind::multiply_one:
        add_controls(element, operation);
        operation.kind = TileOperation::Kind::multiply_one;
        for (unsigned k = 0; k < 8; ++k) plan_.numbers.push_back(list_.numbers[element.first_number + k]);
        push_lanes(element);
        break;
      case Kind::multiply_two: {
        operation.kind = TileOperation::Kind::multiply_two;
        operation.bit = static_cast<std::uint8_t>(3 - targets[0] - targets[1]);
        operation.groups = 3;
        bool const exchanged = targets[0] > targets[1];
        auto const place = [&](unsigned i) { return exchanged ? (i >> 1 | (i & 1) << 1) : i; };
        for (unsigned r = 0; r < 4; ++r)
          for (unsigned c = 0; c < 4; ++c)
            for (unsigned part = 0; part < 2; ++part)
              plan_.numbers.push_back(scale_ *
                                      list_.numbers[element.first_number + 2 * (4 * place(r) + place(c)) + part]);
        scale_ = 1;
        break;
      }
      case Kind::phase:
      case Kind::dense:
        break;
    }
    plan_.operations.push_back(operation);
  }

  /// Writes the controls of an element on one target, as far as they are not lanes. Returns whether any are.
  bool add_controls(Element const& element, TileOperation& operation) {
    bool lanes = false;
    operation.groups = 15;
    for_each_bit(element.controls, [&](unsigned qubit) {
      bool const value = (element.control_values >> qubit & 1) != 0;
      unsigned const b = chunk_bit_[qubit];
      if (b == Placement::none) {
        operation.outer_mask |= outer_bit(qubit);
        if (value) operation.outer_value |= outer_bit(qubit);
      } else if (b < shape_.lane_bits) {
        lanes = true;
      } else if (unsigned const t = tile_bit(qubit); t != Placement::none) {
        for (unsigned pair = 0; pair < 4; ++pair) {
          unsigned const block = (pair >> operation.bit << (operation.bit + 1)) | (pair & ((1U << operation.bit) - 1));
          if ((block >> t & 1) != value) operation.groups &= static_cast<std::uint8_t>(~(1U << pair));
        }
      } else {
        operation.chunk_mask |= 1U << b;
        if (value) operation.chunk_value |= 1U << b;
      }
    });
    return lanes;
  }

  /// For each lane, 1 if the element's controls let it act there, or 0.
  void push_lanes(Element const& element) {
    auto const [mask, value] = lane_controls(element);
    for (std::uint32_t lane = 0; lane < 1U << shape_.lane_bits; ++lane)
      plan_.numbers.push_back((lane & mask) == value ? 1 : 0);
  }

  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> lane_controls(Element const& element) const {
    std::uint32_t mask = 0, value = 0;
    for_each_bit(element.controls, [&](unsigned qubit) {
      if (chunk_bit_[qubit] >= shape_.lane_bits) return;
      mask |= 1U << chunk_bit_[qubit];
      if ((element.control_values >> qubit & 1) != 0) value |= 1U << chunk_bit_[qubit];
    });
    return {mask, value};
  }

  /// Multiplies the phase into an earlier operation, if nothing since has mixed its qubits.
  void add_phase_to_tile(Element const& phase) {
    std::uint32_t earliest = tile_.first;
    unsigned block_mask = 0;
    for_each_bit(phase.controls, [&](unsigned qubit) {
      earliest = std::max(earliest, last_mixed_[tile_bit(qubit)]);
      block_mask |= 1U << tile_bit(qubit);
    });
    std::optional<std::uint32_t> found;
    for (std::size_t i = plan_.operations.size(); i > earliest && !found; --i)
      if (plan_.operations[i - 1].kind == TileOperation::Kind::phases) found = static_cast<std::uint32_t>(i - 1);
    if (!found) {
      new_phases_operation();
      found = static_cast<std::uint32_t>(plan_.operations.size() - 1);
    }
    TileOperation& operation = plan_.operations[*found];
    for (unsigned block = 0; block < 8; ++block) {
      if ((block & block_mask) != block_mask) continue;
      multiply_block(operation, block, phase.factor);
    }
  }

  void multiply_block(TileOperation& operation, unsigned block, Complex factor) {
    double* const number = &plan_.numbers[pass_.first_number + operation.first_number + 2 * block];
    Complex const product = Complex(number[0], number[1]) * factor;
    number[0] = product.real();
    number[1] = product.imag();
    operation.groups |= static_cast<std::uint8_t>(1U << block);
  }

  void new_phases_operation() {
    TileOperation const operation{.kind = TileOperation::Kind::phases, .first_number = next_number()};
    for (unsigned block = 0; block < 8; ++block) plan_.numbers.insert(plan_.numbers.end(), {1.0, 0.0});
    plan_.operations.push_back(operation);
  }

  /// Multiplies a scale that has become small into the tile's last phases.
  void fold_scale() {
    if (scale_ >= small_scale) return;
    for (std::size_t i = plan_.operations.size(); i > tile_.first; --i) {
      TileOperation& operation = plan_.operations[i - 1];
      if (operation.kind != TileOperation::Kind::phases) continue;
      for (unsigned block = 0; block < 8; ++block) multiply_block(operation, block, scale_);
      scale_ = 1;
      return;
    }
  }

  [[nodiscard]] std::uint32_t next_number() const {
    return static_cast<std::uint32_t>(plan_.numbers.size()) - pass_.first_number;
  }

  // --- Other steps

  /// Does the phases that `element` has to wait for. Returns whether there are any.
  bool force_phases(Element const& element) {
    std::vector<std::uint32_t> ready;
    Waiting waiting;
    for (std::size_t t = head_; t < todo_.size(); ++t) {
      std::uint32_t const i = todo_[t];
      if (done_[i]) continue;
      Element const& candidate = list_.elements[i];
      if (candidate.kind == Kind::phase && waiting.lets_pass(candidate)) {
        ready.push_back(i);
      } else {
        waiting.add(candidate);
        if ((waiting.mixed & inner_) == inner_) break;
      }
    }
    return add_phases(ready, element.mixed);
  }

  /// Does these phases, if any of them looks at one of the qubits.
  bool add_phases(std::vector<std::uint32_t> const& phases, std::uint64_t qubits) {
    bool pairs = false, others = false;
    for (std::uint32_t const i : phases) {
      if ((list_.elements[i].controls & qubits) == 0) continue;
      (count(list_.elements[i].controls) <= 2 ? pairs : others) = true;
    }
    PassStep rows{.kind = PassStep::Kind::rows, .first = static_cast<std::uint32_t>(plan_.terms.size())};
    for (std::uint32_t const i : phases) {
      Element const& phase = list_.elements[i];
      bool const small = count(phase.controls) <= 2;
      if (small ? !pairs : (phase.controls & qubits) == 0) continue;
      if (small) {
        PhaseTerm term{.angle = std::arg(phase.factor)};
        for_each_bit(phase.controls, [&](unsigned q) {
          if (chunk_bit_[q] == Placement::none) {
            term.outer |= outer_bit(q);
          } else {
            term.chunk |= 1U << chunk_bit_[q];
          }
        });
        plan_.terms.push_back(term);
      } else {
        PassStep step{.kind = PassStep::Kind::blocks, .angle = std::arg(phase.factor)};
        add_controls(phase, step);
        plan_.steps.push_back(step);
      }
      finish(i);
    }
    rows.count = static_cast<std::uint32_t>(plan_.terms.size()) - rows.first;
    if (rows.count != 0) plan_.steps.push_back(rows);
    return pairs || others;
  }

  void add_controls(Element const& element, PassStep& step) {
    std::tie(step.lane_mask, step.lane_value) = lane_controls(element);
    for_each_bit(element.controls, [&](unsigned qubit) {
      bool const value = (element.control_values >> qubit & 1) != 0;
      if (unsigned const b = chunk_bit_[qubit]; b == Placement::none) {
        step.outer_mask |= outer_bit(qubit);
        if (value) step.outer_value |= outer_bit(qubit);
      } else if (b >= shape_.lane_bits) {
        step.chunk_mask |= 1U << b;
        if (value) step.chunk_value |= 1U << b;
      }
    });
  }

  void add_dense(std::uint32_t i) {
    Element const& element = list_.elements[i];
    std::uint64_t taken = 0;
    for_each_bit(element.mixed, [&](unsigned q) { taken |= bit(chunk_bit_[q]); });
    for_each_bit(inner_, [&](unsigned q) { next_use_[q] = 0; });
    for_each_bit(taken & (bit(shape_.lane_bits) - 1), [&](unsigned lane) {
      unsigned const other = latest_used(taken);
      taken = (taken & ~bit(lane)) | bit(other);
      add_lane_swaps({{lane, other}});
    });
    PassStep step{.kind = PassStep::Kind::dense, .bit_count = element.target_count};
    for (unsigned t = 0; t < element.target_count; ++t) step.bits[t] = chunk_bit_[element.targets[t]];
    add_controls(element, step);
    step.first_number = next_number();
    std::size_t const numbers = std::size_t{2} << 2 * element.target_count;
    for (std::size_t k = 0; k < numbers; ++k) plan_.numbers.push_back(list_.numbers[element.first_number + k]);
    plan_.steps.push_back(step);
    finish(i);
  }

  Plan& plan_;
  Placement& placement_;
  Shape const& shape_;
  ElementList const& list_;
  PassOptions const& options_;
  std::stop_token const& stop_;

  std::vector<char> done_;
  std::size_t first_ = 0;        ///< All elements before are done.
  std::size_t mixing_left_ = 0;  ///< Elements still to be done, without phases.
  std::uint64_t mixed_ = 0;      ///< Qubits that some element mixes.
  double scale_ = 1;

  // The present pass.
  Pass pass_;
  std::uint64_t inner_ = 0;                        ///< Qubits in the chunk.
  std::array<std::uint8_t, 128> chunk_bit_ = {};   ///< Of each qubit; none if it is not in the chunk.
  std::array<std::uint8_t, 64> chunk_qubit_ = {};  ///< Of each bit of the chunk: from first_vacant on there is none.
  std::vector<std::uint32_t> todo_;                ///< Elements of the pass.
  std::size_t head_ = 0;                           ///< Those before it in todo_ are done.
  std::vector<std::uint32_t> phases_;              ///< Of choose_tile(): phases that nothing has forced so far.
  std::array<std::size_t, 64> next_use_ = {};      ///< Where in todo_ each qubit is mixed next.

  // The present tile.
  TileContent content_;
  PassStep tile_;
  std::array<std::uint32_t, tile_bits> last_mixed_ = {};  ///< Operation behind the last that mixed each of its bits.
};

}  // namespace

std::size_t Plan::bytes() const {
  return passes.size() * (sizeof(Pass) + 64) + steps.size() * sizeof(PassStep) +
         operations.size() * sizeof(TileOperation) + terms.size() * sizeof(PhaseTerm) + numbers.size() * sizeof(double);
}

Shape make_shape(unsigned qubits, unsigned widest_gate, unsigned lane_bits, std::size_t amplitude_size) {
  unsigned const least = lane_bits + std::max(tile_bits, widest_gate);
  Shape shape{.lane_bits = lane_bits, .chunk_bits = least, .positions = std::max(qubits, least)};
  auto const most = static_cast<unsigned>(std::countr_zero(chunk_bytes / amplitude_size));
  unsigned const wanted = qubits <= most_bits_of_one_chunk ? qubits : std::min(most, qubits - 3);
  shape.chunk_bits = std::min(shape.positions, std::max(least, wanted));
  return shape;
}

double add_passes(Plan& plan, Placement& placement, Shape const& shape, ElementList const& list,
                  PassOptions const& options, std::stop_token const& stop) {
  return Planner(plan, placement, shape, list, options, stop).run();
}

}  // namespace qhub::sim::statevector
