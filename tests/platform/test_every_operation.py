"""Every operation of the official clients for platform and users, in the life of the things they are about. Each is called
by somebody outside of the organization, by a member who may read, and for something that does not exist, before its owner
calls it; the last test fails for an operation that no owner has called."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from qhub.api.platform import Money, ServiceContact, ServiceLink
from qhub.api.platform.core.api_error import ApiError
from qhub.api.platform.types.provider_token import ProviderToken_Ibm
from qhub.api.platform.types.tenant_id import TenantId_User
from qhub.api.user.core.api_error import ApiError as UserApiError

from support import gitlab
from support.contract import Contract
from support.hub import Hub
from support.official import Official
from support.people import organization, person
from support.service import archive

PNG = ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(32), "image/png")
TODAY, TOMORROW = str(date.today()), str(date.today() + timedelta(days=1))
BELL = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q -> c;'
# Writes a result, a file of a name that the client can ask for, and what the provider may see.
PROGRAM = """#!/bin/sh
echo '{"answer": 42}' > "$OUTPUT_DIRECTORY/output.json"
echo raw > "$OUTPUT_DIRECTORY/**"
mkdir "$OUTPUT_DIRECTORY/observability" && echo seen > "$OUTPUT_DIRECTORY/observability/trace.txt"
echo a line
"""
MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:qhub="urn:qhub"><process id="ask">
<startEvent id="start"/><endEvent id="end"/><userTask id="note" qhub:responseType="FREE_TEXT"/>
<sequenceFlow id="a" sourceRef="start" targetRef="note"/><sequenceFlow id="b" sourceRef="note" targetRef="end"/>
</process></definitions>"""

METHODS = {operation.id: operation.method for api in ("platform", "user") for operation in Contract.of(api).operations}
called: set[str] = set()
changed: set[str] = set()  # those that were to change something, and did


def status_of(call, *arguments, **options) -> int:
    """Of a call that fails; 200 for one that does not."""
    try:
        answer = call(*arguments, **options)
        if hasattr(answer, "__next__"):
            b"".join(answer)
        return 200
    except (ApiError, UserApiError) as error:
        return error.status_code


class Operations:
    """Calls operations by name, e.g. `algorithms.get_algorithm`, as the owner of the organization that has the thing."""

    def __init__(self, owner, viewer, stranger):
        self.owner, self.viewer, self.stranger = owner, viewer, stranger

    def of(self, person, operation: str):
        namespace, method = operation.split(".")
        return getattr(getattr(person.platform, namespace), method)

    def __call__(self, operation: str, *arguments, public=False, **options):
        """
        :param public: whether it is not only for those who have a role on the thing
        :return: what the owner gets; the bytes, where it is a file
        """
        called.add(operation)
        if arguments and not public:
            refused = status_of(self.of(self.stranger, operation), *arguments, **options)
            assert refused in (403, 404), (operation, "by a stranger", refused)
            unknown = status_of(self.of(self.owner, operation), "no-such-id", *arguments[1:], **options)
            assert unknown == 404, (operation, "of something unknown", unknown)
        if METHODS[operation] not in ("get", "head") and not public:
            refused = status_of(self.of(self.viewer, operation), *arguments, **options)
            assert refused == 403, (operation, "by a viewer", refused)
        return self.mine(operation, *arguments, **options)

    def mine(self, operation: str, *arguments, **options):
        """The same for what is about the caller himself."""
        called.add(operation)
        answer = self.of(self.owner, operation)(*arguments, **options)
        if METHODS[operation] not in ("get", "head"):
            changed.add(operation)
        return b"".join(answer) if hasattr(answer, "__next__") else answer

    def refused(self, status: int, operation: str, *arguments, **options) -> None:
        """Something that the owner may do, but that is not to be had."""
        called.add(operation)
        assert status_of(self.of(self.owner, operation), *arguments, **options) == status, operation


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    prices = tmp_path_factory.mktemp("prices") / "prices.json"
    prices.write_text(json.dumps({"kipu.sim.qsim": {"perShot": "0.001", "perJob": "0.25"},
                                  "service-executions": {"perExecution": "0.02", "perSecond": "0.5"}}))
    with Hub(tmp_path_factory.mktemp("hub"), "--prices", str(prices), "--allow-network", "127.0.0.1/32") as running:
        yield running


@pytest.fixture(scope="module")
def do(hub):
    owner, viewer, stranger = (person(hub, name) for name in ("Olga Owner", "Vera Viewer", "Sam Stranger"))
    id = organization(owner, "Lab", {"VIEWER": [viewer]})
    return Operations(owner.acting_for(id), viewer.acting_for(id), stranger)


def until(condition, what: str):
    deadline = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
    return found


def test_algorithms(do):
    made = do("algorithms.create_algorithm", name="Grover", computation_model="QUANTUM")
    other = do("algorithms.create_algorithm", name="Shor", computation_model="QUANTUM")
    changed = do("algorithms.update_algorithm", made.id, name="Grover's", computation_model="HYBRID", intent="search")
    assert do("algorithms.get_algorithm", made.id).intent == changed.intent == "search"
    assert {each.id for each in do("algorithms.get_algorithms").content} == {made.id, other.id}

    sketch = do("algorithms.create_algorithm_sketch", made.id, description="a")
    do("algorithms.update_algorithm_sketch", made.id, sketch.id, description="b")
    do("algorithms.upload_algorithm_sketch_image", made.id, sketch.id, file=PNG)
    assert do("algorithms.get_algorithm_sketch", made.id, sketch.id).description == "b"
    assert do("algorithms.get_algorithm_sketch_image", made.id, sketch.id) == PNG[1]

    kinds = do.mine("algorithms.get_algorithm_relation_types").content
    ends = {"source_algorithm_id": made.id, "target_algorithm_id": other.id}
    relation = do("algorithms.create_algorithm_relation", made.id, **ends, relation_type_id=kinds[0].id)
    do("algorithms.update_algorithm_relation", made.id, relation.id, **ends, relation_type_id=kinds[1].id)
    assert do("algorithms.get_algorithm_relation", made.id, relation.id).algorithm_relation_type.id == kinds[1].id
    assert [each.id for each in do("algorithms.get_algorithm_relations", made.id)] == [relation.id]
    do.refused(409, "algorithms.delete_algorithm", other.id)
    do("algorithms.delete_algorithm_relation", made.id, relation.id)

    guest = do.stranger.id
    do("algorithms.add_algorithm_access_permission", made.id, sid=guest, access_permission_role="VIEWER")
    sids = [each.sid for each in do("algorithms.get_algorithm_access_permissions", other.id)]
    assert guest not in sids
    assert guest in [each.sid for each in do.mine("algorithms.get_algorithm_access_permissions", made.id)]
    do.mine("algorithms.remove_algorithm_access_permission", made.id, guest)

    do("algorithms.set_algorithm_visibility", made.id, type="PUBLIC")
    assert made.id in [each.id for each in do.mine("marketplace.get_marketplace_algorithms").content]
    assert do("marketplace.get_marketplace_algorithm", made.id, public=True).name == "Grover's"
    assert do("marketplace.get_marketplace_algorithm_sketch_image", made.id, sketch.id, public=True) == PNG[1]
    do.refused(404, "marketplace.get_marketplace_algorithm", other.id)
    do.mine("algorithms.set_algorithm_visibility", made.id, type="PRIVATE")
    do("algorithms.delete_algorithm_sketch", made.id, sketch.id)
    do("algorithms.delete_algorithm", made.id)
    do.refused(404, "algorithms.get_algorithm", made.id)


def test_implementations(do, tmp_path):
    made = do("implementations.create_implementation", name="vqe")
    id = made.id
    do.refused(409, "implementations.create_implementation", name="vqe")
    # The client asks for a file that is named as the end of its path says.
    url = made.repository_url.replace("http://", f"http://qhub:{do.owner.token}@")
    (tmp_path / "**").write_text("print()\n")
    (tmp_path / "main.py").write_text("print()\n")
    for command in (["init", "-q", "-b", "main"], ["add", "."],
                    ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "first"], ["push", "-q", url, "main"]):
        subprocess.run(["git", "-C", tmp_path, *command], check=True, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})
    do("implementations.update_implementation_display_name", id, display_name="VQE")
    do("implementations.update_implementation_summary", id, summary="all of it")
    read = do("implementations.get_implementation", id)
    assert (read.display_name, read.summary) == ("VQE", "all of it")
    assert [each.id for each in do("implementations.get_implementations").content] == [id]
    assert [each.name for each in do("implementations.get_implementation_tree", id).children] == ["**", "main.py"]
    assert do("implementations.get_implementation_file", id) == b"print()\n"
    assert do("implementations.get_implementation_file_info", id)["x-file-size"] == "8"
    assert do("implementations.get_implementation_languages", id) == {"Python": 100}
    assert do("implementations.get_implementation_metadata", id).statistics.commit_count == 1
    assert do("implementations.get_permission_for_implementation", id)["x-access-permission"] == "OWNER"

    guest = do.stranger.id
    do.refused(404, "implementations.add_implementation_access_permission", "no-such-id", id=guest, role="VIEWER")
    assert status_of(do.of(do.viewer, "implementations.add_implementation_access_permission"), id, id=guest,
                     role="VIEWER") == 403
    do.mine("implementations.add_implementation_access_permission", id, id=guest, role="VIEWER")
    do.mine("implementations.update_implementation_access_permission", id, guest, role="MAINTAINER")
    roles = {each.sid: each.access_permission_role
             for each in do.mine("implementations.get_implementation_access_permissions", id)}
    assert roles[guest] == "MAINTAINER"
    do.mine("implementations.remove_implementation_access_permission", id, guest)
    assert status_of(do.of(do.stranger, "implementations.get_implementation_access_permissions"), id) == 404

    do("implementations.set_implementation_visibility", id, type="PUBLIC")
    assert id in [each.id for each in do.mine("marketplace.get_marketplace_implementations").content]
    assert do("marketplace.get_marketplace_implementation", id, public=True).name == "vqe"
    assert len(do("marketplace.get_tree", id, public=True).children) == 2
    assert do("marketplace.get_file", id, public=True) == b"print()\n"
    assert do("marketplace.get_file_info", id, public=True)["x-file-size"] == "8"
    assert do("marketplace.get_languages", id, public=True) == {"Python": 100}
    assert do("marketplace.get_metadata", id, public=True).statistics.commit_count == 1
    do.mine("implementations.set_implementation_visibility", id, type="PRIVATE")
    do("implementations.delete_implementation", id)
    do.refused(404, "implementations.get_implementation", id)


def test_use_cases_and_their_demos(do):
    made = do("use_cases.create_use_case", title="Routing")
    id = made.id
    do("use_cases.update_use_case", id, title="Routing of vans", short_description="Vans")
    assert do("use_cases.get_use_case", id).short_description == "Vans"
    assert [each.id for each in do("use_cases.get_use_cases").content] == [id]
    do("use_cases.upload_use_case_logo", id, file=PNG)
    assert do("use_cases.get_use_case_logo", id) == PNG[1]

    sketch = do("use_cases.create_use_case_sketch", id, description="a")
    do("use_cases.update_use_case_sketch", id, sketch.id, description="b")
    do("use_cases.upload_use_case_sketch_image", id, sketch.id, file=PNG)
    assert do("use_cases.get_use_case_sketch", id, sketch.id).description == "b"
    assert do("use_cases.get_use_case_sketch_image", id, sketch.id) == PNG[1]
    author = do("use_cases.create_use_case_author", id, name="Ada")
    do("use_cases.update_use_case_author", id, author.id, name="Ada Lovelace", main_author=True)
    assert do("use_cases.get_use_case_author", id, author.id).name == "Ada Lovelace"
    assert [each.main_author for each in do("use_cases.get_use_case_authors", id)] == [True]
    do("use_cases.upload_use_case_author_image", id, author.id, file=PNG)
    assert do("use_cases.get_use_case_author_image", id, author.id) == PNG[1]

    algorithm = do.mine("algorithms.create_algorithm", name="QAOA", computation_model="HYBRID")
    do("use_cases.link_algorithm_to_use_case", id, algorithm.id)
    assert [each.name for each in do("use_cases.get_linked_algorithms_by_use_case", id)] == ["QAOA"]
    do("use_cases.unlink_algorithm_from_use_case", id, algorithm.id)
    service = do.mine("external_services.create_external_service", name="linked", url="https://example.org")
    do("use_cases.link_service_to_use_case", id, service.id)
    assert [each.name for each in do("use_cases.get_linked_services_by_use_case", id)] == ["linked"]
    do("use_cases.unlink_service_from_use_case", id, service.id)

    guest = do.stranger.id
    do("use_cases.add_use_case_access_permission", id, sid=guest, access_permission_role="VIEWER")
    assert guest in [each.sid for each in do.mine("use_cases.get_use_case_access_permissions", id)]
    do.mine("use_cases.remove_use_case_access_permission", id, guest)
    assert status_of(do.of(do.stranger, "use_cases.get_use_case_access_permissions"), id) == 404

    do("use_cases.set_use_case_visibility", id, type="PUBLIC")
    assert id in [each.id for each in do.mine("marketplace.get_marketplace_use_cases").content]
    assert do("marketplace.get_marketplace_use_case", id, public=True).title == "Routing of vans"
    assert do("marketplace.get_marketplace_use_case_author_image", id, author.id, public=True) == PNG[1]
    assert do("marketplace.get_marketplace_use_case_sketch_image", id, sketch.id, public=True) == PNG[1]
    do.mine("use_cases.set_use_case_visibility", id, type="PRIVATE")
    do("use_cases.delete_use_case_author_image", id, author.id)
    do("use_cases.delete_use_case_author", id, author.id)
    do("use_cases.delete_use_case_sketch", id, sketch.id)

    with gitlab.running() as url:
        do.refused(400, "git_integrations.create_git_lab_integration", name="x", personal_access_token="bad", gitlab_url=url)
        connected = do("git_integrations.create_git_lab_integration", name="ours", personal_access_token=gitlab.TOKEN,
                       gitlab_url=url)
        second = do.mine("git_integrations.create_git_lab_integration", name="second",
                         personal_access_token=gitlab.TOKEN, gitlab_url=url)
        do("git_integrations.update_git_lab_integration", connected.id, name="renamed",
           personal_access_token=gitlab.TOKEN)
        assert do("git_integrations.get_git_integration", connected.id).name == "renamed"
        assert len(do("git_integrations.get_git_integrations")) == 2
        do("git_integrations.sync_git_integration_repositories", connected.id)
        repositories = do("git_integrations.get_git_integration_repositories", connected.id).content
        assert [each.url for each in repositories] == ["ada/repo0", "ada/repo1", "ada/repo2"]
        assert len(do("git_integrations.get_git_repositories").content) == 6
        do.refused(422, "git_integrations.create_git_hub_integration", installation_id=1)
        demo = do("use_cases.create_use_case_demo", id, use_case_id=id, git_integration_id=connected.id,
                  repository_type="GITLAB", repository_url="ada/repo0", environment={"api key": "x"})
        assert demo.status == "UNAVAILABLE"
        do("use_cases.update_use_case_demo_environment", id, environment={"b": "y"})
        do("use_cases.update_use_case_demo_integration", id, git_integration_id=second.id)
        read = do("use_cases.get_use_case_demo", id)
        assert (read.environment, read.git_integration_id) == ({"B": "y"}, second.id)
        do.refused(422, "use_cases.trigger_use_case_demo_build", id)
        assert do("use_cases.get_use_case_demo_build_logs", id) == []
        assert do("use_cases.get_use_case_demo_runtime_logs", id) == []
        do("use_cases.delete_use_case_demo", id)
        do("git_integrations.delete_git_integration", connected.id)
    do("use_cases.delete_use_case", id)
    do.refused(404, "use_cases.get_use_case", id)


@pytest.fixture(scope="module")
def service(do) -> str:
    """A managed service that was built; its operations are called on the way."""
    assert do.mine("services.check_service_name_availability", name="solver") is True
    made = do("managed_services.create_managed_service", name="solver", source={"type": "file"},
              runtime_configuration={"runtime": "EXECUTABLE", "environment": {}})
    id = made.id
    do.refused(409, "managed_services.create_managed_service", name="solver", source={"type": "file"})
    assert do.mine("services.check_service_name_availability", name="solver") is False
    do("managed_services.update_managed_service_runtime_configuration", id, runtime="EXECUTABLE", environment={"A": "b"})
    do("managed_services.update_managed_service_resource_configuration", id,
       request={"type": "memory", "amount": 512, "unit": "M"})
    do("managed_services.update_managed_service_source", id, request={"type": "file"})
    do("managed_services.upload_managed_service_source", id, file=("source.zip", archive({"run": PROGRAM}, ("run",))))
    do("managed_services.build_managed_service", id)
    until(lambda: do.mine("managed_services.get_managed_service_build_status", id).status == "SUCCESS", "the build")
    assert do("managed_services.get_managed_service_build_status", id).status == "SUCCESS"
    assert isinstance(do("managed_services.get_managed_service_build_logs", id), list)
    assert do("managed_services.download_managed_service_source", id)[:2] == b"PK"
    return id


def test_services(do, service):
    do("services.update_service_summary", service, summary="solves")
    do("services.update_service_description", service, description="everything")
    do("services.update_service_display_name", service, display_name="The solver")
    do("services.update_service_contacts", service, request=[ServiceContact(type="EMAIL", contact="a@example.org")])
    do("services.update_service_links", service,
       request=[ServiceLink(type="DOCUMENTATION", name="docs", url="https://example.org")])
    do("services.update_service_open_api", service, file=("api.yaml", b"openapi: 3.1.0\n", "application/yaml"))
    assert "openapi: 3.1.0" in do("services.get_service_open_api", service)
    read = do("services.get_service", service)
    assert (read.name, read.display_name) == ("solver", "The solver")
    assert service in [each.id for each in do("services.get_services", lifecycle=["CREATED"])]
    assert do("services.get_service_statistics", service).subscription_count == 0

    tenant = TenantId_User(value=do.stranger.id)
    shares(do, "service_shares.{}_service_share{}", "service_shares.share_service", "service_shares.get_shares_for_service",
           service, tenant)

    do("managed_services.add_managed_service_pricing_plan", service, type="FREE")
    do("services.update_service_publication", service, scope="PUBLIC")
    assert service in [each.id for each in do.mine("marketplace.get_marketplace_services").content]
    assert do("marketplace.get_marketplace_service", service, public=True).name
    assert "openapi: 3.1.0" in do("marketplace.get_marketplace_service_openapi", service, public=True)
    application = do("applications.create_application", name="app")
    do.refused(409, "applications.create_application", name="app")
    assert do("applications.get_application", application.id).name == "app"
    assert [each.id for each in do("applications.get_applications")] == [application.id]
    assert do("applications.get_application_access_keys", application.id)[0].secret_access_key
    subscription = do.mine("subscriptions.create_subscription", service_id=service, application_id=application.id)
    assert status_of(do.of(do.viewer, "subscriptions.create_subscription"), service_id=service,
                     application_id=application.id) == 403
    do.refused(409, "subscriptions.create_subscription", service_id=service, application_id=application.id)
    assert do("subscriptions.get_subscription", subscription.id).application.id == application.id
    assert do("subscriptions.get_service_executions_by_subscription", subscription.id) == []
    assert [each.id for each in do("applications.get_application_subscriptions", application.id)] == [subscription.id]
    assert [each.id for each in do.mine("services.get_service_subscriptions", service)] == [subscription.id]
    assert status_of(do.of(do.stranger, "services.get_service_subscriptions"), service) == 403
    do.refused(409, "managed_services.delete_managed_service_pricing_plan", service)
    do.refused(409, "services.delete_service", service)
    do("subscriptions.delete_subscription", subscription.id)
    do("applications.delete_application", application.id)
    do.mine("services.delete_service_publication", service)
    assert status_of(do.of(do.viewer, "services.delete_service_publication"), service) == 403
    do("managed_services.delete_managed_service_pricing_plan", service)


def shares(do, names: str, share: str, listing: str, id: str, tenant) -> None:
    """Shares of a service or a data pool, whose operations have the same names but for one word."""
    made = do(share, id, shared_with=tenant, role="VIEWER")
    arguments = (id, made.id)
    assert [each.id for each in do.mine(listing, id)] == [made.id]
    role = names.format("update", "_role")
    assert do.mine(role, *arguments, role="MAINTAINER").role == "MAINTAINER"
    assert status_of(do.of(do.viewer, role), *arguments, role="OWNER") == 403
    assert status_of(do.of(do.owner, role), id, "no-such-id", role="OWNER") == 404
    window = {"valid_from": "2020-01-01T00:00:00Z", "valid_until": "2099-01-01T00:00:00Z", "type": "TIME_BASED"}
    constraint = do.mine(names.format("add", "_constraint"), *arguments, **window)
    assert status_of(do.of(do.viewer, names.format("add", "_constraint")), *arguments, **window) == 403
    window["valid_until"] = "2021-01-01T00:00:00Z"
    do.mine(names.format("update", "_constraint"), *arguments, constraint.id, **window)
    assert do.mine(listing, id)[0].active is False, "its time is over"
    assert status_of(do.of(do.stranger, listing), id) == 404
    do(names.format("delete", "_constraint"), *arguments, constraint.id)
    assert do.mine(listing, id)[0].active is True
    do.mine(names.format("delete", ""), *arguments)
    assert do.mine(listing, id)[0].active is False, "taken back"


def test_service_executions(do, service):
    job = do.mine("service_jobs.create_service_job", service_id=service, input={"n": 1}, tags=["One"], store_input=True)
    assert status_of(do.of(do.stranger, "service_jobs.create_service_job"), service_id=service) == 404
    id = job.id
    until(lambda: do.mine("service_executions.get_service_execution", id).status == "SUCCEEDED", "the end")
    assert do("service_jobs.get_service_job", id).tags == ["one"]
    assert [each.id for each in do("service_jobs.get_service_jobs").content] == [id]
    assert do("service_executions.get_service_execution", id).id == id, "a job's id is its execution's"
    assert [each.id for each in do("service_executions.get_service_executions", tags=["one"]).content] == [id]
    do("service_executions.head_service_execution", id)
    assert do("service_executions.get_service_execution_result", id)["answer"] == 42
    assert do("service_executions.get_service_execution_result_file", id) == b"raw\n"
    assert do("service_executions.get_service_execution_logs", id).empty is False
    assert [node.id for node in do("service_executions.get_service_execution_lineage", id).nodes] == [id]
    assert do("service_executions.get_service_execution_metrics", id).service_execution_id == id
    assert do("service_executions.get_service_execution_observability_files", id) == {"trace.txt": {"size": 5}}
    assert do("service_executions.get_service_execution_observability_file", id, "trace.txt") == b"seen\n"
    costs = {each.unit_price.amount: each.total_amount.amount for each in do("service_executions.get_service_execution_costs", id)}
    assert costs == {"0.02": "0.02", "0.50": "0.50"}, "each second that was begun"
    again = do.mine("service_jobs.rerun_service_job", id)
    assert again.id != id and do("service_jobs.get_service_job", again.id).input == job.input
    until(lambda: do.mine("service_executions.get_service_execution", again.id).status == "SUCCEEDED", "the second end")
    assert status_of(do.of(do.stranger, "service_jobs.rerun_service_job"), id) == 404
    do.refused(409, "service_executions.cancel_service_execution", id)


def test_external_and_workflow_services(do):
    external = do("external_services.create_external_service", name="elsewhere", url="https://example.org")
    do("external_services.update_external_service_security_configuration", external.id,
       request={"type": "ACCESS_TOKEN", "headerName": "X-Key", "tokenValue": "secret"})
    assert "secret" not in do("services.get_service", external.id).json()
    assert do("external_services.add_external_service_pricing_plan", external.id).type == "FREE"
    do("external_services.delete_external_service_pricing_plan", external.id)
    do("services.delete_service", external.id)

    workflow = do("workflow_services.create_workflow_service", name="asks")
    do("workflow_services.update_workflow_model", workflow.id, workflow_model=MODEL)
    do("workflow_services.get_workflow_model", workflow.id)
    do.refused(409, "services.update_service_publication", workflow.id, scope="PUBLIC")
    do("workflow_services.deploy_workflow_model", workflow.id)
    assert do("workflow_services.add_workflow_service_pricing_plan", workflow.id).type == "FREE"
    run = do.mine("service_jobs.create_service_job", service_id=workflow.id, input={})
    asked = until(lambda: [each for each in do.mine("user_notifications.get_my_notifications").content if each.user_task],
                  "the question")[0]
    task = asked.user_task.task_id
    assert (asked.category, asked.user_task.response_type) == ("PLATFORM_USER_TASK", "FREE_TEXT")
    for someone in (do.stranger, do.viewer):
        assert status_of(do.of(someone, "workflow_user_tasks.submit_response"), task, response_value={"value": "x"}) == 404
    do.refused(422, "workflow_user_tasks.submit_response", task)
    do.mine("workflow_user_tasks.submit_response", task, response_value={"value": "fine"})
    do.refused(409, "workflow_user_tasks.submit_response", task, response_value={"value": "fine"})
    until(lambda: do.mine("service_executions.get_service_execution", run.id).status == "SUCCEEDED", "the workflow's end")
    assert do("service_executions.get_service_execution", run.id).workflow_instance.state == "SUCCEEDED"
    assert do("service_executions.get_service_execution_result", run.id)["note"] == "fine"

    do.mine("user_notifications.mark_notification_as_read", asked.id)
    do.refused(404, "user_notifications.mark_notification_as_read", "no-such-id")
    do.mine("user_notifications.mark_all_notifications_as_read")
    assert do.mine("user_notifications.get_my_unread_notification_count") == 0


def test_data_pools(do):
    pool = do("data_pools.create_data_pool", name="measurements", tags=["Raw"])
    do("data_pools.update_data_pool", pool.id, name="measured", short_description="of us", tags=["New"])
    read = do("data_pools.get_data_pool", pool.id)
    assert (read.name, read.tags) == ("measured", ["new"])
    assert [each.id for each in do("data_pools.get_data_pools")] == [pool.id]
    file = do("data_pools.add_data_pool_file", pool.id, file=("a.txt", b"first", "text/plain"))
    do.refused(409, "data_pools.add_data_pool_file", pool.id, file=("a.txt", b"again", "text/plain"))
    assert [each.name for each in do("data_pools.get_data_pool_files", pool.id)] == ["a.txt"]
    assert do("data_pools.get_data_pool_file", pool.id, file.id) == b"first"
    application = do.mine("applications.create_application", name="reads")
    assert do.mine("data_pool_grants.create_data_pool_grant", pool.id, application_id=application.id, permission="VIEW").token
    assert status_of(do.of(do.stranger, "data_pool_grants.create_data_pool_grant"), pool.id,
                     application_id=application.id, permission="VIEW") == 404
    shares(do, "data_pool_shares.{}_data_pool_share{}", "data_pool_shares.share_data_pool",
           "data_pool_shares.get_shares_for_data_pool", pool.id, TenantId_User(value=do.stranger.id))
    do("data_pools.delete_data_pool_file", pool.id, file.id)
    do("data_pools.delete_data_pool", pool.id)


def test_organizations_and_invitations(do, hub):
    made = do.mine("organizations.create_organization", display_name="Second Lab", billing_email="b@example.org")
    do.refused(409, "organizations.create_organization", display_name="second lab", billing_email="b@example.org")
    ours = SimpleNamespace(id=do.owner.organization)
    do("organizations.update_organization", ours.id, display_name="Lab", description="of all")
    assert do("organizations.get_organization", ours.id).description == "of all"
    assert {each.id for each in do("organizations.get_organizations")} == {ours.id, made.id}
    assert do("organizations.get_organization_profile", ours.id, public=True).display_name == "Lab"
    assert [each.id for each in do.mine("organizations.search_organizations", q="second")] == [made.id]
    do("organizations.update_organization_image", ours.id, file=PNG[1])  # which the client sends as JSON
    assert do("organizations.get_organization_image", ours.id, public=True) == PNG[1]
    do("organizations.delete_organization_image", ours.id)

    guest = person(hub, "Greta Guest")
    do("organizations.add_organization_member", ours.id, sid=guest.id, access_permission_role="VIEWER")
    assert do("organizations.get_organization_member", ours.id, guest.id).invitation_pending is True
    invitations = Operations(guest, do.viewer, do.stranger)
    (invitation,) = invitations.mine("users.get_my_invitations")
    do.refused(404, "users.decline_invitation", invitation.id)
    invitations.mine("users.decline_invitation", invitation.id)
    assert invitations.mine("users.get_my_invitations") == []
    do.mine("organizations.add_organization_member", ours.id, sid=guest.id, access_permission_role="VIEWER")
    (invitation,) = invitations.mine("users.get_my_invitations")
    invitations.mine("users.accept_invitation", invitation.id)
    do("organizations.update_organization_member_permission", ours.id, guest.id, access_permission_role="MAINTAINER")
    roles = {each.id: each.access_permission_role for each in do("organizations.get_organization_members", ours.id)}
    assert roles[guest.id] == "MAINTAINER"
    assert {each.role for each in invitations.mine("users.get_my_accounts")} == {"OWNER", "MAINTAINER"}
    do.refused(409, "organizations.update_organization_member_permission", ours.id, do.owner.id,
               access_permission_role="VIEWER")
    do("organizations.delete_organization_member", ours.id, guest.id)

    secret = ProviderToken_Ibm(value="vendor-key")
    tokens = (ours.id, "IBM")
    do("organizations.update_organization_provider_token", *tokens, request=secret)
    assert do("organizations.get_organization_provider_token_availability", ours.id)["IBM"] is True
    assert do("organizations.get_organization_provider_token", *tokens).value == "vendor-key"
    do("organizations.delete_organization_provider_token", *tokens)
    do.mine("users.update_user_provider_token", "IBM", request=secret)
    assert do.mine("users.get_user_provider_token_availability")["IBM"] is True
    assert do.mine("users.get_user_provider_token", "IBM").value == "vendor-key"
    do.mine("users.delete_user_provider_token", "IBM")
    do.refused(404, "users.get_user_provider_token", "IBM")
    do.mine("organizations.delete_organization", made.id)
    assert status_of(do.of(do.stranger, "organizations.delete_organization"), ours.id) == 404
    assert status_of(do.of(do.viewer, "organizations.delete_organization"), ours.id) == 403


def test_billing(do):
    job = do.owner.request("POST", "/quantum/jobs", json={"backend_id": "kipu.sim.qsim", "shots": 100, "input": BELL}).json()
    until(lambda: do.owner.request("GET", f"/quantum/jobs/{job['id']}").json()["status"] == "COMPLETED", "the job")
    assert sorted(each.total_amount.amount for each in do("quantum_workloads.get_quantum_job_costs", job["id"])) == [
        "0.10", "0.25"]
    assert do("quantum_workloads.get_quantum_workload_costs", job["id"]).total_cost.amount == "0.35"
    id, span = do.owner.organization, {"from_": TODAY, "to": TOMORROW}
    instants = {"from_": datetime.now(UTC) - timedelta(days=1), "to": datetime.now(UTC)}
    used = do("billing.get_organization_balance", id).amount_due.amount
    report = do("billing.get_organization_cost_report", id, **span, group_by="WORKLOAD_CLASS")
    costs = {line.key: line.total_cost.amount for line in report.lines}
    assert costs == {"QUANTUM": "0.35", "CLASSIC": "1.04"} and report.total_cost.amount == used == "1.39"
    quantum = do("billing.get_organization_cost_report", id, **span, workload_classes=["QUANTUM"])
    assert quantum.total_cost.amount == "0.35"
    assert status_of(do.of(do.viewer, "billing.get_organization_billing_history"), id) == 403
    assert [each.net_amount.amount for each in do("billing.get_organization_billing_history", id).content] == [used]
    assert do("billing.get_organization_revenue", id, **instants) == []
    assert do("billing.get_billing_account", id).tenant_id == id
    assert do("billing.get_organization_spending_limit_usage", id).amount_used.amount == used
    allowance = Money(amount="100.00", currency="EUR")
    do("billing.update_organization_allowance_configuration", id, allowance=allowance)
    assert do("billing.get_organization_allowance_configuration", id).allowance.amount == "100.00"
    assert do("billing.get_organization_allowance_usage", id).amount_used.amount == used
    do("billing.delete_organization_allowance_configuration", id)
    assert do("billing.get_organization_allowance_configuration", id) is None
    assert do("billing.get_platform_subscription", id) is None

    assert do.mine("billing.get_my_balance").amount_due.amount == "0.00"
    assert do.mine("billing.get_my_cost_report", **span).total_cost.amount == "0.00"
    assert do.mine("billing.get_my_billing_history").content == []
    assert do.mine("billing.get_my_revenue", **instants) == []
    assert do.mine("billing.get_billing_account1").tenant_type == "USER"
    assert do.mine("billing.get_user_spending_limit_usage").amount_used.amount == "0.00"
    do.mine("billing.update_user_allowance_configuration", allowance=allowance)
    assert do.mine("billing.get_user_allowance_configuration").allowance.amount == "100.00"
    assert do.mine("billing.get_user_allowance_usage").percentage_used == 0
    do.mine("billing.delete_user_allowance_configuration")
    assert do.mine("billing.get_platform_subscription1") is None

    budget = {"amount": Money(amount="50.00", currency="EUR"), "window_mode": "FIXED", "period": "MONTHLY",
              "anchor": "2024-01-01", "enforcement": "SOFT"}
    do("billing.update_budget", **budget)
    assert do("billing.get_budget").amount.amount == "50.00"
    assert do("billing.get_budget_usage").used.amount == used
    do("billing.delete_budget")
    assert do("billing.get_budget") is None

    # What would need a payment provider is refused, and says so.
    links = {"refresh_url": "https://example.org", "return_url": "https://example.org"}
    for prefix, arguments in (("", (id,)), ("1", ())):
        do.refused(422, f"billing.create_account_link{prefix}", *arguments, **links)
        do.refused(422, f"billing.create_portal_link{prefix}", *arguments, return_url="https://example.org")
        do.refused(422, f"billing.create_credits_checkout{prefix}", *arguments, amount=10, currency="EUR")
        do.refused(422, f"billing.create_platform_subscription_checkout{prefix}", *arguments, plan="MONTHLY")
        do.refused(404, f"billing.get_revenue_account{prefix}", *arguments)
        do.refused(404, f"billing.delete_revenue_account{prefix}", *arguments)


def test_what_everybody_may_see(do):
    assert do.mine("announcements.get_announcements") == []
    products = {each.id: each.prices for each in do.mine("products.get_products")}
    assert [each.price.amount for each in products["service-executions"]] == ["0.50", "0.02"]
    assert do.mine("entitlements.get_entitlements").accessible_backends
    decision = do.mine("entitlements.check_job_eligibility", provider="KIPU", backend_id="kipu.sim.qsim", workload_type="JOB")
    assert decision.decision == "ALLOW"
    assert do.mine("authentication.resolve_auth_token").type == "token.personal"


def test_users(hub):
    carla, dan = person(hub, "Carla Curie"), person(hub, "Dan Dirac")

    def mine(operation, *arguments, someone=carla, **options):
        called.add(f"user.{operation}")
        namespace, method = operation.split(".")
        return getattr(getattr(someone.user, namespace), method)(*arguments, **options)

    me = mine("user_settings.get_current_user")
    mine("user_settings.update_current_user", about="radium")
    assert mine("user_settings.get_current_user").about == "radium"
    mine("user_settings.update_current_user_profile_image", file=PNG)
    assert mine("users.get_user_profile_image", me.id, someone=dan).startswith("data:image/png")
    mine("user_settings.delete_current_user_profile_image")
    assert mine("users.get_user_profile_image", me.id, someone=dan) is None
    assert mine("users.get_user_by_id", me.id, someone=dan).firstname == "Carla"
    mine("users.check_user_exists", me.id)
    assert status_of(carla.user.users.check_user_exists, "nobody") == 404
    assert [each.id for each in mine("users.resolve_users", ids=[me.id, "nobody"]).users] == [me.id]
    assert [each.id for each in mine("search.users", q="curie")] == [me.id]
    assert mine("authentication.authorize_by_personal_access_token").id == me.id
    assert mine("user_registration_status.get_user_registration_status", email="carla.curie@example.org")
    tokens = "user_settings_personal_access_tokens"
    token = mine(f"{tokens}.create_personal_access_token", name="ci", expires_at=TOMORROW)
    listed = mine(f"{tokens}.get_personal_access_tokens").access_tokens
    assert [(each.name, each.value) for each in listed] == [("ci", None)], "its value is shown once"
    assert status_of(dan.user.user_settings_personal_access_tokens.delete_personal_access_token, token.id) == 403
    mine(f"{tokens}.delete_personal_access_token", token.id)
    carla.token = mine(f"{tokens}.regenerate_default_personal_access_token").default_token
    mine("user_settings.delete_current_user")
    assert status_of(carla.user.user_settings.get_current_user) == 401


def test_every_change_is_in_the_audit_log(hub):
    only_asking = {"authentication.resolve_auth_token", "entitlements.check_job_eligibility",
                   "data_pool_grants.create_data_pool_grant"}  # a token that says what its holder may
    with sqlite3.connect(hub.data / "qhubd.sqlite") as database:
        audited = {operation.removeprefix("platform.") for (operation,) in database.execute("SELECT DISTINCT operation FROM audit")}
    assert changed - audited - only_asking == set()


def test_no_operation_was_left_out(hub):
    platform, user = (Official(api, hub.url, hub.token) for api in ("platform", "user"))
    everything = {*platform.method_names(), *(f"user.{name}" for name in user.method_names())}
    assert everything - called == set()
    assert len(everything) == 281
