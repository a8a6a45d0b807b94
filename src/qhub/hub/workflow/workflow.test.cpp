#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "qhub/hub/workflow/process.h"
#include "qhub/hub/workflow/run.h"

namespace qhub::hub {
namespace {

std::string model(std::string const& elements) {
  return R"(<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
xmlns:qhub="urn:qhub"><bpmn:process id="p">)" +
         elements + "</bpmn:process></bpmn:definitions>";
}

std::string flow(std::string const& from, std::string const& to, std::string const& condition = {}) {
  std::string const inner =
      condition.empty() ? "" : "<bpmn:conditionExpression>" + condition + "</bpmn:conditionExpression>";
  return fmt::format(R"(<bpmn:sequenceFlow id="{0}-{1}" sourceRef="{0}" targetRef="{1}">{2}</bpmn:sequenceFlow>)", from,
                     to, inner);
}

std::string const ends = R"(<bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>)";

/// Ids of the tasks that wait.
std::string waiting(WorkflowRun const& run) {
  std::string text;
  for (auto const& activity : run.waiting()) text += activity.node_id + " ";
  return text;
}
std::string activity_of(WorkflowRun const& run, std::string const& node) {
  for (auto const& activity : run.activities())
    if (activity.node_id == node && activity.state == "RUNNING") return activity.id;
  return "none";
}

TEST(Condition, ComparesVariablesAndTellsTruth) {
  JsonObject const variables{{"yes", true}, {"no", false}, {"n", 3}, {"vote", {{"result", "approve"}}}, {"empty", ""}};
  struct Row {
    char const* text;
    bool holds;
  };
  constexpr Row rows[] = {
      {"${yes}", true},       {"${no}", false},        {"${!no}", true},         {"${missing}", false},
      {"${!missing}", true},  {"${empty}", false},     {"${n}", true},           {"${n == 3}", true},
      {"${n != 3}", false},   {"${n<4}", true},        {"${ n >= 3.5 }", false}, {"${n > 2}", true},
      {"${n <= 2}", false},   {"${vote.result == \"approve\"}", true},           {"${vote.result == 'reject'}", false},
      {"${yes == true}", true}, {"${missing == null}", true}, {"${vote.other.deep}", false}, {"${vote.result < 3}", false},
  };
  for (Row const& row : rows) {
    auto const condition = Condition::read(row.text);
    ASSERT_TRUE(condition) << row.text;
    EXPECT_EQ(condition->holds(variables), row.holds) << row.text;
  }
  for (char const* wrong : {"", "yes", "${}", "${a = 3}", "${a == }", "${a == {}}", "${a b}", "${!a == 3}", "${a..b}"})
    EXPECT_FALSE(Condition::read(wrong)) << wrong;
}

TEST(Process, NamesEachElementThatItDoesNotWalk) {
  auto const refused = Process::read(model(ends + R"(<bpmn:scriptTask id="script"/><bpmn:task id="any"/>)"));
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().details.size(), 2u);
  EXPECT_EQ(refused.error().details[0].where, "script");
  EXPECT_EQ(refused.error().details[1].where, "any");
  EXPECT_EQ(Process::read("not xml <").error().kind, ErrorKind::syntax);
  EXPECT_EQ(Process::read("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>").error().kind, ErrorKind::syntax);
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<a b='>'>";
  EXPECT_EQ(Process::read(deep).error().kind, ErrorKind::syntax);
}

TEST(Process, IsCompleteAndConnected) {
  struct Row {
    std::string elements;
    char const* where;
  };
  Row const rows[] = {
      {ends, "start"},                                                                         // leads nowhere
      {R"(<bpmn:startEvent id="start"/>)" + flow("start", "gone"), "start-gone"},
      {ends + R"(<bpmn:userTask id="u"/>)" + flow("start", "end") + flow("u", "end"), "u"},     // not reached
      {ends + R"(<bpmn:serviceTask id="s"/>)" + flow("start", "s") + flow("s", "end"), "s"},    // without service
      {ends + flow("start", "end") + R"(<bpmn:startEvent id="two"/>)" + flow("two", "end"), "process"},
      {ends + R"(<bpmn:exclusiveGateway id="x"/><bpmn:endEvent id="other"/>)" + flow("start", "x") + flow("x", "end") +
           flow("x", "other", "${a}"),
       "x-end"},
      {ends + flow("start", "end", "${a}"), "start-end"},
      {ends + R"(<bpmn:userTask id="u" qhub:responseType="PHONE"/>)" + flow("start", "u") + flow("u", "end"), "u"},
  };
  for (Row const& row : rows) {
    auto const refused = Process::read(model(row.elements));
    ASSERT_FALSE(refused) << row.elements;
    ASSERT_FALSE(refused.error().details.empty()) << row.elements;
    EXPECT_EQ(refused.error().details[0].where, row.where) << row.elements << refused.error().details[0].message;
  }
  EXPECT_TRUE(Process::read(model(ends + flow("start", "end"))));
}

TEST(WorkflowRun, DecidesByVariables) {
  Process const process = *Process::read(
      model(ends + R"(<bpmn:userTask id="ask" qhub:responseType="DECISION"><bpmn:documentation>Is it good?</bpmn:documentation></bpmn:userTask>
<bpmn:exclusiveGateway id="x" default="x-end"/><bpmn:serviceTask id="s" qhub:serviceId="service"/>)" +
            flow("start", "ask") + flow("ask", "x") + flow("x", "s", "${ask == 'approve'}") + flow("x", "end") +
            flow("s", "end")));
  EXPECT_EQ(process.nodes.at("ask").message, "Is it good?");
  for (char const* answer : {"approve", "reject"}) {
    WorkflowRun run = WorkflowRun::start(process, {{"input", 1}}, 10);
    EXPECT_EQ(waiting(run), "ask ");
    run = WorkflowRun::from_document(run.to_document());  // as if another hub took it up
    std::string const asked = activity_of(run, "ask");
    ASSERT_TRUE(run.complete(process, asked, answer, 20));
    EXPECT_EQ(run.complete(process, asked, answer, 20).error().kind, ErrorKind::conflict);
    if (std::string_view(answer) == "reject") {
      EXPECT_EQ(run.status(), "SUCCEEDED");
      continue;
    }
    EXPECT_EQ(waiting(run), "s ");
    ASSERT_TRUE(run.complete(process, activity_of(run, "s"), JsonObject{{"value", 7}}, 30));
    EXPECT_EQ(run.status(), "SUCCEEDED");
    EXPECT_EQ(run.variables().at("s").at("value"), 7);
  }
}

TEST(WorkflowRun, WalksParallelWaysAndJoinsThem) {
  Process const process = *Process::read(
      model(ends + R"(<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/><bpmn:userTask id="a"/>
<bpmn:userTask id="b"/><bpmn:userTask id="after"/>)" +
            flow("start", "fork") + flow("fork", "a") + flow("fork", "b") + flow("a", "join") + flow("b", "join") +
            flow("join", "after") + flow("after", "end")));
  WorkflowRun run = WorkflowRun::start(process, {}, 0);
  EXPECT_EQ(waiting(run), "a b ");
  ASSERT_TRUE(run.complete(process, activity_of(run, "a"), nullptr, 1));
  EXPECT_EQ(waiting(run), "b ");
  EXPECT_EQ(run.status(), "RUNNING");
  run = WorkflowRun::from_document(run.to_document());
  ASSERT_TRUE(run.complete(process, activity_of(run, "b"), nullptr, 2));
  EXPECT_EQ(waiting(run), "after ");
  ASSERT_TRUE(run.complete(process, activity_of(run, "after"), nullptr, 3));
  EXPECT_EQ(run.status(), "SUCCEEDED");
}

TEST(WorkflowRun, JoinsOneTokenOfEachWay) {
  // Twice round by `a` is not once by `a` and once by `b`.
  Process const process = *Process::read(
      model(ends + R"(<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/><bpmn:userTask id="a"/>
<bpmn:userTask id="b"/><bpmn:parallelGateway id="twice"/><bpmn:exclusiveGateway id="merge"/>)" +
            flow("start", "fork") + flow("fork", "twice") + flow("fork", "b") +
            R"(<bpmn:sequenceFlow id="one" sourceRef="twice" targetRef="merge"/>
<bpmn:sequenceFlow id="two" sourceRef="twice" targetRef="merge"/>)" +
            flow("merge", "a") + flow("a", "join") + flow("b", "join") + flow("join", "end")));
  WorkflowRun run = WorkflowRun::start(process, {}, 0);
  EXPECT_EQ(waiting(run), "a a b ");
  ASSERT_TRUE(run.complete(process, activity_of(run, "a"), nullptr, 1));
  ASSERT_TRUE(run.complete(process, activity_of(run, "a"), nullptr, 1));
  EXPECT_EQ(waiting(run), "b ");
  ASSERT_TRUE(run.complete(process, activity_of(run, "b"), nullptr, 2));
  EXPECT_EQ(run.status(), "FAILED") << "one token is left over, and nothing comes to meet it";
}

TEST(WorkflowRun, GivesServicesWhatTheModelSays) {
  Process const process = *Process::read(model(
      ends + R"(<bpmn:serviceTask id="all" qhub:serviceId="x"/><bpmn:serviceTask id="some" qhub:serviceId="x">
<bpmn:extensionElements><c:inputOutput><c:inputParameter name="values">${all.values}</c:inputParameter>
<c:inputParameter name="shots">100</c:inputParameter><c:inputParameter name="name">plain text</c:inputParameter>
<c:inputParameter name="none">${nothing}</c:inputParameter></c:inputOutput></bpmn:extensionElements></bpmn:serviceTask>)" +
      flow("start", "all") + flow("all", "some") + flow("some", "end")));
  JsonObject const variables{{"all", {{"values", {1, 2}}}}};
  EXPECT_EQ(process.nodes.at("all").input_of(variables), variables);
  JsonObject const expected{{"values", {1, 2}}, {"shots", 100}, {"name", "plain text"}, {"none", nullptr}};
  EXPECT_EQ(process.nodes.at("some").input_of(variables), expected);
}

TEST(WorkflowRun, FailsWithAReason) {
  Process const loop = *Process::read(
      model(ends + R"(<bpmn:exclusiveGateway id="x"/><bpmn:exclusiveGateway id="y"/>)" + flow("start", "x") +
            flow("x", "y") + flow("y", "x", "${again}") + flow("y", "end", "${done}")));
  WorkflowRun const endless = WorkflowRun::start(loop, {{"again", true}}, 0);
  EXPECT_EQ(endless.status(), "FAILED");
  WorkflowRun const stuck = WorkflowRun::start(loop, {}, 0);
  EXPECT_EQ(stuck.status(), "FAILED");
  EXPECT_NE(stuck.failure()->find("no condition"), std::string::npos);

  Process const task = *Process::read(model(ends + R"(<bpmn:serviceTask id="s" qhub:serviceId="x"/>)" +
                                            flow("start", "s") + flow("s", "end")));
  WorkflowRun run = WorkflowRun::start(task, {}, 0);
  ASSERT_TRUE(run.fail(activity_of(run, "s"), "out of memory", 5));
  EXPECT_EQ(run.status(), "FAILED");
  EXPECT_EQ(run.activities().back().failure, "out of memory");
  WorkflowRun other = WorkflowRun::start(task, {}, 0);
  other.cancel(6);
  EXPECT_EQ(other.status(), "CANCELLED");
  EXPECT_EQ(other.complete(task, other.activities().back().id, nullptr, 7).error().kind, ErrorKind::conflict);
}

}  // namespace
}  // namespace qhub::hub
