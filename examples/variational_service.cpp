// A service that runs a variational loop: it searches the ground state of two spins in a transverse field,
//
//     H = -J Z0 Z1 - h (X0 + X1),     whose lowest energy is -sqrt(J^2 + 4 h^2),
//
// by circuits on the very hub that runs it, in the name of who called it. Parameters: J, h, shots, backend, all of them
// optional. Packed as the only file `run`, it is a managed service of the runtime EXECUTABLE (docs/services.md).
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numbers>
#include <qhub/quantum.hpp>
#include <qhub/sdk/wait_for_job.h>
#include <string>

namespace {

constexpr int sweeps = 4;

/// The file that the hub made of a parameter, or a default.
template <class T>
T parameter(std::string const& name, T value) {
  std::ifstream file(std::filesystem::path(std::getenv("INPUT_DIRECTORY")) / (name + ".json"));
  if (file) file >> value;
  return value;
}

using Angles = std::array<double, 4>;

/// Two layers of rotations with an entangling gate between them; measured in the basis of Z, or with a Hadamard of X.
std::string circuit(Angles const& angles, bool x_basis) {
  std::string text = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[2] q; bit[2] c;\n";
  auto const rotate = [&](int qubit, double angle) {
    text += "ry(" + std::to_string(angle) + ") q[" + std::to_string(qubit) + "];\n";
  };
  rotate(0, angles[0]);
  rotate(1, angles[1]);
  text += "cx q[0], q[1];\n";
  rotate(0, angles[2]);
  rotate(1, angles[3]);
  if (x_basis) text += "h q[0]; h q[1];\n";
  return text + "c = measure q;\n";
}

class Energy {
 public:
  Energy() : client_({.api_key = std::getenv("KQH_SERVICE_EXECUTION_TOKEN"),
                      .base_url = std::getenv("QHUB_QUANTUM_BASE_URL")}) {}

  double operator()(Angles const& angles) {
    auto const z = counts(circuit(angles, false));
    auto const x = counts(circuit(angles, true));
    double energy = 0;
    for (auto const& [bits, count] : z) energy -= coupling * (bits[0] == bits[1] ? 1 : -1) * weight(count);
    for (auto const& [bits, count] : x)
      energy -= field * ((bits[0] == '0' ? 1 : -1) + (bits[1] == '0' ? 1 : -1)) * weight(count);
    return energy;
  }

  double const coupling = parameter("J", 1.0);
  double const field = parameter("h", 0.7);

  [[nodiscard]] int jobs() const { return jobs_; }

 private:
  double weight(std::int64_t count) const { return static_cast<double>(count) / static_cast<double>(shots_); }

  std::map<std::string, std::int64_t> counts(std::string const& program) {
    auto const job = client_.jobs().create_job({.backend_id = backend_, .shots = shots_, .input = program});
    qhub::wait_for_job(client_.jobs(), *job.id);
    ++jobs_;
    auto const result = client_.jobs().get_normalized_job_result(*job.id);
    return *result->pubs.at(0).get_if<qhub::quantum::NormalizedPubResult_Counts>()->counts;
  }

  qhub::HubQuantumClient client_;
  std::string const backend_ = "aws.sim.sv1";
  std::int64_t const shots_ = parameter<std::int64_t>("shots", 4000);
  int jobs_ = 0;
};

}  // namespace

int main() {
  Energy energy;
  Angles angles{0.1, 0.2, 0.3, 0.4};
  double lowest = energy(angles);
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    // The energy is a sine in each angle: three values tell where it is least (Ostaszewski, Grant and Benedetti,
    // "Structure optimization for parameterized quantum circuits", arXiv:1905.09692).
    for (double& angle : angles) {
      double const start = angle;
      double const here = energy(angles);
      angle = start + std::numbers::pi / 2;
      double const up = energy(angles);
      angle = start - std::numbers::pi / 2;
      double const down = energy(angles);
      angle = start - std::numbers::pi / 2 - std::atan2(2 * here - up - down, up - down);
    }
    lowest = energy(angles);
    std::cout << "INFO sweep " << sweep + 1 << ": energy " << lowest << std::endl;
  }
  double const exact = -std::sqrt(energy.coupling * energy.coupling + 4 * energy.field * energy.field);
  std::ofstream(std::filesystem::path(std::getenv("OUTPUT_DIRECTORY")) / "output.json")
      << "{\"energy\": " << lowest << ", \"exact\": " << exact << ", \"jobs\": " << energy.jobs() << "}\n";
}
