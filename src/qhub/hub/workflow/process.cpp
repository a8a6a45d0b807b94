#include "qhub/hub/workflow/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <cctype>
#include <set>
#include <sstream>

#include "qhub/api/codec.h"

namespace qhub::hub {
namespace {

using Tree = boost::property_tree::ptree;

constexpr std::size_t most_nodes = 1000;
constexpr std::size_t most_levels = 64;  ///< Of elements inside of elements; the parser and the tree recurse.
constexpr std::array type_names{"startEvent", "endEvent", "serviceTask", "userTask", "exclusiveGateway", "parallelGateway"};
/// Children of a process, and of what is in it, that say nothing about how it runs.
constexpr std::array ignored{"documentation", "textAnnotation", "association", "laneSet", "incoming", "outgoing"};

/// The part of a name behind its namespace prefix.
std::string local(std::string const& name) {
  std::size_t const colon = name.find(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

std::string attribute(Tree const& element, std::string_view name) {
  auto const attributes = element.get_child_optional("<xmlattr>");
  if (attributes)
    for (auto const& [key, value] : *attributes)
      if (local(key) == name) return value.data();
  return {};
}

/// Whether a member of the tree is an element that matters for how a process runs.
bool matters(std::string const& name) {
  return name.front() != '<' && std::ranges::find(ignored, local(name)) == ignored.end();
}

/// What the parser must not be given: it recurses as deep as elements are nested, and has no use for declarations.
std::optional<std::string> unfit(std::string_view xml) {
  std::size_t depth = 0;
  for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at)) {
    std::string_view const rest = xml.substr(at);
    auto const skip = [&](std::string_view end) {
      std::size_t const found = xml.find(end, at);
      at = found == std::string_view::npos ? xml.size() : found + end.size();
    };
    if (rest.starts_with("<!--")) {
      skip("-->");
    } else if (rest.starts_with("<![CDATA[")) {
      skip("]]>");
    } else if (rest.starts_with("<!")) {
      return "it has a declaration";
    } else if (rest.starts_with("<?")) {
      skip("?>");
    } else if (rest.starts_with("</")) {
      if (depth > 0) --depth;
      skip(">");
    } else {
      char quote = 0;
      std::size_t end = at + 1;
      for (; end < xml.size() && (quote != 0 || xml[end] != '>'); ++end)
        if (quote != 0 ? xml[end] == quote : xml[end] == '"' || xml[end] == '\'') quote = quote != 0 ? '\0' : xml[end];
      if (xml[std::min(end, xml.size()) - 1] != '/' && ++depth > most_levels)
        return fmt::format("its elements are nested more than {} deep", most_levels);
      at = end;
    }
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  auto const first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool truth(Json const& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return false;
    case boost::json::kind::bool_:
      return value.get_bool();
    case boost::json::kind::string:
      return !value.get_string().empty();
    case boost::json::kind::array:
    case boost::json::kind::object:
      return true;
    default:
      return value.to_number<double>() != 0;
  }
}

/// -1, 0 or 1; nothing for values that have no order.
std::optional<int> compare(Json const& left, Json const& right) {
  if (left.is_number() && right.is_number()) {
    double const a = left.to_number<double>(), b = right.to_number<double>();
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (left.is_string() && right.is_string()) {
    int const order = left.get_string().compare(right.get_string());
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  return std::nullopt;
}

/// Gathers what is wrong with a model, by the ids of its elements.
struct Faults {
  std::vector<ErrorDetail> details;
  void add(std::string const& id, std::string message) { details.push_back({id, std::move(message)}); }
};

/// `<inputOutput><inputParameter name="shots">${budget.shots}</inputParameter></inputOutput>`, in any namespace.
void read_extensions(Tree const& element, Process::Node& node, Faults& faults) {
  for (auto const& [name, child] : element) {
    if (name.front() == '<') continue;
    if (local(name) == "inputOutput" && node.type == Process::Type::service_task) {
      read_extensions(child, node, faults);
    } else if (local(name) == "inputParameter" && node.type == Process::Type::service_task) {
      Process::Input input{.name = attribute(child, "name"), .variable = {}};
      std::string_view const text = trimmed(child.data());
      if (input.name.empty()) return faults.add(node.id, "has an inputParameter without name");
      if (text.starts_with("${") && text.ends_with('}')) {
        auto path = VariablePath::read(trimmed(text.substr(2, text.size() - 3)));
        if (!path) return faults.add(node.id, fmt::format("inputParameter {}: {}", input.name, path.error().message));
        input.variable = std::move(*path);
      } else {
        auto literal = api::parse(text);
        input.literal = literal ? std::move(*literal) : Json(text);
      }
      node.inputs.push_back(std::move(input));
    } else {
      faults.add(node.id, fmt::format("has a {}, which a hub does not know", local(name)));
    }
  }
}

void read_node(Tree const& element, Process::Type type, Process& process, Faults& faults) {
  Process::Node node;
  node.id = attribute(element, "id");
  node.name = attribute(element, "name");
  node.type = type;
  if (node.id.empty()) return faults.add(type_names[static_cast<std::size_t>(type)], "has no id");
  node.default_flow = attribute(element, "default");
  node.service_id = attribute(element, "serviceId");
  node.assignee = attribute(element, "assignee");
  if (auto const response = attribute(element, "responseType"); !response.empty()) node.response_type = response;
  for (auto const& [name, child] : element) {
    if (local(name) == "documentation")
      node.message = trimmed(child.data());
    else if (local(name) == "extensionElements")
      read_extensions(child, node, faults);
    else if (matters(name))
      faults.add(node.id, fmt::format("has a {}, which a hub does not know", local(name)));
  }
  if (type == Process::Type::service_task && node.service_id.empty())
    faults.add(node.id, "needs the attribute serviceId, the id of a service of this hub");
  if (node.response_type != "DECISION" && node.response_type != "FREE_TEXT" && node.response_type != "NONE")
    faults.add(node.id, "has a responseType other than DECISION, FREE_TEXT and NONE");
  std::string const id = node.id;
  if (!process.nodes.emplace(id, std::move(node)).second) faults.add(id, "occurs twice");
}

void read_flow(Tree const& element, Process& process, Faults& faults) {
  std::string const id = attribute(element, "id"), from = attribute(element, "sourceRef");
  std::string const to = attribute(element, "targetRef");
  if (id.empty()) return faults.add("sequenceFlow", "has no id");
  auto const source = process.nodes.find(from), target = process.nodes.find(to);
  if (source == process.nodes.end() || target == process.nodes.end())
    return faults.add(id, "leads from or to an element that is not in the process");
  Process::Flow flow{.id = id, .target = to, .condition = {}};
  for (auto const& [name, child] : element) {
    if (local(name) != "conditionExpression") continue;
    auto condition = Condition::read(child.data());
    if (!condition) return faults.add(id, condition.error().message);
    flow.condition = std::move(*condition);
  }
  if (std::ranges::find(target->second.incoming, id) != target->second.incoming.end())
    return faults.add(id, "occurs twice");
  source->second.outgoing.push_back(std::move(flow));
  target->second.incoming.push_back(id);
}

void check(Process const& process, Faults& faults) {
  std::size_t starts = 0, ends = 0;
  for (auto const& [id, node] : process.nodes) {
    bool const is_gateway = node.type == Process::Type::exclusive || node.type == Process::Type::parallel;
    starts += node.type == Process::Type::start;
    ends += node.type == Process::Type::end;
    if (node.type == Process::Type::end) {
      if (!node.outgoing.empty()) faults.add(id, "is an end, and a flow leads on from it");
    } else if (node.outgoing.empty()) {
      faults.add(id, "leads nowhere");
    } else if (!is_gateway && node.outgoing.size() > 1) {
      faults.add(id, "has several ways on; a gateway decides between them");
    }
    if (node.type == Process::Type::start && !node.incoming.empty()) faults.add(id, "is the start, and a flow leads to it");
    bool const leads_there = std::ranges::find(node.outgoing, node.default_flow, &Process::Flow::id) != node.outgoing.end();
    if (!node.default_flow.empty() && !leads_there) faults.add(id, "has a default that does not leave it");
    bool const chooses = node.type == Process::Type::exclusive && node.outgoing.size() > 1;
    for (Process::Flow const& flow : node.outgoing) {
      if (flow.condition && !chooses) faults.add(flow.id, "has a condition, but does not leave an exclusive gateway");
      if (chooses && !flow.condition && flow.id != node.default_flow)
        faults.add(flow.id, "needs a condition, or to be the default of its gateway");
    }
  }
  if (starts != 1) faults.add("process", fmt::format("has one startEvent, here {}", starts));
  if (ends == 0) faults.add("process", "has an endEvent");
  if (!faults.details.empty()) return;
  std::set<std::string> reached;
  std::vector<std::string> open{process.start().id};
  while (!open.empty()) {
    std::string const id = std::move(open.back());
    open.pop_back();
    if (!reached.insert(id).second) continue;
    for (Process::Flow const& flow : process.nodes.at(id).outgoing) open.push_back(flow.target);
  }
  for (auto const& [id, node] : process.nodes)
    if (!reached.contains(id)) faults.add(id, "cannot be reached from the start");
}

}  // namespace

Result<VariablePath> VariablePath::read(std::string_view text) {
  VariablePath path;
  for (std::size_t from = 0; from <= text.size();) {
    std::size_t const point = std::min(text.find('.', from), text.size());
    std::string_view const step = text.substr(from, point - from);
    bool const plain = !step.empty() && std::ranges::all_of(step, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_' || c == '-' || c >= 0x80;
    });
    if (!plain)
      return Error{.kind = ErrorKind::syntax,
                   .message = fmt::format("'{}' is no variable such as shots or vote.result", text),
                   .details = {}};
    path.steps.emplace_back(step);
    from = point + 1;
  }
  return path;
}

Json VariablePath::value_in(JsonObject const& variables) const {
  Json const* value = variables.if_contains(steps.front());
  for (std::size_t i = 1; i < steps.size() && value; ++i)
    value = value->is_object() ? value->get_object().if_contains(steps[i]) : nullptr;
  return value ? *value : Json(nullptr);
}

JsonObject Process::Node::input_of(JsonObject const& variables) const {
  if (inputs.empty()) return variables;
  JsonObject input;
  for (Input const& each : inputs) input[each.name] = each.variable ? each.variable->value_in(variables) : each.literal;
  return input;
}

Result<Condition> Condition::read(std::string_view text) {
  std::string_view inner = trimmed(text);
  auto const fail = [&] {
    return Error{.kind = ErrorKind::syntax,
                 .message = fmt::format("'{}' is no condition such as ${{approved}} or ${{vote == \"approve\"}}", trimmed(text)),
                 .details = {}};
  };
  if (!inner.starts_with("${") || !inner.ends_with('}')) return fail();
  inner = trimmed(inner.substr(2, inner.size() - 3));
  Condition condition;
  std::size_t const end = inner.find_first_of("=!<>", inner.starts_with('!') ? 1 : 0);
  std::string_view name = trimmed(inner.substr(0, end));
  if (name.starts_with('!')) {
    condition.negated = true;
    name = trimmed(name.substr(1));
  }
  auto variable = VariablePath::read(name);
  if (!variable) return fail();
  condition.variable = std::move(*variable);
  if (end == std::string_view::npos) return condition;
  if (condition.negated) return fail();
  std::size_t const size = inner.substr(end + 1).starts_with('=') ? 2 : 1;
  condition.comparison = inner.substr(end, size);
  if (condition.comparison == "=" || condition.comparison == "!") return fail();
  std::string literal(trimmed(inner.substr(end + size)));
  if (literal.size() >= 2 && literal.front() == '\'' && literal.back() == '\'') literal.front() = literal.back() = '"';
  auto value = api::parse(literal);
  if (!value || value->is_structured()) return fail();
  condition.literal = std::move(*value);
  return condition;
}

bool Condition::holds(JsonObject const& variables) const {
  Json const found = variable.value_in(variables);
  if (comparison.empty()) return truth(found) != negated;
  if (comparison == "==") return found == literal || compare(found, literal) == 0;
  if (comparison == "!=") return found != literal && compare(found, literal) != 0;
  std::optional<int> const order = compare(found, literal);
  if (!order) return false;
  if (comparison == "<") return *order < 0;
  if (comparison == "<=") return *order <= 0;
  return comparison == ">" ? *order > 0 : *order >= 0;
}

Process::Node const& Process::start() const {
  return std::ranges::find_if(nodes, [](auto const& entry) { return entry.second.type == Type::start; })->second;
}

std::string_view type_name(Process::Type type) {
  return type_names[static_cast<std::size_t>(type)];
}

Result<Process> Process::read(std::string_view xml) {
  if (auto const reason = unfit(xml))
    return Error{.kind = ErrorKind::syntax, .message = "the model cannot be read: " + *reason, .details = {}};
  Tree document;
  try {
    std::istringstream stream{std::string(xml)};
    boost::property_tree::read_xml(stream, document, boost::property_tree::xml_parser::trim_whitespace);
  } catch (boost::property_tree::xml_parser_error const& error) {
    return Error{.kind = ErrorKind::syntax,
                 .message = fmt::format("the model is no XML: line {}: {}", error.line(), error.message()),
                 .details = {}};
  }
  std::vector<Tree const*> processes;
  for (auto const& [root_name, root] : document) {
    if (local(root_name) != "definitions") continue;
    for (auto const& [name, child] : root)
      if (local(name) == "process") processes.push_back(&child);
  }
  auto const invalid = [](std::string message, std::vector<ErrorDetail> details) {
    return Error{.kind = ErrorKind::invalid_argument, .message = std::move(message), .details = std::move(details)};
  };
  if (processes.size() != 1)
    return invalid(fmt::format("the model has one process inside of definitions, here {}", processes.size()), {});
  Tree const& element = *processes.front();
  Process process;
  process.id = attribute(element, "id");
  Faults faults;
  if (process.id.empty()) faults.add("process", "has no id");
  for (auto const& [name, child] : element) {
    std::string const kind = local(name);
    auto const type = std::ranges::find(type_names, kind);
    if (type != type_names.end())
      read_node(child, static_cast<Type>(type - type_names.begin()), process, faults);
    else if (kind != "sequenceFlow" && matters(name))
      faults.add(attribute(child, "id").empty() ? kind : attribute(child, "id"),
                 fmt::format("is a {}, which a hub does not walk", kind));
  }
  if (process.nodes.size() > most_nodes) faults.add("process", fmt::format("has at most {} elements", most_nodes));
  if (faults.details.empty())
    for (auto const& [name, child] : element)
      if (local(name) == "sequenceFlow") read_flow(child, process, faults);
  if (faults.details.empty()) check(process, faults);
  if (!faults.details.empty()) return invalid("the model cannot be deployed", std::move(faults.details));
  return process;
}

}  // namespace qhub::hub
