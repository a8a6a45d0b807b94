#include "qhub/hub/workflow/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "qhub/hub/resource/errors.h"

namespace qhub::hub {
namespace {

constexpr std::size_t most_activities = 10'000;
constexpr std::size_t most_variable_bytes = std::size_t{16} << 20;

}  // namespace

WorkflowRun WorkflowRun::start(Process const& process, JsonObject variables, std::int64_t now) {
  WorkflowRun run;
  run.variables_ = std::move(variables);
  run.walk(process, {{.flow_id = {}, .node_id = process.start().id}}, now);
  return run;
}

std::vector<WorkflowRun::Activity> WorkflowRun::waiting() const {
  std::vector<Activity> tasks;
  std::ranges::copy_if(activities_, std::back_inserter(tasks),
                       [](Activity const& each) { return each.state == "RUNNING"; });
  return tasks;
}

void WorkflowRun::set_service_execution(std::string_view activity_id, std::string execution_id) {
  auto const found = std::ranges::find(activities_, activity_id, &Activity::id);
  if (found != activities_.end()) found->service_execution_id = std::move(execution_id);
}

bool WorkflowRun::passes(Process::Node const& node, std::string const& flow_id) {
  if (node.type != Process::Type::parallel || node.incoming.size() < 2) return true;
  ++arrived_[flow_id];
  if (!std::ranges::all_of(node.incoming, [&](std::string const& flow) { return arrived_.contains(flow); })) return false;
  for (std::string const& flow : node.incoming)
    if (--arrived_[flow] == 0) arrived_.erase(flow);
  return true;
}

std::vector<WorkflowRun::Token> WorkflowRun::leave(Process::Node const& node, std::int64_t now) {
  std::vector<Token> tokens;
  if (node.type != Process::Type::exclusive || node.outgoing.size() == 1) {
    for (Process::Flow const& flow : node.outgoing) tokens.push_back({flow.id, flow.target});
    return tokens;
  }
  auto chosen = std::ranges::find_if(
      node.outgoing, [&](Process::Flow const& flow) { return flow.condition && flow.condition->holds(variables_); });
  if (chosen == node.outgoing.end())
    chosen = std::ranges::find(node.outgoing, node.default_flow, &Process::Flow::id);
  if (chosen == node.outgoing.end())
    stop("FAILED", fmt::format("no condition of the gateway {} holds, and it has no default", node.id), now);
  else
    tokens.push_back({chosen->id, chosen->target});
  return tokens;
}

void WorkflowRun::walk(Process const& process, std::vector<Token> moving, std::int64_t now) {
  while (!moving.empty() && is_running()) {
    Token const token = std::move(moving.back());
    moving.pop_back();
    Process::Node const& node = process.nodes.at(token.node_id);
    if (!passes(node, token.flow_id)) continue;
    if (activities_.size() >= most_activities)
      return stop("FAILED", fmt::format("the process took more than {} steps", most_activities), now);
    Activity& activity = activities_.emplace_back();
    activity.id = fmt::format("{}:{}", node.id, activities_.size());
    activity.node_id = node.id;
    activity.started_at = now;
    activity.state = node.is_task() ? "RUNNING" : "COMPLETED";
    if (node.is_task()) continue;
    activity.ended_at = now;
    auto next = leave(node, now);
    // The first one moves on first.
    moving.insert(moving.end(), std::make_move_iterator(next.rbegin()), std::make_move_iterator(next.rend()));
  }
  if (!is_running() || !waiting().empty()) return;
  if (arrived_.empty()) return stop("SUCCEEDED", std::nullopt, now);
  stop("FAILED", "a parallel gateway waits for a way that nothing comes by any more", now);
}

Result<WorkflowRun::Activity*> WorkflowRun::running(std::string_view activity_id) {
  auto const found = std::ranges::find(activities_, activity_id, &Activity::id);
  if (found == activities_.end()) return not_found(fmt::format("there is no activity {}", activity_id));
  if (found->state != "RUNNING" || !is_running()) return conflict("this activity has ended before");
  return &*found;
}

Result<void> WorkflowRun::complete(Process const& process, std::string_view activity_id, Json result,
                                   std::int64_t now) {
  auto const activity = running(activity_id);
  if (!activity) return activity.error();
  (*activity)->state = "COMPLETED";
  (*activity)->ended_at = now;
  Process::Node const& node = process.nodes.at((*activity)->node_id);
  variables_[node.id] = std::move(result);
  if (boost::json::serialize(variables_).size() > most_variable_bytes)
    stop("FAILED", fmt::format("the variables have more than {} MiB", most_variable_bytes >> 20), now);
  else
    walk(process, leave(node, now), now);
  return {};
}

Result<void> WorkflowRun::fail(std::string_view activity_id, std::string message, std::int64_t now) {
  auto const activity = running(activity_id);
  if (!activity) return activity.error();
  (*activity)->state = "FAILED";
  (*activity)->ended_at = now;
  (*activity)->failure = message;
  stop("FAILED", std::move(message), now);
  return {};
}

void WorkflowRun::cancel(std::int64_t now) {
  if (is_running()) stop("CANCELLED", "cancelled", now);
}

void WorkflowRun::stop(std::string status, std::optional<std::string> failure, std::int64_t now) {
  status_ = std::move(status);
  for (Activity& activity : activities_) {
    if (activity.state != "RUNNING") continue;
    activity.state = "FAILED";
    activity.ended_at = now;
    activity.failure = "the workflow has ended: " + failure.value_or(status_);
  }
  failure_ = std::move(failure);
}

JsonObject WorkflowRun::to_document() const {
  boost::json::array activities;
  for (Activity const& each : activities_) {
    JsonObject activity{{"id", each.id}, {"node", each.node_id}, {"state", each.state}, {"startedAt", each.started_at}};
    if (each.ended_at) activity["endedAt"] = *each.ended_at;
    if (each.service_execution_id) activity["serviceExecution"] = *each.service_execution_id;
    if (each.failure) activity["failure"] = *each.failure;
    activities.push_back(std::move(activity));
  }
  JsonObject arrived;
  for (auto const& [flow, count] : arrived_) arrived[flow] = count;
  JsonObject document{{"status", status_},
                      {"variables", variables_},
                      {"activities", std::move(activities)},
                      {"arrived", std::move(arrived)}};
  if (failure_) document["failure"] = *failure_;
  return document;
}

WorkflowRun WorkflowRun::from_document(JsonObject const& document) {
  auto const text_of = [](JsonObject const& object, char const* name) -> std::optional<std::string> {
    Json const* const member = object.if_contains(name);
    if (!member) return std::nullopt;
    return std::string(member->as_string());
  };
  WorkflowRun run;
  run.status_ = *text_of(document, "status");
  run.failure_ = text_of(document, "failure");
  run.variables_ = document.at("variables").as_object();
  for (auto const& [flow, count] : document.at("arrived").as_object())
    run.arrived_[std::string(flow)] = count.to_number<std::size_t>();
  for (Json const& entry : document.at("activities").as_array()) {
    JsonObject const& object = entry.as_object();
    Activity activity{.id = *text_of(object, "id"),
                      .node_id = *text_of(object, "node"),
                      .state = *text_of(object, "state"),
                      .started_at = object.at("startedAt").to_number<std::int64_t>(),
                      .ended_at = {},
                      .service_execution_id = text_of(object, "serviceExecution"),
                      .failure = text_of(object, "failure")};
    if (Json const* const ended = object.if_contains("endedAt")) activity.ended_at = ended->to_number<std::int64_t>();
    run.activities_.push_back(std::move(activity));
  }
  return run;
}

}  // namespace qhub::hub
