"""Who may do what: every operation of the platform and the user API, made from the contract, called by nobody, a
stranger, a member who may only read, one who may change, and the owner, on objects of an organization. What each of them
is told is written down once per kind of object."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace

import httpx
import pytest

from support import gitlab
from support.contract import Contract, Operation, Values
from support.hub import Hub
from support.people import CONNECTION, organization, person
from support.service import archive, wait

PREFIX = {"platform": "/qc-catalog", "user": "/user-service"}
SECRET = "only-for-members"
OPERATIONS = [operation for api in PREFIX for operation in Contract.of(api).operations]
READING = ("get", "head")
# Besides these statuses only those count that are about the request and not about who sends it.
ALLOWED, FORBIDDEN, MISSING = "allowed", {403}, {404}
ABOUT_THE_REQUEST = {400, 409, 413, 415, 422}


@dataclass(frozen=True)
class Row:
    """What callers are told about objects of one kind that belong to an organization."""

    stranger: object = field(default_factory=lambda: MISSING)
    viewer_reads: object = ALLOWED
    viewer_changes: object = field(default_factory=lambda: FORBIDDEN)
    maintainer_changes: object = ALLOWED
    maintainer_deletes: object = field(default_factory=lambda: FORBIDDEN)


# By the collection in the path. A maintainer creates and changes; what else he may not is in NEEDS_THE_OWNER.
ROWS = {
    "algorithms": Row(),
    "use-cases": Row(),
    "implementations": Row(),
    "organizations": Row(),
    "git-integrations": Row(),
    "datapools": Row(),
    "services": Row(),
    "managed-services": Row(),
    "external-services": Row(),
    "workflow-services": Row(),
    "applications": Row(),
    "subscriptions": Row(maintainer_deletes=ALLOWED),  # a use of a service, not an object
    "service-executions": Row(),
    "service-jobs": Row(),
    "quantum-jobs": Row(),
    "quantum-workloads": Row(),
}
# Parts of an object are changed with it.
PARTS = ("sketches", "algorithm-relations", "authors", "demo", "algorithms", "services", "files", "image", "provider-tokens")
# What only an owner does with an object, by the second part of the path; and what else only an owner does.
NEEDS_THE_OWNER = ("visibility", "publication", "access-permissions", "shares", "members", "pricing-plan", "pricing-plans",
                   "payg-allowance", "billing-account", "revenue-account", "platform-subscription", "budget")
# The exceptions, each with its reason: who else may, or who else may not.
OF_ONESELF = {"organizations.delete_organization_member"}  # leaving
FOR_EVERY_MEMBER = {
    "data_pool_grants.create_data_pool_grant",  # as far as his own role goes: VIEW
}
NOT_FOR_VIEWERS = {
    "billing.get_organization_billing_history",
    "organizations.get_organization_provider_token",
    "managed_services.download_managed_service_source",
    "applications.get_application_access_keys",
}
OWNER_OPERATIONS = {"organizations.update_organization_image", "organizations.delete_organization_image"}
FOR_EVERYBODY = {"organizations.get_organization_profile", "organizations.get_organization_image"}


def ids(operation: Operation) -> str:
    return operation.qualified_id


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with Hub(tmp_path_factory.mktemp("hub"), "--allow-network", "127.0.0.1/32") as running:
        yield running


@pytest.fixture(scope="module")
def world(hub):
    owner, maintainer, viewer, stranger = (
        person(hub, name) for name in ("Olga Owner", "Max Maintainer", "Vera Viewer", "Sam Stranger"))
    org = organization(owner, "Lab", {"VIEWER": [viewer], "MAINTAINER": [maintainer]})
    owner, maintainer, viewer = (someone.acting_for(org) for someone in (owner, maintainer, viewer))

    def make(path, **body):
        made = owner.request("POST", f"/qc-catalog/{path}", **body)
        assert made.status_code == 200, (path, made.text)
        return made.json()["id"]

    algorithm = make("algorithms", json={"name": SECRET, "computationModel": "QUANTUM"})
    other = make("algorithms", json={"name": SECRET, "computationModel": "QUANTUM"})
    relation = make(f"algorithms/{algorithm}/algorithm-relations", json={
        "sourceAlgorithmId": algorithm, "targetAlgorithmId": other, "relationTypeId": "uses"})
    use_case = make("use-cases", json={"title": SECRET})
    implementation = make("implementations", json={"name": SECRET})
    external = make("external-services", json={"name": SECRET + "-external", "url": "https://example.org"})
    workflow = make("workflow-services", json={"name": SECRET + "-workflow"})
    managed = make("managed-services", json={"name": SECRET, "source": {"type": "file"},
                                             "runtimeConfiguration": {"runtime": "EXECUTABLE"}})
    packed = archive({"run": "#!/bin/sh\necho '{}' > $OUTPUT_DIRECTORY/output.json\n"}, ("run",))
    owner.request("PUT", f"/qc-catalog/managed-services/{managed}/source/file", files={"file": ("source.zip", packed)})
    wait(lambda: owner.request("GET", f"/qc-catalog/managed-services/{managed}/build-status").json().get("status") == "SUCCESS",
         what="the build")
    job = make("service-jobs", json={"serviceId": managed, "input": {}, "storeInput": True})
    application = make("applications", json={"name": SECRET})
    assert owner.request("PUT", f"/qc-catalog/services/{managed}/publication", json={"scope": "INTERNAL"}).status_code == 204
    subscription = make("subscriptions", json={"serviceId": managed, "applicationId": application})
    pool = make("datapools", json={"name": SECRET})
    file = make(f"datapools/{pool}/files", files={"file": ("a.txt", SECRET.encode(), "text/plain")})
    with gitlab.running() as url:
        integration = make("git-integrations/gitlab",
                           json={"name": SECRET, "personalAccessToken": gitlab.TOKEN, "gitlabUrl": url})
    quantum = owner.request("POST", "/quantum/jobs", json={
        "backend_id": "kipu.sim.qsim", "shots": 10, "name": SECRET,
        "input": 'OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; creg c[1]; measure q -> c;'}).json()["id"]
    service = {"id": managed}
    objects = {
        "algorithms": {"id": algorithm, "sketch_id": make(f"algorithms/{algorithm}/sketches"), "relation_id": relation},
        "use-cases": {"id": use_case, "sketch_id": make(f"use-cases/{use_case}/sketches"),
                      "author_id": make(f"use-cases/{use_case}/authors", json={"name": SECRET}),
                      "algorithm_id": algorithm, "service_definition_id": external},
        "implementations": {"id": implementation, "slug": implementation, "id_path_param": implementation},
        "organizations": {"id": org, "user_id": viewer.id, "type": "IBM"},
        "git-integrations": {"id": integration},
        "datapools": {"id": pool, "file_id": file},
        "services": service, "managed-services": service, "external-services": {"id": external},
        "workflow-services": {"id": workflow}, "applications": {"id": application},
        "subscriptions": {"id": subscription}, "service-executions": {"id": job}, "service-jobs": {"id": job},
        "quantum-jobs": {"id": quantum}, "quantum-workloads": {"id": quantum},
    }
    assert set(objects) == set(ROWS)
    return SimpleNamespace(owner=owner, maintainer=maintainer, viewer=viewer, stranger=stranger, organization=org,
                           objects=objects)


def collection(operation: Operation) -> str:
    return operation.path.split("/")[1]


def about_an_object(operation: Operation) -> bool:
    """Whether the path names one of an organization's objects."""
    return operation.api == "platform" and collection(operation) in ROWS and operation.path.count("{") > 0


def call(caller, operation: Operation, world, token=True) -> httpx.Response:
    known = world.objects.get(collection(operation), {})
    values = Values(operation.api, operation.id, optional=0)
    path, query = PREFIX[operation.api] + operation.path, {}
    for parameter in operation.parameters:
        if parameter["in"] == "path":
            path = path.replace("{%s}" % parameter["name"], known.get(parameter["name"], "no-such-id"))
        elif parameter["in"] == "query" and parameter.get("required"):
            query[parameter["name"]] = "2025-01-01" if parameter["name"] in ("from", "to") else "Sam"
    options = {"params": query}
    if operation.body:
        kind, schema = operation.body
        if kind == "multipart/form-data":
            options["files"] = {"file": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(8), "image/png")}
        else:
            options["content"] = json.dumps(values.of(schema))
            options["headers"] = {"Content-Type": "application/json"}
    if not token:
        return CONNECTION.request(operation.method, world.owner.hub.url + path, **options)
    return caller.request(operation.method, path, **options)


def check(response: httpx.Response, expected: object) -> None:
    seen = (response.status_code, response.text[:500])
    if expected is ALLOWED:
        assert response.status_code not in (401, 403) and response.status_code < 500, seen
    else:
        assert response.status_code in expected | ABOUT_THE_REQUEST, seen


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_without_a_token(operation, world):
    response = call(None, operation, world, token=False)
    anonymous = {} in operation.declaration.get("security", Contract.of(operation.api).document.get("security", []))
    assert anonymous == (response.status_code != 401), response.text


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_a_stranger_learns_nothing(operation, world):
    if operation.id in ("user_settings.delete_current_user", "user_settings_personal_access_tokens."
                        "regenerate_default_personal_access_token"):
        pytest.skip("of the stranger's own, whose token is needed on")
    response = call(world.stranger, operation, world)
    assert response.status_code < 500, response.text
    assert SECRET not in response.text
    if about_an_object(operation) and operation.id not in FOR_EVERYBODY:
        check(response, ROWS[collection(operation)].stranger)
    outside = world.stranger.acting_for(world.organization)
    assert call(outside, operation, world).status_code == 403, "no member of the organization in X-OrganizationId"


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if about_an_object(each)], ids=ids)
def test_a_member_who_may_read_changes_nothing(operation, world):
    if operation.id in OF_ONESELF:
        pytest.skip("ends his membership, which the next tests need")
    row = ROWS[collection(operation)]
    response = call(world.viewer, operation, world)
    if operation.id in NOT_FOR_VIEWERS:
        check(response, FORBIDDEN)
    elif operation.method in READING or operation.id in FOR_EVERY_MEMBER:
        check(response, row.viewer_reads)
    else:
        assert response.status_code in row.viewer_changes | {400, 409}, (response.status_code, response.text)


@pytest.mark.parametrize("path", ["algorithms", "use-cases", "implementations", "datapools",
                                  "applications", "managed-services", "external-services", "workflow-services",
                                  "subscriptions", "service-jobs", "git-integrations/gitlab"])
def test_a_member_who_may_read_creates_nothing(path, world):
    (operation,) = [each for each in OPERATIONS if each.path == f"/{path}" and each.method == "post"]
    body = Values("platform", operation.id, optional=0).of(operation.body[1])
    body |= {name: world.objects["managed-services"]["id"] for name in ("serviceId",) if name in body}
    body |= {name: world.objects["applications"]["id"] for name in ("applicationId",) if name in body}
    if "url" in body:
        body["url"] = "https://example.org"
    response = world.viewer.request("POST", f"/qc-catalog/{path}", json=body)
    assert response.status_code == 403, (response.status_code, response.text)


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if about_an_object(each)
                                       and each.method not in READING], ids=ids)
def test_a_maintainer_changes_and_does_not_delete(operation, world):
    segments = operation.path.split("/")[3:]
    row = ROWS[collection(operation)]
    if operation.id in FOR_EVERY_MEMBER or operation.method == "delete" and any(part in PARTS for part in segments):
        pytest.skip("see the member who may read; and parts are deleted by the owner below")
    response = call(world.maintainer, operation, world)
    if any(part in NEEDS_THE_OWNER for part in segments) or operation.id in OWNER_OPERATIONS:
        check(response, FORBIDDEN)
    elif operation.method == "delete" and not segments:
        check(response, row.maintainer_deletes)
    else:
        check(response, row.maintainer_changes)


def ends_with(operation: Operation) -> tuple:
    """The order in which the owner may call everything: what takes most with it comes last."""
    return (operation.id == "organizations.delete_organization", operation.method == "delete",
            -operation.path.count("/"), operation.path)


@pytest.mark.parametrize("operation", sorted((each for each in OPERATIONS if about_an_object(each)), key=ends_with), ids=ids)
def test_the_owner_may_do_all(operation, world):
    check(call(world.owner, operation, world), ALLOWED)
