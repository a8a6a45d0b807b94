#include "qhub/hub/quantum/backends/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <stdexcept>

#include "qhub/hub/quantum/backends/built_in.h"
#include "qhub/sim/statevector/engine.h"

namespace qhub::hub {
namespace {

namespace json = boost::json;

sim::Engine const* engine_named(std::string_view name) {
  static sim::statevector::StatevectorEngine const statevector;
  return name == statevector.name() ? &statevector : nullptr;
}

std::optional<ResultFormat> format_named(std::string_view name) {
  if (name == "counts") return ResultFormat::counts;
  if (name == "qsim") return ResultFormat::qsim;
  if (name == "ionq") return ResultFormat::ionq;
  if (name == "braket") return ResultFormat::braket;
  return std::nullopt;
}

Error bad_description(std::string message) {
  return {.kind = ErrorKind::invalid_argument, .message = std::move(message), .details = {}};
}

}  // namespace

Result<BackendDescription> Catalogue::read(std::string_view text) {
  boost::system::error_code error;
  json::value const parsed = json::parse(text, error);
  if (error) return Error{.kind = ErrorKind::syntax, .message = error.message(), .details = {}};
  try {
    json::object const& file = parsed.as_object();
    BackendDescription backend;
    backend.document = file.at("backend").as_object();
    backend.id = json::value_to<std::string>(backend.document.at("id"));
    backend.provider = json::value_to<std::string>(backend.document.at("provider"));
    if (json::value const* config = file.if_contains("config")) backend.config = config->as_object();
    backend.engine = engine_named(file.at("engine").as_string());
    if (!backend.engine) return bad_description(fmt::format("{}: unknown engine", backend.id));
    auto const format = format_named(file.at("result_format").as_string());
    if (!format) return bad_description(fmt::format("{}: unknown result_format", backend.id));
    backend.result_format = *format;
    json::object const& configuration = backend.document.at("configuration").as_object();
    backend.qubit_count = configuration.at("qubit_count").to_number<std::uint64_t>();
    backend.min_shots = configuration.at("shots_range").at("min").to_number<std::uint64_t>();
    backend.max_shots = configuration.at("shots_range").at("max").to_number<std::uint64_t>();
    if (json::value const* circuits = configuration.if_contains("max_pubs_per_job"))
      backend.max_circuits = circuits->to_number<std::uint64_t>();
    return backend;
  } catch (std::exception const& exception) {
    return bad_description(fmt::format("not a backend's description: {}", exception.what()));
  }
}

Catalogue Catalogue::built_in() {
  static constexpr std::array files{&built_in::aqt_sim_ideal,         &built_in::aws_sim_sv1,
                                    &built_in::azure_ionq_simulator,  &built_in::kipu_sim_qsim,
                                    &built_in::local_sim_statevector, &built_in::qudora_sim_xg1};
  Catalogue catalogue;
  for (std::string_view const* file : files) {
    Result<BackendDescription> backend = read(*file);
    if (!backend) throw std::logic_error(backend.error().message);
    catalogue.backends_.push_back(std::move(*backend));
  }
  return catalogue;
}

BackendDescription const* Catalogue::find(std::string_view id) const {
  auto const found = std::ranges::find(backends_, id, &BackendDescription::id);
  return found == backends_.end() ? nullptr : &*found;
}

}  // namespace qhub::hub
