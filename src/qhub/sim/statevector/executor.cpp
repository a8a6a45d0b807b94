#include "qhub/sim/statevector/executor.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <complex>
#include <cstring>
#include <new>
#include <numeric>
#include <span>
#include <vector>

namespace qhub::sim::statevector {
namespace {

using Complex = std::complex<double>;

/// Aligned for any vector.
template <class Real>
class Numbers {
 public:
  void resize(std::size_t size) {
    if (size <= size_) return;
    memory_ = ZeroedMemory::allocate(size * sizeof(Real));
    if (!memory_) throw std::bad_alloc();
    size_ = size;
  }
  [[nodiscard]] Real* data() const { return memory_ ? static_cast<Real*>(memory_->data()) : nullptr; }
  [[nodiscard]] Real& operator[](std::size_t i) const { return data()[i]; }

 private:
  std::size_t size_ = 0;
  std::optional<ZeroedMemory> memory_;
};

/// values[i] = product of factors[b] over the bits b that are 1 in i.
std::vector<Complex> products(std::span<Complex const> factors) {
  std::vector<Complex> values{1.0};
  for (Complex const factor : factors)
    for (std::size_t i = 0, size = values.size(); i < size; ++i) values.push_back(values[i] * factor);
  return values;
}

Complex phase(double angle) {
  return angle == 0 ? 1.0 : std::polar(1.0, angle);
}

/// Runs of amplitudes that lie together both in the state and in the chunk.
struct Transfer {
  std::size_t length = 0;               ///< Amplitudes of a run.
  std::vector<std::size_t> in_state;    ///< Where each begins in the state, without the outer index; ascending.
  std::vector<std::uint32_t> in_chunk;  ///< And in the chunk.
};

/// \param positions  where in the state's index each bit of the chunk's index goes.
/// \param at_least   bits of a run that lie together in any case: the lanes.
Transfer make_transfer(std::span<std::uint8_t const> positions, unsigned at_least) {
  std::vector<unsigned> bits(positions.size());  // of the chunk, by ascending position
  std::iota(bits.begin(), bits.end(), 0U);
  std::ranges::sort(bits, {}, [&](unsigned b) { return positions[b]; });
  unsigned together = at_least;
  while (together < bits.size() && bits[together] == together && positions[together] == together) ++together;
  Transfer transfer{.length = std::size_t{1} << together, .in_state = {0}, .in_chunk = {0}};
  for (unsigned i = together; i < bits.size(); ++i) {
    for (std::size_t r = 0, size = transfer.in_state.size(); r < size; ++r) {
      transfer.in_state.push_back(transfer.in_state[r] | std::size_t{1} << positions[bits[i]]);
      transfer.in_chunk.push_back(transfer.in_chunk[r] | 1U << bits[i]);
    }
  }
  return transfer;
}

}  // namespace

/// A rows step, made ready for all chunks.
template <class Real>
struct Executor<Real>::Rows {
  struct Coupling {
    std::uint64_t outer;  ///< Bits of the outer index that have to be 1.
    unsigned chunk_bit;   ///< Which then gets the angle too; chunk_bits if it is for the whole chunk.
    double angle;
  };
  std::vector<Complex> first;      ///< Row 0.
  Numbers<Real> first_row, steps;  ///< In the layout of the kernels.
  std::vector<Complex> pairs;      ///< By row; empty if all are 1.
  Numbers<Real> pair_numbers;
  std::vector<Coupling> couplings;
};

/// A pass, made ready for all chunks.
template <class Real>
struct Executor<Real>::Prepared {
  std::span<PassStep const> steps;
  Transfer load, store;
  Numbers<Real> numbers = {};
  std::vector<Rows> rows = {};  ///< Of each rows step in turn.
  Numbers<Real> factors =
      {};  ///< For each step one block: what a blocks step multiplies by, the lanes of a dense step.
};

template <class Real>
struct Executor<Real>::Worker {
  Numbers<Real> chunk, stack, pairs;
  std::vector<TileOperation> operations;
};

template <class Real>
Executor<Real>::Executor(Plan const& plan, Shape const& shape, bool repeats, Team& team)
    : plan_(plan),
      shape_(shape),
      prepared_(repeats ? plan.passes.size() : 0),
      kernels_(kernels<Real>()),
      team_(team),
      workers_(team.size()) {}

template <class Real>
Executor<Real>::~Executor() = default;

template <class Real>
std::uint64_t Executor<Real>::bytes(Shape const& shape, unsigned threads) {
  std::uint64_t const chunk = sizeof(Real) << (shape.chunk_bits + 1);
  return 2 * chunk * threads + (std::uint64_t{1} << 20);
}

namespace {

/// Writes complex numbers in blocks of real and imaginary parts.
template <class Real>
void write_blocks(std::span<Complex const> values, std::size_t lanes, Real* to) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    Real* const real = to + 2 * (i - i % lanes) + i % lanes;
    real[0] = static_cast<Real>(values[i].real());
    real[lanes] = static_cast<Real>(values[i].imag());
  }
}

}  // namespace

template <class Real>
typename Executor<Real>::Rows Executor<Real>::prepare_rows(std::span<PhaseTerm const> terms) const {
  Rows rows;
  unsigned const chunk_bits = shape_.chunk_bits, row_bits = shape_.lane_bits + tile_bits;
  std::vector<double> linear(chunk_bits), pair(std::size_t{chunk_bits} * chunk_bits);  // [lower * chunk_bits + higher]
  bool high_pairs = false;
  for (PhaseTerm const& term : terms) {
    unsigned const low = static_cast<unsigned>(std::countr_zero(term.chunk));
    if (term.outer != 0) {
      rows.couplings.push_back({term.outer, term.chunk == 0 ? chunk_bits : low, term.angle});
    } else if (std::has_single_bit(term.chunk)) {
      linear[low] += term.angle;
    } else {
      pair[low * chunk_bits + static_cast<unsigned>(std::bit_width(term.chunk)) - 1] += term.angle;
      high_pairs = high_pairs || low >= row_bits;
    }
  }
  // What the amplitudes with bit b have more than those without, by the lower bits below `count`.
  auto const step = [&](unsigned b, unsigned count) {
    std::vector<Complex> factors(count);
    for (unsigned low = 0; low < count; ++low) factors[low] = phase(pair[low * chunk_bits + b]);
    std::vector<Complex> values = products(factors);
    for (Complex& value : values) value *= phase(linear[b]);
    return values;
  };
  rows.first = {1.0};
  for (unsigned b = 0; b < row_bits; ++b) {
    std::vector<Complex> const more = step(b, b);
    for (std::size_t i = 0; i < more.size(); ++i) rows.first.push_back(rows.first[i] * more[i]);
  }
  std::size_t const row_numbers = std::size_t{2} << row_bits, lanes = std::size_t{1} << shape_.lane_bits;
  rows.first_row.resize(row_numbers);
  write_blocks<Real>(rows.first, lanes, rows.first_row.data());
  rows.steps.resize(row_numbers * (chunk_bits - row_bits));
  for (unsigned b = row_bits; b < chunk_bits; ++b)
    write_blocks<Real>(step(b, row_bits), lanes, rows.steps.data() + row_numbers * (b - row_bits));
  if (high_pairs || !rows.couplings.empty()) {
    rows.pairs.assign(std::size_t{1} << (chunk_bits - row_bits), 1.0);
    for (std::size_t r = 1; r < rows.pairs.size(); ++r) {
      unsigned const low = row_bits + static_cast<unsigned>(std::countr_zero(r));
      for (std::size_t rest = r & (r - 1); rest != 0; rest &= rest - 1)
        rows.pairs[r] *= phase(pair[low * chunk_bits + row_bits + static_cast<unsigned>(std::countr_zero(rest))]);
    }
    rows.pair_numbers.resize(2 * rows.pairs.size());
    for (std::size_t r = 0; r < rows.pairs.size(); ++r)
      write_blocks<Real>(std::span(rows.pairs).subspan(r, 1), 1, rows.pair_numbers.data() + 2 * r);
  }
  return rows;
}

template <class Real>
void Executor<Real>::multiply_rows(Rows const& rows, Real* chunk, std::size_t outer, Worker& worker) const {
  unsigned const chunk_bits = shape_.chunk_bits, row_bits = shape_.lane_bits + tile_bits;
  Real* const stack = worker.stack.data();
  Real const* pairs = rows.pair_numbers.data();
  if (rows.couplings.empty()) {
    std::memcpy(stack, rows.first_row.data(), (std::size_t{2} << row_bits) * sizeof(Real));
  } else {
    std::array<double, 65> angles{};
    for (auto const& coupling : rows.couplings)
      if ((outer & coupling.outer) == coupling.outer) angles[coupling.chunk_bit] += coupling.angle;
    std::array<Complex, 64> factors;
    for (unsigned b = 0; b < chunk_bits; ++b) factors[b] = phase(angles[b]);
    std::vector<Complex> first = products(std::span(factors).first(row_bits));
    for (std::size_t i = 0; i < first.size(); ++i) first[i] *= rows.first[i] * phase(angles[chunk_bits]);
    write_blocks<Real>(first, std::size_t{1} << shape_.lane_bits, stack);
    worker.pairs.resize(2 * rows.pairs.size());
    for (std::size_t r = 1; r < rows.pairs.size(); ++r) {
      Complex const value = rows.pairs[r] * factors[row_bits + static_cast<unsigned>(std::countr_zero(r))];
      worker.pairs[2 * r] = static_cast<Real>(value.real());
      worker.pairs[2 * r + 1] = static_cast<Real>(value.imag());
    }
    pairs = worker.pairs.data();
  }
  kernels_.multiply_rows(chunk, chunk_bits,
                         {.first = stack, .steps = rows.steps.data(), .pairs = pairs, .stack = stack});
}

template <class Real>
void Executor<Real>::apply(Prepared const& prepared, Real* chunk, std::size_t outer, Worker& worker) const {
  std::size_t rows = 0;
  for (std::size_t s = 0; s < prepared.steps.size() && !team_.stopped(); ++s) {
    PassStep const& step = prepared.steps[s];
    bool const acts = (outer & step.outer_mask) == step.outer_value;
    Real const* const factors = prepared.factors.data() + 2 * (s << shape_.lane_bits);
    switch (step.kind) {
      case PassStep::Kind::tiles: {
        worker.operations.clear();
        for (TileOperation const& operation : std::span(plan_.operations).subspan(step.first, step.count))
          if ((outer & operation.outer_mask) == operation.outer_value) worker.operations.push_back(operation);
        if (!worker.operations.empty())
          kernels_.apply_tiles(chunk, shape_.chunk_bits, {step.bits[0], step.bits[1], step.bits[2]}, worker.operations,
                               prepared.numbers.data());
        break;
      }
      case PassStep::Kind::rows:
        multiply_rows(prepared.rows[rows++], chunk, outer, worker);
        break;
      case PassStep::Kind::blocks:
        if (acts) kernels_.multiply_blocks(chunk, shape_.chunk_bits, step.chunk_mask, step.chunk_value, factors);
        break;
      case PassStep::Kind::dense:
        if (acts)
          kernels_.apply_dense(chunk, shape_.chunk_bits,
                               {.matrix = prepared.numbers.data() + step.first_number,
                                .lanes = factors,
                                .bits = std::span(step.bits).first(step.bit_count),
                                .chunk_mask = step.chunk_mask,
                                .chunk_value = step.chunk_value});
        break;
    }
  }
}

template <class Real>
typename Executor<Real>::Prepared Executor<Real>::prepare(Pass const& pass) const {
  Prepared prepared{.steps = std::span(plan_.steps).subspan(pass.first_step, pass.step_count),
                    .load = make_transfer(pass.inner, shape_.lane_bits),
                    .store = make_transfer(pass.destination, shape_.lane_bits)};
  prepared.numbers.resize(pass.number_count);
  for (std::size_t k = 0; k < pass.number_count; ++k)
    prepared.numbers[k] = static_cast<Real>(plan_.numbers[pass.first_number + k]);
  std::size_t const lanes = std::size_t{1} << shape_.lane_bits;
  prepared.factors.resize(2 * lanes * prepared.steps.size());
  for (std::size_t s = 0; s < prepared.steps.size(); ++s) {
    PassStep const& step = prepared.steps[s];
    Real* const factors = prepared.factors.data() + 2 * lanes * s;
    if (step.kind == PassStep::Kind::rows)
      prepared.rows.push_back(prepare_rows(std::span(plan_.terms).subspan(step.first, step.count)));
    if (step.kind != PassStep::Kind::blocks && step.kind != PassStep::Kind::dense) continue;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      bool const acts = (lane & step.lane_mask) == step.lane_value;
      if (step.kind == PassStep::Kind::blocks) {
        factors[lane] = acts ? static_cast<Real>(std::cos(step.angle)) : Real{1};
        factors[lanes + lane] = acts ? static_cast<Real>(std::sin(step.angle)) : Real{0};
      } else {
        factors[lane] = acts ? Real{1} : Real{0};
      }
    }
  }
  return prepared;
}

template <class Real>
void Executor<Real>::run(std::uint32_t number, State<Real>& state, std::function<void(double)> const& advance) {
  Pass const& pass = plan_.passes[number];
  std::unique_ptr<Prepared const> made;
  if (prepared_.empty() || !prepared_[number]) made = std::make_unique<Prepared const>(prepare(pass));
  if (!prepared_.empty() && made) prepared_[number] = std::move(made);
  Prepared const& prepared = made ? *made : *prepared_[number];
  Transfer const &load = prepared.load, &store = prepared.store;
  std::uint64_t inner = 0;
  for (std::uint8_t const p : pass.inner) inner |= std::uint64_t{1} << p;
  bool const in_place = pass.inner.back() + 1U == pass.inner.size() && pass.destination == pass.inner;
  std::size_t const written = std::size_t{1} << pass.written;
  std::size_t const chunks = std::size_t{1} << (pass.positions - pass.inner.size());
  unsigned const row_bits = shape_.lane_bits + tile_bits;
  for (Worker& worker : workers_) {
    worker.stack.resize((shape_.chunk_bits - row_bits + 1) * (std::size_t{2} << row_bits));
    if (!in_place) worker.chunk.resize(std::size_t{2} << shape_.chunk_bits);
  }
  team_.for_each(chunks, [&](std::size_t c, unsigned w) {
    std::size_t outer = c;  // becomes an index into the state by making room for each inner bit, lowest first
    for (std::uint64_t bits = inner; bits != 0; bits &= bits - 1) {
      std::size_t const below = (bits & -bits) - 1;
      outer = (outer & ~below) << 1 | (outer & below);
    }
    if ((outer & pass.vacant) != 0) return;
    if (in_place) {
      apply(prepared, state.at(outer), outer, workers_[w]);
    } else {
      Real* const chunk = workers_[w].chunk.data();
      for (std::size_t r = 0; r < load.in_state.size(); ++r) {
        std::size_t const index = outer | load.in_state[r];
        Real* const to = chunk + 2 * load.in_chunk[r];
        if (index < written) {
          std::memcpy(to, state.at(index), 2 * load.length * sizeof(Real));
        } else {
          std::memset(to, 0, 2 * load.length * sizeof(Real));
        }
      }
      apply(prepared, chunk, outer, workers_[w]);
      for (std::size_t r = 0; r < store.in_state.size(); ++r)
        std::memcpy(state.at(outer | store.in_state[r]), chunk + 2 * store.in_chunk[r],
                    2 * store.length * sizeof(Real));
    }
    if (w == 0 && advance) advance(static_cast<double>(c + 1) / static_cast<double>(chunks));
  });
}

template class Executor<float>;
template class Executor<double>;

}  // namespace qhub::sim::statevector
