#include "qhub/hub/quantum/backends/catalogue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "qhub/api/codec.h"
#include "qhub/hub/quantum/backends/built_in.h"
#include "qhub/quantum/models_codec.h"
#include "qhub/sim/engines.h"

namespace qhub::hub {
namespace {

namespace json = boost::json;

Error bad_description(std::string message) {
  return {.kind = ErrorKind::invalid_argument, .message = std::move(message), .details = {}};
}

std::optional<ResultFormat> format_named(std::string_view name) {
  if (name == "counts") return ResultFormat::counts;
  if (name == "qsim") return ResultFormat::qsim;
  if (name == "ionq") return ResultFormat::ionq;
  if (name == "braket") return ResultFormat::braket;
  return std::nullopt;
}

/// RFC 7396, section 2.
void merge_patch(json::object& target, json::object const& patch) {
  for (auto const& [name, value] : patch) {
    if (value.is_null()) {
      target.erase(name);
    } else if (value.is_object()) {
      json::value& member = target[name];
      if (!member.is_object()) member.emplace_object();
      merge_patch(member.get_object(), value.get_object());
    } else {
      target[name] = value;
    }
  }
}

/// What follows from the number of qubits, and what Braket's clients count their qubits by.
void complete_braket(BackendDescription& backend) {
  json::array qubits;
  for (std::uint64_t qubit = 0; qubit < backend.qubit_count; ++qubit)
    qubits.push_back(json::object{{"id", std::to_string(qubit)}});
  backend.document.at("configuration").as_object()["qubits"] = std::move(qubits);
  if (backend.config) backend.config->at("paradigm").as_object()["qubitCount"] = backend.qubit_count;
}

/// A member of a description; throws what the caller reports.
json::value const& member(json::object const& object, std::string_view name) {
  if (json::value const* value = object.if_contains(name)) return *value;
  throw std::invalid_argument(fmt::format("it lacks the member {}", name));
}

BackendDescription complete_description(json::object const& file) {
  BackendDescription backend;
  backend.document = member(file, "backend").as_object();
  backend.id = json::value_to<std::string>(member(backend.document, "id"));
  backend.provider = json::value_to<std::string>(member(backend.document, "provider"));
  if (json::value const* config = file.if_contains("config")) backend.config = config->as_object();
  auto const engine = json::value_to<std::string>(member(file, "engine"));
  backend.engine = sim::find_engine(engine);
  if (!backend.engine)
    throw std::invalid_argument(
        fmt::format("there is no engine '{}'; there are: {}", engine, fmt::join(sim::engine_names(), ", ")));
  auto const format = json::value_to<std::string>(member(file, "result_format"));
  auto const known_format = format_named(format);
  if (!known_format) throw std::invalid_argument(fmt::format("there is no result_format '{}'", format));
  backend.result_format = *known_format;
  if (json::value const* status = file.if_contains("status")) backend.status = json::value_to<std::string>(*status);
  if (!quantum::BackendStatus(backend.status).is_known())
    throw std::invalid_argument(fmt::format("the status '{}' is not one of: {}", backend.status,
                                            fmt::join(quantum::BackendStatus::known, ", ")));
  json::object const& configuration = member(backend.document, "configuration").as_object();
  json::object const& shots = member(configuration, "shots_range").as_object();
  backend.qubit_count = member(configuration, "qubit_count").to_number<std::uint64_t>();
  backend.min_shots = member(shots, "min").to_number<std::uint64_t>();
  backend.max_shots = member(shots, "max").to_number<std::uint64_t>();
  if (json::value const* circuits = configuration.if_contains("max_pubs_per_job"))
    backend.max_circuits = circuits->to_number<std::uint64_t>();
  if (backend.result_format == ResultFormat::braket) complete_braket(backend);
  auto const document = api::decode<quantum::Backend>(Json(backend.document));
  if (!document) throw std::invalid_argument(document.error().message);
  return backend;
}

Result<std::string> read_file(std::filesystem::path const& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  if (!stream) return Error{.kind = ErrorKind::forbidden, .message = "cannot be read", .details = {}};
  return std::move(content).str();
}

}  // namespace

Result<void> Catalogue::add(std::string_view text) {
  boost::system::error_code error;
  json::value const parsed = json::parse(text, error);
  if (error) return Error{.kind = ErrorKind::syntax, .message = error.message(), .details = {}};
  try {
    json::object file = parsed.as_object();
    std::string const id = json::value_to<std::string>(member(member(file, "backend").as_object(), "id"));
    auto const same_id = [&](BackendDescription const& backend) { return backend.id == id; };
    if (json::value const* enabled = file.if_contains("enabled"); enabled && !enabled->as_bool()) {
      if (std::erase_if(backends_, same_id) == 0)
        return Error{.kind = ErrorKind::not_found, .message = "there is no backend " + id, .details = {}};
      descriptions_.erase(id);
      return {};
    }
    json::value const* const given_base = file.if_contains("based_on");
    std::string const base_id = given_base ? json::value_to<std::string>(*given_base) : id;
    auto const base = descriptions_.find(base_id);
    if (given_base && base == descriptions_.end())
      return Error{.kind = ErrorKind::not_found,
                   .message = fmt::format("there is no backend {} that {} could be based on", base_id, id),
                   .details = {}};
    if (base != descriptions_.end()) {
      json::object merged = base->second;
      merge_patch(merged, file);
      file = std::move(merged);
    }
    BackendDescription backend = complete_description(file);
    std::erase_if(backends_, same_id);
    backends_.insert(std::ranges::upper_bound(backends_, id, {}, &BackendDescription::id), std::move(backend));
    descriptions_[id] = std::move(file);
    return {};
  } catch (std::exception const& exception) {
    return bad_description(fmt::format("not a backend's description: {}", exception.what()));
  }
}

Catalogue Catalogue::built_in() {
  // What others are based on comes before them.
  static constexpr std::array files{&built_in::aqt_sim_ideal,
                                    &built_in::aws_sim_sv1,
                                    &built_in::aws_sim_dm1,
                                    &built_in::azure_ionq_simulator,
                                    &built_in::kipu_sim_qsim,
                                    &built_in::local_sim_statevector,
                                    &built_in::local_sim_auto,
                                    &built_in::local_sim_density_matrix,
                                    &built_in::local_sim_stabilizer,
                                    &built_in::qudora_sim_xg1};
  Catalogue catalogue;
  for (std::string_view const* file : files)
    if (Result<void> const added = catalogue.add(*file); !added) throw std::logic_error(added.error().message);
  return catalogue;
}

Result<Catalogue> Catalogue::with_files(std::filesystem::path const& folder) {
  Catalogue catalogue = built_in();
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::ranges::sort(files);
  for (std::filesystem::path const& file : files) {
    Result<std::string> const text = read_file(file);
    Result<void> const added = text ? catalogue.add(*text) : text.error();
    if (!added)
      return Error{.kind = added.error().kind,
                   .message = fmt::format("{}: {}", file.string(), added.error().message),
                   .details = {}};
  }
  return catalogue;
}

void Catalogue::limit_memory(std::uint64_t bytes) {
  for (BackendDescription& backend : backends_) backend.memory_bytes = bytes;
}

BackendDescription const* Catalogue::find(std::string_view id) const {
  auto const found = std::ranges::find(backends_, id, &BackendDescription::id);
  return found == backends_.end() ? nullptr : &*found;
}

}  // namespace qhub::hub
