"""Workflows: a model is checked and deployed, walks through services, users and gateways, and a hub that starts again goes
on where the last one was."""

from __future__ import annotations


import pytest
from qhub.api.platform.core.api_error import ApiError

from support.people import organization, person
from support.service import archive, wait

HEAD = """<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:qhub="urn:q"
 xmlns:camunda="urn:c"><bpmn:process id="review"><bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>"""
TAIL = "</bpmn:process></bpmn:definitions>"
REVIEW = """
<bpmn:userTask id="review" name="Review" qhub:responseType="DECISION">
 <bpmn:documentation>Is it good?</bpmn:documentation></bpmn:userTask>
<bpmn:exclusiveGateway id="decision" default="no"/><bpmn:endEvent id="rejected"/>
<bpmn:userTask id="note" qhub:responseType="FREE_TEXT"/>
<bpmn:sequenceFlow id="yes" sourceRef="decision" targetRef="note">
 <bpmn:conditionExpression>${review == 'approve'}</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="no" sourceRef="decision" targetRef="rejected"/>"""
# Answers with what it was given, and its own; fails if it is told to; waits until it is let go.
PROGRAM = """#!/bin/sh
cd "$OUTPUT_DIRECTORY"
ls "$INPUT_DIRECTORY" > ../seen 2>/dev/null || true
if [ -e "$INPUT_DIRECTORY/wait.json" ] || [ -e "$INPUT_DIRECTORY/wait" ]; then sleep 60; fi
if [ -e "$INPUT_DIRECTORY/fail.json" ] || [ -e "$INPUT_DIRECTORY/fail" ]; then exit 3; fi
value=$(cat "$INPUT_DIRECTORY"/value* 2>/dev/null || echo null)
echo "{\\"value\\": $value, \\"twice\\": true}" > output.json
"""


def flow(source: str, target: str) -> str:
    return f'<bpmn:sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>'


def chain(*nodes: str) -> str:
    return "".join(flow(source, target) for source, target in zip(nodes, nodes[1:]))


def service_task(id: str, service: str, **inputs: str) -> str:
    parameters = "".join(f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>'
                         for name, value in inputs.items())
    extension = f"<bpmn:extensionElements><camunda:inputOutput>{parameters}</camunda:inputOutput></bpmn:extensionElements>"
    return f'<bpmn:serviceTask id="{id}" qhub:serviceId="{service}">{extension if inputs else ""}</bpmn:serviceTask>'


@pytest.fixture(scope="module")
def ada(hub):
    return person(hub, "Ada Lovelace")


@pytest.fixture(scope="module")
def solver(ada):
    services = ada.platform.managed_services
    made = services.create_managed_service(name="solver", source={"type": "file"},
                                           runtime_configuration={"runtime": "EXECUTABLE", "environment": {}})
    services.upload_managed_service_source(made.id, file=("source.zip", archive({"run": PROGRAM}, ("run",))))
    wait(lambda: services.get_managed_service_build_status(made.id).status == "SUCCESS", what="the build")
    return made.id


def deployed(ada, name: str, model: str) -> str:
    workflows = ada.platform.workflow_services
    id = workflows.create_workflow_service(name=name).id
    workflows.update_workflow_model(id, workflow_model=HEAD + model + TAIL)
    workflows.deploy_workflow_model(id)
    return id


def refusal(call, *arguments, **options) -> ApiError:
    with pytest.raises(ApiError) as caught:
        call(*arguments, **options)
    return caught.value


def start(ada, service: str, **variables) -> str:
    return ada.platform.service_jobs.create_service_job(service_id=service, input=variables).id


def asked(person, execution: str, title: str):
    """The notification of a task that an execution waits for."""
    def found():
        for each in person.platform.user_notifications.get_my_notifications().content:
            if each.user_task and each.user_task.service_execution_id == execution and each.title == title:
                return each
    return wait(found, what=f"the task {title}")


def respond(person, task, value=None) -> int:
    """The status of an answer, given as the value itself."""
    body = {} if value is None else {"responseValue": value}
    path = f"/qc-catalog/workflow-user-tasks/{task.user_task.task_id}/responses"
    return person.request("POST", path, json=body).status_code


def ended(ada, execution: str):
    def final():
        shown = ada.platform.service_executions.get_service_execution(execution)
        return shown if shown.status not in ("PENDING", "RUNNING") else None
    return wait(final, what="the workflow's end")


def states(execution) -> dict[str, str]:
    return {each.model_id: each.state for each in execution.workflow_instance.activities}


def test_a_model_is_checked_when_it_is_deployed(hub, ada):
    workflows = ada.platform.workflow_services
    id = workflows.create_workflow_service(name="checked").id
    assert refusal(workflows.deploy_workflow_model, id).status_code == 422, "there is none yet"
    assert refusal(ada.platform.service_jobs.create_service_job, service_id=id).status_code == 422

    def faults(model: str) -> dict[str, str]:
        workflows.update_workflow_model(id, workflow_model=model)
        refused = refusal(workflows.deploy_workflow_model, id)
        assert refused.status_code == 400, refused.body
        return {each["where"]: each["detail"] for each in ada.request(
            "POST", f"/qc-catalog/workflow-services/{id}/deployment").json().get("errors", [])}

    found = faults(HEAD + '<bpmn:scriptTask id="script"/><bpmn:userTask id="u"><bpmn:timer/></bpmn:userTask>' + TAIL)
    assert set(found) == {"script", "u"}
    assert "serviceId" in faults(HEAD + service_task("call", "no-such-service") + chain("start", "call", "end") + TAIL)["call"]
    stranger = person(hub, "Sam Stranger")
    assert "assignee" in faults(HEAD + f'<bpmn:userTask id="ask" qhub:assignee="{stranger.id}"/>'
                                + chain("start", "ask", "end") + TAIL)["ask"]
    faults("no xml <")
    faults("<a>" * 100_000)
    workflows.update_workflow_model(id, workflow_model=HEAD + flow("start", "end") + TAIL)
    workflows.deploy_workflow_model(id)
    (definition,) = ada.platform.services.get_service(id).service_definitions
    assert definition.type == "WORKFLOW" and definition.process_definition_id.startswith("review:")


def test_services_are_called_with_what_the_model_says(ada, solver):
    model = (service_task("first", solver, value="${n}") + service_task("second", solver, value="${first.value}", other="x")
             + chain("start", "first", "second", "end"))
    execution = start(ada, deployed(ada, "chain", model), n=7)
    shown = ended(ada, execution)
    assert (shown.status, states(shown)["second"]) == ("SUCCEEDED", "COMPLETED"), shown.workflow_instance.incidents
    variables = {each.name: each.value for each in shown.workflow_instance.variables}
    assert variables["n"] == 7 and variables["first"]["value"] == variables["second"]["value"] == 7
    result = ada.platform.service_executions.get_service_execution_result(execution)
    assert result["second"]["twice"] is True
    lineage = ada.platform.service_executions.get_service_execution_lineage(execution).nodes
    assert [(node.type, node.parent_id) for node in lineage] == [("WORKFLOW", None)] + [("MANAGED", execution)] * 2


def test_parallel_ways_meet_again_after_a_restart(hub, ada, solver):
    model = ('<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>' + REVIEW + service_task("solve", solver)
             + chain("start", "fork", "solve", "join", "end")
             + chain("fork", "review", "decision") + chain("note", "join"))
    execution = start(ada, deployed(ada, "parallel", model), n=1)
    review = asked(ada, execution, "Review")
    assert (review.message, review.user_task.response_type) == ("Is it good?", "DECISION")
    hub.kill()
    hub.start()
    stranger = person(hub, "Sally Stranger")
    assert respond(stranger, review, "approve") == 404
    assert respond(ada, review, "maybe") == respond(ada, review) == 422
    assert respond(ada, review, "approve") == 204
    assert respond(ada, review, "approve") == 409
    note = asked(ada, execution, "note")
    hub.kill()
    hub.start()
    assert respond(ada, note) == 422
    ada.platform.workflow_user_tasks.submit_response(note.user_task.task_id, response_value={"text": "fine"})
    shown = ended(ada, execution)
    assert shown.status == "SUCCEEDED", shown.workflow_instance.incidents
    assert states(shown)["join"] == states(shown)["end"] == "COMPLETED" and "rejected" not in states(shown)
    calls = [each for each in shown.workflow_instance.activities if each.service_execution]
    assert len(calls) == 1, "what was started before is not started again"
    assert ada.platform.service_executions.get_service_execution_result(execution)["note"] == "fine"
    assert asked(ada, execution, "note").read is True


def test_the_other_way_and_failures(ada, solver):
    rejecting = start(ada, deployed(ada, "rejecting", REVIEW + chain("start", "review", "decision") + chain("note", "end")))
    assert respond(ada, asked(ada, rejecting, "Review"), "reject") == 204
    assert "rejected" in states(ended(ada, rejecting))

    failing = ended(ada, start(ada, deployed(
        ada, "failing", service_task("call", solver, fail="1") + chain("start", "call", "end"))))
    assert failing.status == "FAILED" and states(failing)["call"] == "FAILED"
    assert failing.workflow_instance.incidents[0].failed_activity_id == "call"


def test_cancelling_ends_what_was_started(ada, solver):
    model = ('<bpmn:parallelGateway id="fork"/><bpmn:endEvent id="other"/><bpmn:userTask id="ask"/>'
             + service_task("slow", solver, wait="1") + chain("start", "fork", "slow", "end") + chain("fork", "ask", "other"))
    execution = start(ada, deployed(ada, "cancelled", model))
    task = asked(ada, execution, "ask")
    shown = wait(lambda: next((each for each in ada.platform.service_executions.get_service_execution(
        execution).workflow_instance.activities if each.service_execution), None), what="the start of the service")
    ada.platform.service_executions.cancel_service_execution(execution)
    assert ended(ada, execution).status == "CANCELLED"
    assert wait(lambda: ada.platform.service_executions.get_service_execution(
        shown.service_execution.id).status == "CANCELLED", what="the service's end")
    assert respond(ada, task) == 409


def test_members_are_asked_and_a_workflow_does_not_call_itself_for_ever(hub, ada):
    bob = person(hub, "Bob Builder")
    lab = organization(ada, "Workflow Lab", {"VIEWER": [bob]})
    ada = ada.acting_for(lab)
    asking = deployed(ada, "asking", '<bpmn:userTask id="ask" qhub:assignee="bob.builder@example.org"/>'
                      + chain("start", "ask", "end"))
    execution = start(ada, asking)
    task = asked(bob, execution, "ask")
    assert task.user_task.can_monitor_workflow is True
    assert respond(ada, task) == 404 and respond(bob, task) == 204
    assert ended(ada, execution).status == "SUCCEEDED"

    workflows = ada.platform.workflow_services
    endless = deployed(ada, "endless", flow("start", "end"))
    workflows.update_workflow_model(endless, workflow_model=HEAD + service_task("again", endless)
                                    + chain("start", "again", "end") + TAIL)
    workflows.deploy_workflow_model(endless)
    assert ended(ada, start(ada, endless)).status == "FAILED"
