#pragma once

#include <cstdint>
#include <optional>

#include "qhub/circuit/circuit.h"

namespace qhub::circuit {

/// A circuit of a job document, with the number of shots if the document itself gives one.
struct JobCircuit {
  Circuit circuit;
  std::optional<std::uint32_t> shots = {};
};

}  // namespace qhub::circuit
