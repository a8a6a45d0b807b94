#include "qhub/sim/statevector/kernels.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace qhub::sim::statevector {
namespace {

/// multiply() for a group size known to the compiler, which then keeps the group in registers.
template <std::size_t size>
void multiply_unrolled(std::span<Amplitude> state, Subspace where, std::span<std::size_t const> offsets,
                       std::span<Amplitude const> matrix, Execution const& execution) {
  std::array<std::size_t, size> offset;
  std::array<double, size * size> m_real, m_imag;  // copies, because the state might alias the matrix
  std::copy_n(offsets.begin(), size, offset.begin());
  for (std::size_t i = 0; i < size * size; ++i) m_real[i] = matrix[i].real(), m_imag[i] = matrix[i].imag();
  double* const amplitudes = reinterpret_cast<double*>(state.data());
  for_each_run(state.size(), where, execution, [=](std::size_t, std::size_t first, auto length) {
    std::array<double*, size> run;
    for (std::size_t g = 0; g < size; ++g) run[g] = amplitudes + 2 * (first + offset[g]);
#pragma omp simd
    for (std::size_t j = 0; j < 2 * length; j += 2) {
      std::array<double, size> real, imag;
      for (std::size_t c = 0; c < size; ++c) real[c] = run[c][j], imag[c] = run[c][j + 1];
      for (std::size_t r = 0; r < size; ++r) {
        double sum_real = 0, sum_imag = 0;
        for (std::size_t c = 0; c < size; ++c) {
          sum_real += m_real[r * size + c] * real[c] - m_imag[r * size + c] * imag[c];
          sum_imag += m_real[r * size + c] * imag[c] + m_imag[r * size + c] * real[c];
        }
        run[r][j] = sum_real;
        run[r][j + 1] = sum_imag;
      }
    }
  });
}

/// multiply() for any group size: the matrix column by column, so that the inner loop runs over independent rows.
void multiply_by_columns(std::span<Amplitude> state, Subspace where, std::span<std::size_t const> offsets,
                         std::span<Amplitude const> matrix, Execution const& execution) {
  std::size_t const size = offsets.size();
  std::vector<double> column_real(size * size), column_imag(size * size);
  for (std::size_t r = 0; r < size; ++r) {
    for (std::size_t c = 0; c < size; ++c) {
      column_real[c * size + r] = matrix[r * size + c].real();
      column_imag[c * size + r] = matrix[r * size + c].imag();
    }
  }
  for_each_run(state.size(), where, execution, [&](std::size_t, std::size_t first, auto length) {
    std::array<double, max_group> real, imag;
    for (std::size_t i = first; i < first + length; ++i) {
      std::fill_n(real.begin(), size, 0.0);
      std::fill_n(imag.begin(), size, 0.0);
      for (std::size_t c = 0; c < size; ++c) {
        Amplitude const a = state[i + offsets[c]];
        double const* const m_real = &column_real[c * size];
        double const* const m_imag = &column_imag[c * size];
        for (std::size_t r = 0; r < size; ++r) {
          real[r] += m_real[r] * a.real() - m_imag[r] * a.imag();
          imag[r] += m_real[r] * a.imag() + m_imag[r] * a.real();
        }
      }
      for (std::size_t r = 0; r < size; ++r) state[i + offsets[r]] = {real[r], imag[r]};
    }
  });
}

}  // namespace

void scale(std::span<Amplitude> state, Subspace where, std::span<std::size_t const> offsets,
           std::span<Amplitude const> factors, Execution const& execution) {
  std::size_t const size = offsets.size();
  std::array<std::size_t, max_group> offset;
  std::array<Amplitude, max_group> factor;  // copies, because the state might alias them
  std::copy_n(offsets.begin(), size, offset.begin());
  std::copy_n(factors.begin(), size, factor.begin());
  double* const amplitudes = reinterpret_cast<double*>(state.data());
  for_each_run(state.size(), where, execution, [&](std::size_t, std::size_t first, auto length) {
    for (std::size_t g = 0; g < size; ++g) {
      double* const run = amplitudes + 2 * (first + offset[g]);
      double const real = factor[g].real(), imag = factor[g].imag();
      for (std::size_t j = 0; j < 2 * length; j += 2) {
        double const run_real = run[j];
        run[j] = real * run_real - imag * run[j + 1];
        run[j + 1] = real * run[j + 1] + imag * run_real;
      }
    }
  });
}

void exchange(std::span<Amplitude> state, Subspace where, std::size_t first_offset, std::size_t second_offset,
              Execution const& execution) {
  for_each_run(state.size(), where, execution, [=](std::size_t, std::size_t first, auto length) {
    Amplitude* const run = &state[first + first_offset];
    std::swap_ranges(run, run + length, &state[first + second_offset]);
  });
}

void multiply(std::span<Amplitude> state, Subspace where, std::span<std::size_t const> offsets,
              std::span<Amplitude const> matrix, Execution const& execution) {
  switch (offsets.size()) {
    case 2:
      return multiply_unrolled<2>(state, where, offsets, matrix, execution);
    case 4:
      return multiply_unrolled<4>(state, where, offsets, matrix, execution);
    default:
      return multiply_by_columns(state, where, offsets, matrix, execution);
  }
}

double probability(std::span<Amplitude const> state, Subspace where, Execution const& execution) {
  std::vector<double> sums(chunk_count(state.size(), where), 0.0);
  for_each_run(state.size(), where, execution, [&](std::size_t chunk, std::size_t first, auto length) {
    // Four sums side by side, because one would wait for each addition before the next.
    double const* const run = reinterpret_cast<double const*>(&state[first]);
    std::array<double, 4> sum{};
    std::size_t j = 0;
    for (; j + 4 <= 2 * length; j += 4)
      for (std::size_t k = 0; k < 4; ++k) sum[k] += run[j + k] * run[j + k];
    for (; j < 2 * length; ++j) sum[0] += run[j] * run[j];
    sums[chunk] += (sum[0] + sum[1]) + (sum[2] + sum[3]);
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

void copy_scaled(std::span<Amplitude const> source, std::span<Amplitude> target, Subspace where, double factor,
                 Execution const& execution) {
  for_each_run(source.size(), where, execution, [=](std::size_t, std::size_t first, auto length) {
    for (std::size_t i = first; i < first + length; ++i) target[i] = factor * source[i];
  });
}

}  // namespace qhub::sim::statevector
