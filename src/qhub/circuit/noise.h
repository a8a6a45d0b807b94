#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/gate.h"

namespace qhub::circuit {

/// Noise channels ρ → Σ K ρ K†, as Braket's noise pragmas define them (braket.circuits.noises). Parameters are
/// probabilities 0 … 1.
enum class Channel : std::uint8_t {
  bit_flip,                       ///< (p): X with probability p
  phase_flip,                     ///< (p): Z with probability p
  depolarizing,                   ///< (p): X, Y or Z, each with probability p/3
  amplitude_damping,              ///< (γ): decay from |1⟩ to |0⟩ with probability γ
  generalized_amplitude_damping,  ///< (γ, p): with probability p decay to |0⟩, else to |1⟩
  phase_damping,                  ///< (γ): loss of phase, K = diag(1, √(1-γ)) and diag(0, √γ)
  pauli,                          ///< (px, py, pz)
  two_qubit_depolarizing,         ///< (p): each of the 15 products of Paulis but I⊗I with probability p/15
  two_qubit_dephasing,            ///< (p): I⊗Z, Z⊗I or Z⊗Z, each with probability p/3
  two_qubit_pauli,                ///< 15 probabilities in the order IX, IY, IZ, XI, XX … ZZ, first target left
  kraus,                          ///< Any: its operators are in Instruction::matrix. On 1 or 2 targets.
};
inline constexpr std::size_t channel_count = static_cast<std::size_t>(Channel::kraus) + 1;

struct ChannelInfo {
  std::string_view name;    ///< As in the enumeration.
  std::uint8_t targets;     ///< 0 for kraus, which may have 1 or 2.
  std::uint8_t parameters;  ///< Number of probabilities.
};

[[nodiscard]] ChannelInfo const& info(Channel channel);

inline constexpr unsigned max_channel_targets = 2;
inline constexpr unsigned max_channel_parameters = 15;
/// The most operators an instruction may give for kraus; any channel on two qubits has such a form with 16.
inline constexpr std::size_t max_kraus_operators = 256;

/// Checks what does not depend on qubits: the number of parameters, each from 0 to 1, sums of probabilities at most 1;
/// of kraus that Σ K†K = 1 (tolerance 1e-6). invalid_argument otherwise.
/// \param operators  of kraus: 4^targets entries for each, one after another; else empty.
[[nodiscard]] Result<void> check_channel(Channel channel, std::span<double const> parameters,
                                         std::span<Complex const> operators, std::size_t targets);

/// The Kraus operators, each 2^k × 2^k and laid out like write_matrix(). Those with probability 0 are left out.
/// \param operators  of kraus, as for check_channel(); else ignored.
/// Requires what check_channel() checks.
[[nodiscard]] std::vector<std::vector<Complex>> kraus_operators(Channel channel, std::span<double const> parameters,
                                                                std::span<Complex const> operators,
                                                                std::size_t targets);

}  // namespace qhub::circuit
