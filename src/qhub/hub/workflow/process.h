#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/api/json.h"
#include "qhub/base/result.h"

namespace qhub::hub {

/// Where a value stands among the variables of a run: `vote.result` is the member `result` of the variable `vote`.
struct VariablePath {
  std::vector<std::string> steps;

  /// Errors: syntax.
  [[nodiscard]] static Result<VariablePath> read(std::string_view text);
  /// Null if it is not there.
  [[nodiscard]] Json value_in(JsonObject const& variables) const;
};

/// A condition on the variables of a run: `${approved}`, `${!approved}`, `${vote.result == "approve"}`, `${shots >= 100}`.
struct Condition {
  VariablePath variable;
  std::string comparison;  ///< ==, !=, <, <=, >, >=; empty: whether it is true.
  Json literal = nullptr;
  bool negated = false;

  /// Errors: syntax.
  [[nodiscard]] static Result<Condition> read(std::string_view text);
  /// Null, false, 0 and an empty text are not true.
  [[nodiscard]] bool holds(JsonObject const& variables) const;
};

/// A process as BPMN 2.0 describes it (OMG formal/2011-01-03), as far as a hub walks it: start and end events, service
/// tasks, user tasks, exclusive and parallel gateways, and the sequence flows between them.
struct Process {
  enum class Type { start, end, service_task, user_task, exclusive, parallel };
  struct Flow {
    std::string id;
    std::string target;
    std::optional<Condition> condition;
  };
  /// A parameter of a service task: the value of a variable, or what the model says.
  struct Input {
    std::string name;
    std::optional<VariablePath> variable;
    Json literal = nullptr;
  };
  struct Node {
    std::string id;
    std::string name;
    Type type = Type::start;
    std::vector<Flow> outgoing;
    std::vector<std::string> incoming;   ///< Ids of flows.
    std::string default_flow;            ///< Of an exclusive gateway: taken if no condition holds.
    std::string service_id;              ///< Of a service task: which service it calls.
    std::vector<Input> inputs;           ///< Of a service task: its parameters; none given: every variable is one.
    std::string assignee;                ///< Of a user task: id or email; empty: who started the run.
    std::string response_type = "NONE";  ///< Of a user task: DECISION, FREE_TEXT or NONE.
    std::string message;                 ///< Of a user task: what its user reads.

    [[nodiscard]] bool is_task() const { return type == Type::service_task || type == Type::user_task; }
    [[nodiscard]] JsonObject input_of(JsonObject const& variables) const;
  };

  std::string id;
  std::map<std::string, Node> nodes;

  [[nodiscard]] Node const& start() const;

  /// Reads and checks a model. Errors: syntax for what is no XML; invalid_argument with a detail for each element that a
  /// hub does not walk, and for each that is incomplete or cannot be reached.
  [[nodiscard]] static Result<Process> read(std::string_view xml);
};

/// The name of the type as BPMN has it: "serviceTask".
[[nodiscard]] std::string_view type_name(Process::Type type);

}  // namespace qhub::hub
