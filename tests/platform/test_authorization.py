"""Who may do what: every operation of the platform and the user API, made from the contract, called by nobody, a
stranger, a member who may only read, and the owner, on objects of an organization."""

from __future__ import annotations

import json
from types import SimpleNamespace

import httpx
import pytest

from support.contract import Contract, Operation, Values
from support.people import CONNECTION, organization, person

PREFIX = {"platform": "/qc-catalog", "user": "/user-service"}
SECRET = "only-for-members"

# What a path below these collections is about: the ids come from the world that the fixture makes. Reading takes the
# role VIEWER, all else more; whoever is no member does not even learn that there is such an object.
OBJECTS = ("algorithms", "use-cases", "implementations", "organizations", "git-integrations", "datapools", "services",
           "applications", "subscriptions", "managed-services", "external-services", "workflow-services",
           "service-executions", "service-jobs")
# Operations on the caller's own things, or that only look: a member who may read may call them.
FOR_EVERY_MEMBER = {
    "organizations.create_organization", "entitlements.check_job_eligibility", "authentication.resolve_auth_token",
    "user_notifications.mark_all_notifications_as_read", "user_notifications.mark_notification_as_read",
    "organizations.delete_organization_member",  # of himself: leaving
}
OPERATIONS = [operation for api in PREFIX for operation in Contract.of(api).operations]


def ids(operation: Operation) -> str:
    return operation.qualified_id


@pytest.fixture(scope="module")
def world(hub):
    owner, viewer, stranger = (person(hub, name) for name in ("Olga Owner", "Vera Viewer", "Sam Stranger"))
    org = organization(owner, "Lab", {"VIEWER": [viewer]})
    owner, viewer = owner.acting_for(org), viewer.acting_for(org)

    def make(path, **body):
        made = owner.request("POST", f"/qc-catalog/{path}", **body)
        assert made.status_code == 200, (path, made.text)
        return made.json()["id"]

    algorithm = make("algorithms", json={"name": SECRET, "computationModel": "QUANTUM"})
    use_case = make("use-cases", json={"title": SECRET})
    objects = {
        "algorithms": {"id": algorithm, "sketch_id": make(f"algorithms/{algorithm}/sketches")},
        "use-cases": {"id": use_case, "sketch_id": make(f"use-cases/{use_case}/sketches"),
                      "author_id": make(f"use-cases/{use_case}/authors", json={"name": SECRET}),
                      "algorithm_id": algorithm},
        "implementations": (lambda id: {"id": id, "slug": id, "id_path_param": id})(
            make("implementations", json={"name": SECRET})),
        "organizations": {"id": org, "user_id": viewer.id},
    }
    return SimpleNamespace(owner=owner, viewer=viewer, stranger=stranger, organization=org, objects=objects)


def collection(operation: Operation) -> str:
    return operation.path.split("/")[1]


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


def served(response: httpx.Response) -> bool:
    unknown = response.request.method == "HEAD" or "the API there has no such operation" in response.text
    return not (response.status_code == 404 and unknown)


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_without_a_token(operation, world):
    response = call(None, operation, world, token=False)
    anonymous = {} in operation.declaration.get("security", Contract.of(operation.api).document.get("security", []))
    assert not served(response) or anonymous == (response.status_code != 401), response.text


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_a_stranger_learns_nothing(operation, world):
    if operation.id in ("user_settings.delete_current_user", "user_settings_personal_access_tokens."
                        "regenerate_default_personal_access_token"):
        pytest.skip("of the stranger's own, whose token is needed on")
    response = call(world.stranger, operation, world)
    assert response.status_code < 500, response.text
    assert SECRET not in response.text.replace("no-such-id", "")
    about_an_object = collection(operation) in OBJECTS and "{id" in operation.path + operation.path.replace("{slug", "{id")
    public = operation.id in ("organizations.get_organization_profile", "organizations.get_organization_image")
    if about_an_object and not public and operation.api == "platform":
        assert response.status_code in (400, 404), (response.status_code, response.text)
    outside = world.stranger.acting_for(world.organization)
    refused = call(outside, operation, world)
    assert not served(refused) or refused.status_code == 403, "no member of the organization in X-OrganizationId"


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_a_member_who_may_read_changes_nothing(operation, world):
    if operation.api != "platform" or operation.path.startswith("/my/") or operation.id in FOR_EVERY_MEMBER:
        pytest.skip("his own")
    response = call(world.viewer, operation, world)
    assert response.status_code < 500, response.text
    if operation.method in ("get", "head"):
        if collection(operation) not in world.objects:
            return
        secrets = ("provider-tokens/", "billing-history")  # of the organization, for more than viewers
        allowed = (403,) if any(part in operation.path for part in secrets) else (200, 204, 404, 422)
        assert response.status_code in allowed, (response.status_code, response.text)
        if "{" in operation.path and "/" not in operation.path.split("}", 1)[1] and operation.path.count("{") == 1:
            assert response.status_code != 404, response.text
    elif served(response):
        assert response.status_code in (400, 403, 404), (response.status_code, response.text)
        if collection(operation) in world.objects and response.status_code == 400:
            assert "viewer" not in response.text.lower()  # what is wrong is the request, whoever sends it


def ends_with(operation: Operation) -> tuple:
    """The order in which the owner may call everything: what takes most with it comes last."""
    return (operation.id == "organizations.delete_organization", operation.method == "delete",
            -operation.path.count("/"))


@pytest.mark.parametrize("operation", sorted(OPERATIONS, key=ends_with), ids=ids)
def test_the_owner_may_do_all(operation, world):
    if operation.api != "platform" or collection(operation) not in world.objects:
        pytest.skip("not about an object of the organization")
    response = call(world.owner, operation, world)
    assert response.status_code not in (401, 403, 500), response.text
