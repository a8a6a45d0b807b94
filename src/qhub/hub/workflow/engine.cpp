#include "qhub/hub/workflow/engine.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/json.hpp>
#include <chrono>
#include <map>
#include <vector>

#include "qhub/api/codec.h"
#include "qhub/hub/auth/members.h"
#include "qhub/hub/auth/token.h"
#include "qhub/hub/auth/users.h"
#include "qhub/hub/platform/notifications.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/resource/attachments.h"
#include "qhub/hub/resource/own_transaction.h"
#include "qhub/hub/service/documents.h"
#include "qhub/hub/service/kinds.h"
#include "qhub/hub/service/platform_executions.h"
#include "qhub/hub/store/clock.h"

namespace qhub::hub {
namespace {

using namespace std::chrono_literals;

/// How long to wait when the database fails: a full disk may get room again.
constexpr auto retry_pause = 1s;
/// Workflows whose tasks are workflows whose tasks are workflows...
constexpr int most_levels = 16;
constexpr std::size_t most_text = 10'000;

struct StoredRun {
  std::string model;
  WorkflowRun run;
};

std::optional<StoredRun> find_run(Connection& database, std::string_view execution_id) {
  Statement row = database.query("SELECT model, run FROM workflow_runs WHERE execution = ?", execution_id);
  if (!row.step()) return std::nullopt;
  return StoredRun{.model = row.column<std::string>(0),
                   .run = WorkflowRun::from_document(api::parse(row.column<std::string>(1))->as_object())};
}

TenantKind kind_of(std::string_view text) {
  return text == "USER" ? TenantKind::user : TenantKind::organization;
}

/// Who a workflow acts for: the one who started it, in its tenant, with the role he has there now, as this execution.
/// Errors: forbidden if he is gone.
Result<Principal> consumer_of(Connection& connection, ExecutionRow const& execution) {
  Principal principal{.user_id = execution.user_id, .tenant_id = execution.tenant_id, .name = {}};
  principal.tenant_kind = kind_of(execution.tenant_kind);
  if (principal.tenant_kind == TenantKind::organization)
    principal.role = membership_role(connection, execution.tenant_id, execution.user_id);
  auto const user = find_user(connection, execution.user_id);
  if (!user || user->disabled_at || principal.role == Role::none)
    return forbidden("who started the workflow may not act here any more");
  principal.name = user->name;
  principal.service_execution_id = execution.id;
  principal.application_id = execution.application_id;
  return principal;
}

/// Which services a workflow may call: those its provider may.
Result<void> may_call(Transaction& tx, std::string const& service_id) {
  if (auto const service = get(tx, kinds::service, service_id); !service) return service.error();
  return {};
}

/// The member of the workflow's tenant that a task names by id or email.
std::optional<UserRow> find_assignee(Connection& connection, std::string_view tenant_id, std::string_view named) {
  auto user = find_user(connection, named);
  if (!user) user = find_user_by_email(connection, named);
  if (!user || user->disabled_at) return std::nullopt;
  if (user->id != tenant_id && membership_role(connection, tenant_id, user->id) == Role::none) return std::nullopt;
  return user;
}

Timestamp timestamp(std::int64_t time) {
  return Timestamp(Timestamp::Time(std::chrono::microseconds(time)));
}

/// The same id for the same activity, so that one that was started, but not noted, is not started again. In the form of
/// RFC 9562, version 8.
std::string execution_id_of(std::string_view run_id, std::string_view activity_id) {
  std::string bytes = sha256(fmt::format("{}/{}", run_id, activity_id)).substr(0, 16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x80);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string id;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
    id += fmt::format("{:02x}", static_cast<unsigned char>(bytes[i]));
  }
  return id;
}

/// The value of an answer, which is the value itself or the only member of an object, as the official clients' type has
/// it. Errors: unsupported if it is not what the task asks for.
Result<Json> read_response(std::string_view type, std::optional<Json> const& given) {
  Json value = given.value_or(nullptr);
  if (JsonObject const* const object = value.if_object(); object && object->size() == 1)
    value = Json(object->begin()->value());
  if (type == "NONE") {
    if (given && !given->is_null() && !(given->is_object() && given->get_object().empty()))
      return unsupported("responseValue: this task takes none");
    return Json(nullptr);
  }
  if (type == "FREE_TEXT") {
    if (!value.is_string()) return unsupported("responseValue: is a text");
    if (value.get_string().size() > most_text)
      return unsupported(fmt::format("responseValue: has at most {} bytes", most_text));
    return value;
  }
  if (value.is_bool()) return Json(value.get_bool() ? "approve" : "reject");
  if (value.is_string() && (value.get_string() == "approve" || value.get_string() == "reject")) return value;
  return unsupported("responseValue: is approve or reject");
}

void mark_read(Connection& database, std::string_view task_id, std::int64_t now) {
  database.execute("UPDATE notifications SET read_at = ? WHERE reference_id = ? AND read_at IS NULL", now, task_id);
}

void ask_user(Transaction& tx, ExecutionRow const& execution, Process::Node const& node, std::string const& activity) {
  std::string user = execution.user_id;
  if (!node.assignee.empty())
    if (auto const assignee = find_assignee(tx.database, execution.provider_tenant_id, node.assignee)) user = assignee->id;
  std::string const id = random_uuid();
  tx.database.execute(
      "INSERT INTO workflow_tasks (id, execution, activity, user_id, response_type, created_at) VALUES (?, ?, ?, ?, ?, "
      "?)",
      id, execution.id, activity, user, node.response_type, tx.now);
  auto const service = find(tx, kinds::service, execution.service_id);
  bool const monitors = user == execution.user_id || membership_role(tx.database, execution.tenant_id, user) != Role::none;
  notify(tx, user,
         {.category = "PLATFORM_USER_TASK",
          .title = node.name.empty() ? node.id : node.name,
          .message = node.message,
          .reference_type = "PLATFORM_USER_TASK",
          .reference_id = id,
          .user_task = JsonObject{{"taskId", id},
                                  {"responseType", node.response_type},
                                  {"serviceId", execution.service_id},
                                  {"serviceName", service ? service->name : ""},
                                  {"serviceExecutionId", execution.id},
                                  {"canMonitorWorkflow", monitors}}});
}

}  // namespace

/// An execution as a pass finds it.
struct WorkflowEngine::State {
  ExecutionRow execution;
  StoredRun stored;
  std::map<std::string, ExecutionRow> children;  ///< Of the activities that wait for services, by activity.
  struct Task {
    std::string id;
    std::optional<Json> answer;
  };
  std::map<std::string, Task> tasks;  ///< Of those that wait for users, once they were asked.

  [[nodiscard]] static std::optional<State> find(Connection& database, std::string const& execution_id) {
    auto execution = find_execution(database, execution_id);
    auto stored = find_run(database, execution_id);
    if (!execution || execution->is_final() || !stored) return std::nullopt;
    State state{std::move(*execution), std::move(*stored), {}, {}};
    for (WorkflowRun::Activity const& activity : state.stored.run.waiting())
      if (activity.service_execution_id)
        if (auto child = find_execution(database, *activity.service_execution_id))
          state.children.emplace(activity.id, std::move(*child));
    Statement row = database.query("SELECT id, activity, response FROM workflow_tasks WHERE execution = ?", execution_id);
    while (row.step()) {
      Task& task = state.tasks[row.column<std::string>(1)];
      task.id = row.column<std::string>(0);
      if (auto const answer = row.column<std::optional<std::string>>(2)) task.answer = *api::parse(*answer);
    }
    return state;
  }
};

struct WorkflowEngine::Step {
  std::int64_t now = now_us();
  bool changed = false;
  std::vector<std::pair<std::string, Process::Node const*>> asks;  ///< Activities whose users are to be asked.
};

WorkflowEngine::WorkflowEngine(Store& store, ServiceFiles const& files, Services services)
    : store_(store), files_(files), services_(std::move(services)) {}

WorkflowEngine::~WorkflowEngine() = default;

void WorkflowEngine::start() {
  {
    std::scoped_lock const guard(mutex_);
    store_.read([&](Connection& database) {
      Statement row = database.query("SELECT execution FROM workflow_runs WHERE active");
      while (row.step()) active_.insert(row.column<std::string>(0));
    });
    due_ = active_;
  }
  thread_ = std::jthread([this](std::stop_token stop) { walk_all(stop); });
}

void WorkflowEngine::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void WorkflowEngine::begun(std::string const& execution_id) {
  {
    std::scoped_lock const guard(mutex_);
    active_.insert(execution_id);
  }
  wake(execution_id);
}

void WorkflowEngine::wake(std::string const& execution_id) {
  {
    std::scoped_lock const guard(mutex_);
    if (!active_.contains(execution_id)) return;
    due_.insert(execution_id);
  }
  changed_.notify_one();
}

void WorkflowEngine::walk_all(std::stop_token stop) {
  std::unique_lock guard(mutex_);
  while (changed_.wait(guard, stop, [this] { return !due_.empty(); })) {
    std::string const id = *due_.begin();
    due_.erase(due_.begin());
    guard.unlock();
    bool failed = false;
    try {
      advance(id);
    } catch (std::exception const& exception) {
      spdlog::error("workflow {} cannot go on, and is tried again: {}", id, exception.what());
      failed = true;
    }
    guard.lock();
    if (!failed) continue;
    changed_.wait_for(guard, stop, retry_pause, [] { return false; });
    due_.insert(id);
  }
}

void WorkflowEngine::note_what_ended(State& state, Process const& process, Step& step) {
  WorkflowRun& run = state.stored.run;
  if (state.execution.is_cancelling) {
    run.cancel(step.now);
    step.changed = true;
    return;
  }
  for (WorkflowRun::Activity const& activity : run.waiting()) {
    if (!run.is_running()) return;
    auto const child = state.children.find(activity.id);
    auto const task = state.tasks.find(activity.id);
    Result<void> noted;
    if (child != state.children.end() && child->second.status == "SUCCEEDED")
      noted = run.complete(process, activity.id, Json(to_result(child->second, files_, "", "").extras), step.now);
    else if (child != state.children.end() && child->second.is_final())
      noted = run.fail(activity.id,
                       fmt::format("the service of {} ended as {}", activity.node_id, child->second.status), step.now);
    else if (activity.service_execution_id && child == state.children.end())
      noted = run.fail(activity.id, fmt::format("the execution of {} is not there any more", activity.node_id), step.now);
    else if (task != state.tasks.end() && task->second.answer)
      noted = run.complete(process, activity.id, *task->second.answer, step.now);
    else
      continue;
    step.changed = true;
    if (!noted) throw std::logic_error(noted.error().message);
  }
}

void WorkflowEngine::start_tasks(State& state, Process const& process, Step& step) {
  WorkflowRun& run = state.stored.run;
  for (WorkflowRun::Activity const& activity : run.waiting()) {
    if (!run.is_running()) return;
    Process::Node const& node = process.nodes.at(activity.node_id);
    if (node.type == Process::Type::user_task && !state.tasks.contains(activity.id)) {
      step.asks.emplace_back(activity.id, &node);
      step.changed = true;
    }
    if (node.type != Process::Type::service_task || activity.service_execution_id) continue;
    step.changed = true;
    Result<ExecutionRow> child = start_service(state, node, activity.id);
    if (!child && child.error().kind == ErrorKind::unavailable) throw std::runtime_error(child.error().message);
    if (!child) {
      static_cast<void>(run.fail(activity.id, fmt::format("{}: {}", activity.node_id, child.error().message), step.now));
      return;
    }
    run.set_service_execution(activity.id, child->id);
    state.children.insert_or_assign(activity.id, std::move(*child));
  }
}

Result<ExecutionRow> WorkflowEngine::start_service(State const& state, Process::Node const& node,
                                                   std::string const& activity_id) {
  ExecutionRow const& execution = state.execution;
  struct Found {
    Principal principal;
    ServiceRow service;
  };
  auto const found = store_.read([&](Connection& database) -> Result<Found> {
    auto principal = consumer_of(database, execution);
    if (!principal) return principal.error();
    Principal provider{.user_id = execution.provider_tenant_id, .tenant_id = execution.provider_tenant_id, .name = {}};
    Transaction tx{.database = database, .caller = provider, .now = now_us(), .if_match = {}};
    if (auto const allowed = may_call(tx, node.service_id); !allowed) return allowed.error();
    auto row = find_service(database, node.service_id);
    if (!row) return not_found("there is no service " + node.service_id);
    return Found{std::move(*principal), std::move(*row)};
  });
  if (!found) return found.error();
  return services_.start(execution_id_of(execution.id, activity_id), found->principal, found->service,
                         node.input_of(state.stored.run.variables()));
}

void WorkflowEngine::store(State const& state, Step const& step) {
  WorkflowRun const& run = state.stored.run;
  ExecutionRow const& execution = state.execution;
  if (!run.is_running()) {
    std::filesystem::path const output = files_.output(execution.id);
    std::error_code error;
    std::filesystem::create_directories(output, error);
    Result<void> written = write_file(output / "output.json", api::to_text(run.variables()));
    if (written) written = settle_files(output, SettleFor::hub);
    if (!written) throw std::runtime_error("its output cannot be kept: " + written.error().message);
  }
  std::string const document = api::to_text(run.to_document());
  Result<void> const stored = store_.write_and_wait([&](Connection& database) -> Result<void> {
    Transaction tx = own_transaction(database, step.now);
    database.execute("UPDATE workflow_runs SET run = ?, active = ? WHERE execution = ?", document,
                     std::int64_t{run.is_running()}, execution.id);
    for (auto const& [activity, node] : step.asks) ask_user(tx, execution, *node, activity);
    if (run.is_running()) return {};
    for (auto const& [activity, task] : state.tasks) mark_read(database, task.id, step.now);
    finish_execution(database, execution.number, run.status(), run.failure(), step.now);
    return {};
  });
  if (!stored) throw std::runtime_error(stored.error().message);
}

void WorkflowEngine::advance(std::string const& execution_id) {
  auto state = store_.read([&](Connection& database) { return State::find(database, execution_id); });
  if (!state) {
    std::scoped_lock const guard(mutex_);
    active_.erase(execution_id);
    return;
  }
  Result<Process> const process = Process::read(state->stored.model);
  if (!process) throw std::logic_error("its model, once deployed, cannot be read: " + process.error().message);
  WorkflowRun& run = state->stored.run;
  Step step;
  step.changed = !run.is_running();  // as it began
  note_what_ended(*state, *process, step);
  start_tasks(*state, *process, step);
  if (!step.changed) return;
  if (!run.is_running())
    for (auto const& [activity, child] : state->children)
      if (!child.is_final()) static_cast<void>(services_.cancel(child.id));
  store(*state, step);
  if (run.is_running()) return;
  {
    std::scoped_lock const guard(mutex_);
    active_.erase(execution_id);
  }
  if (state->execution.parent_id) wake(*state->execution.parent_id);
}

Result<Process> check_model(Transaction& tx, Resource const& service, std::string_view model) {
  Result<Process> process = Process::read(model);
  if (!process) return process;
  Error refused = invalid("workflowModel", "cannot be deployed");
  refused.details.clear();
  for (auto const& [id, node] : process->nodes) {
    if (node.type == Process::Type::service_task)
      if (auto const allowed = may_call(tx, node.service_id); !allowed)
        refused.details.push_back({id, "serviceId: " + allowed.error().message});
    if (!node.assignee.empty() && !find_assignee(tx.database, service.tenant_id, node.assignee))
      refused.details.push_back({id, fmt::format("assignee: {} is no member of {}", node.assignee,
                                                 service.tenant_kind == TenantKind::user ? "your account"
                                                                                         : "the organization")});
  }
  if (!refused.details.empty()) return refused;
  return process;
}

Result<void> begin_workflow(Connection& connection, ExecutionRow& execution, JsonObject const& input) {
  int levels = 1;
  for (auto parent = execution.parent_id; parent;) {
    if (++levels > most_levels)
      return conflict(fmt::format("services that start each other are nested more than {} deep", most_levels));
    auto const row = find_execution(connection, *parent);
    parent = row ? row->parent_id : std::nullopt;
  }
  Transaction tx = own_transaction(connection, execution.created_at);
  auto const model = find_attachment(tx, execution.service_id, deployed_model);
  if (!model) return unsupported("the workflow has not been deployed");
  Result<Process> const process = Process::read(model->content);
  if (!process) return process.error();
  execution.type = "WORKFLOW";
  execution.status = "RUNNING";
  execution.started_at = execution.created_at;
  insert_execution(connection, execution, api::to_text(input));
  WorkflowRun const run = WorkflowRun::start(*process, input, execution.created_at);
  connection.execute("INSERT INTO workflow_runs (execution, model, run, active) VALUES (?, ?, ?, 1)", execution.id,
                     model->content, api::to_text(run.to_document()));
  return {};
}

Result<std::string> respond(Transaction& tx, std::string const& task_id, std::optional<Json> const& value) {
  if (tx.caller.service_execution_id) return forbidden("a task is for its user to answer, not for a service of his");
  Statement row = tx.database.query(
      "SELECT execution, response_type, answered_at FROM workflow_tasks WHERE id = ? AND user_id = ?", task_id,
      tx.caller.user_id);
  if (!row.step()) return not_found("you have no task " + task_id);
  std::string execution_id = row.column<std::string>(0);
  if (row.column<std::optional<std::int64_t>>(2)) return conflict("this task was answered before");
  auto const execution = find_execution(tx.database, execution_id);
  if (!execution || execution->is_final() || execution->is_cancelling) return conflict("the workflow has ended");
  Result<Json> const response = read_response(row.column<std::string>(1), value);
  if (!response) return response.error();
  tx.database.execute("UPDATE workflow_tasks SET response = ?, answered_at = ? WHERE id = ?", api::to_text(*response),
                      tx.now, task_id);
  mark_read(tx.database, task_id, tx.now);
  return execution_id;
}

namespace {

platform::WorkflowInstance instance_of(Transaction& tx, ExecutionRow const& execution, StoredRun const& stored) {
  Result<Process> const process = Process::read(stored.model);
  platform::WorkflowInstance instance;
  instance.id = execution.id;
  instance.state = execution.status;
  if (execution.started_at) instance.started_at = timestamp(*execution.started_at);
  if (execution.ended_at) instance.ended_at = timestamp(*execution.ended_at);
  instance.activities.emplace();
  instance.incidents.emplace();
  for (WorkflowRun::Activity const& activity : stored.run.activities()) {
    auto& dto = instance.activities->emplace_back();
    dto.id = activity.id;
    dto.model_id = activity.node_id;
    if (process) {
      Process::Node const& node = process->nodes.at(activity.node_id);
      dto.name = node.name;
      dto.type = type_name(node.type);
    }
    dto.start_time = timestamp(activity.started_at);
    if (activity.ended_at) dto.end_time = timestamp(*activity.ended_at);
    dto.state = activity.state;
    dto.caught_failure = false;
    dto.uncaught_failure = activity.state == "FAILED";
    if (activity.service_execution_id) {
      dto.service_execution.emplace().id = *activity.service_execution_id;
      if (auto const child = find_execution(tx.database, *activity.service_execution_id))
        dto.service_execution->state = child->status;
    }
    if (!activity.failure) continue;
    auto& incident = instance.incidents->emplace_back();
    incident.id = "incident:" + activity.id;
    incident.name = activity.node_id;
    incident.type = "failedActivity";
    incident.message = *activity.failure;
    incident.failed_activity_id = activity.node_id;
    incident.created_at = timestamp(activity.ended_at.value_or(activity.started_at));
  }
  instance.variables.emplace();
  for (auto const& [name, value] : stored.run.variables()) {
    auto& dto = instance.variables->emplace_back();
    dto.id = fmt::format("{}:{}", execution.id, std::string_view(name));
    dto.name = std::string(name);
    dto.type = value.is_string() ? "string" : value.is_number() ? "number" : value.is_bool() ? "boolean" : "json";
    dto.value = value;
  }
  return instance;
}

}  // namespace

std::optional<platform::WorkflowServiceExecutionDto> workflow_execution(Transaction& tx, ExecutionRow const& execution) {
  auto stored = find_run(tx.database, execution.id);
  if (!stored) return std::nullopt;
  auto dto = to_execution_dto<platform::WorkflowServiceExecutionDto>(execution);
  dto.workflow_instance = instance_of(tx, execution, *stored);
  dto.workflow_model = std::move(stored->model);
  return dto;
}

}  // namespace qhub::hub
