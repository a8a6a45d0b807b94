#include "qhub/circuit/read.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "qhub/circuit/aqt.h"
#include "qhub/circuit/ionq.h"
#include "qhub/circuit/iqm.h"
#include "qhub/circuit/json_fields.h"
#include "qhub/circuit/openqasm.h"

namespace qhub::circuit {
namespace {

Result<void> add_program(JobInput& result, JsonField const& field, ReadOptions options, std::string_view name = {}) {
  auto const text = field.string();
  if (!text) return text.error();
  if (field.path() != "input") options.source_name = field.path();
  auto circuit = read_openqasm(*text, options);
  if (!circuit) return circuit.error();
  circuit->name = name;
  if (result.circuits.empty()) result.format = openqasm_version(*text) == 2 ? Format::openqasm2 : Format::openqasm3;
  result.circuits.push_back({*std::move(circuit)});
  return {};
}

Result<JobInput> read_programs(JsonField const& input, ReadOptions const& options) {
  JobInput result{{}, Format::openqasm2, false};
  auto const finish = [&](Result<void> const& read) {
    return read ? Result<JobInput>(std::move(result)) : read.error();
  };
  if (input.value().is_string()) return finish(add_program(result, input, options));
  auto const qasm = input.find("qasm");
  if (qasm && qasm->value().is_string()) return finish(add_program(result, *qasm, options));
  result.list = true;
  auto const list = qasm ? qasm : input.find("programs");
  auto const count = list->array_size();
  if (!count) return qasm ? list->error("expected a text or an array of texts") : count.error();
  if (*count == 0) return list->error("a job needs at least one circuit");
  for (std::size_t i = 0; i < *count; ++i) {
    JsonField const item = list->element(i);
    if (qasm) {
      if (auto read = add_program(result, item, options); !read) return read.error();
      continue;
    }
    auto const text = item.at("qasm");
    if (!text) return text.error();
    std::string_view name;
    if (auto const field = item.find("name")) {
      auto const given = field->string();
      if (!given) return given.error();
      name = *given;
    }
    if (auto read = add_program(result, *text, options, name); !read) return read.error();
  }
  return result;
}

std::optional<Format> detect(JsonField const& input) {
  if (input.value().is_string() || input.find("qasm") || input.find("programs")) return Format::openqasm2;
  if (input.find("circuit")) return Format::ionq;
  if (input.find("payload")) return Format::aqt;
  if (input.find("circuits")) return Format::iqm;
  return std::nullopt;
}

}  // namespace

Result<JobInput> read_circuits(boost::json::value const& input, std::optional<Format> expected,
                               ReadOptions const& options) {
  JsonField const root(input, "input");
  auto const found = detect(root);
  bool const expects_openqasm = expected == Format::openqasm2 || expected == Format::openqasm3;
  if (!found || (expects_openqasm && found != Format::openqasm2))
    return root.error(
        "expected an OpenQASM text, {\"qasm\": text or array of texts}, {\"programs\": [{\"qasm\": text}]}, "
        "an IonQ circuit {\"gateset\", \"qubits\", \"circuit\"}, an AQT job {\"job_type\", \"payload\"} or "
        "an IQM job {\"circuits\": [{\"instructions\"}]}");
  auto const job = [](Format format, Result<std::vector<JobCircuit>> circuits) -> Result<JobInput> {
    if (!circuits) return circuits.error();
    bool const list = circuits->size() > 1;
    return JobInput{*std::move(circuits), format, list};
  };
  switch (expected.value_or(*found)) {
    case Format::openqasm2:
    case Format::openqasm3:
      return read_programs(root, options);
    case Format::ionq: {
      auto circuit = convert_ionq(input, options);
      if (!circuit) return circuit.error();
      JobInput result{{}, Format::ionq, false};
      result.circuits.push_back({*std::move(circuit)});
      return result;
    }
    case Format::aqt:
      return job(Format::aqt, convert_aqt(input, options));
    case Format::iqm:
      return job(Format::iqm, convert_iqm(input, options));
  }
  return root.error("unknown format", ErrorKind::internal);
}

}  // namespace qhub::circuit
