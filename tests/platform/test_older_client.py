# environments: 1.15.0
"""What only the official client 1.15.0 has: operations of another name there, and those that newer ones have no more. The
last test fails for one that was not called."""

from __future__ import annotations

import pytest
from qhub.api.platform.core.api_error import ApiError

from support import gitlab
from support.contract import Contract
from support.hub import Hub
from support.people import organization, paging, person

ONLY_THERE = {each.legacy_id for each in Contract.of("platform").operations if each.deprecated or each.legacy_id != each.id}
called: set[str] = set()


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with Hub(tmp_path_factory.mktemp("hub"), "--allow-network", "127.0.0.1/32") as running:
        yield running


@pytest.fixture(scope="module")
def ada(hub):
    ada = person(hub, "Ada Lovelace")
    return ada.acting_for(organization(ada, "Lab", {}))


def do(person, operation: str, *arguments, **options):
    called.add(operation)
    namespace, method = operation.split(".")
    return getattr(getattr(person.platform, namespace), method)(*arguments, **options)


def refused(status: int, person, operation: str, *arguments, **options) -> None:
    with pytest.raises(ApiError) as caught:
        do(person, operation, *arguments, **options)
    assert caught.value.status_code == status, operation


def test_budgets_by_the_month(hub, ada):
    bob, id = person(hub, "Bob Builder"), ada.organization
    for prefix, arguments in (("organizations.{}_organization", (id,)), ("users.{}_user", ())):
        get, update, delete = (prefix.format(verb) + "_budget_configuration" for verb in ("get", "update", "delete"))
        do(ada, update, *arguments, amount_major=12.5)
        assert do(ada, get, *arguments).budget.value == 12.5
        usage = do(ada, prefix.format("get") + "_budget_usage", *arguments)
        assert (usage.amount_used, usage.amount_remaining) == (0, 12.5)
        assert do(ada, prefix.format("get") + "_free_budget_usage", *arguments).minutes_total == 0
        if arguments:
            refused(404, bob, get, *arguments)
            refused(404, bob, update, *arguments, amount_major=1)
        refused(400, ada, update, *arguments, amount_major=0)
        do(ada, delete, *arguments)
        refused(204, ada, get, *arguments)  # nothing, for which this client has no type


def test_accounts_and_notifications(hub, ada):
    id, bob = ada.organization, person(hub, "Bob Becker")
    assert do(ada, "authentication.authorize").type == "token.personal"
    assert do(ada, "organizations.get_billing_account", id).tenant_id == id
    assert do(ada, "users.get_billing_account1").tenant_type == "USER"
    refused(404, bob, "organizations.get_billing_account", id)
    refused(404, ada, "organizations.get_revenue_account", id)
    refused(404, ada, "organizations.delete_revenue_account", id)
    refused(404, ada, "users.get_revenue_account1")
    refused(404, ada, "users.delete_revenue_account1")

    ada.platform.organizations.add_organization_member(id, sid=bob.id, access_permission_role="VIEWER")
    assert [each.entity_name for each in do(bob, "users.get_invitations")] == ["Lab"]
    assert [each.tenant_type for each in do(bob, "users.get_accounts")] == ["USER"]
    assert do(bob, "user_notifications.get_unread_count") == 1
    (told,) = do(bob, "user_notifications.get_notifications", **paging(page=0, size=10)).content
    do(bob, "user_notifications.mark_as_read", told.id)
    do(bob, "user_notifications.mark_all_as_read")
    assert do(bob, "user_notifications.get_unread_count") == 0


def test_services_pools_and_implementations(ada):
    external = ada.platform.external_services.create_external_service(name="elsewhere", url="https://example.org")
    do(ada, "external_services.update_security_configuration", external.id,
       request={"type": "BASIC", "username": "a", "password": "b"})
    refused(400, ada, "external_services.update_security_configuration", external.id, request={"type": "MAGIC"})
    pool = ada.platform.data_pools.create_data_pool(name="pool")
    application = ada.platform.applications.create_application(name="app")
    assert do(ada, "data_pool_grants.create_grant", pool.id, application_id=application.id, permission="VIEW").token
    made = ada.platform.implementations.create_implementation(name="inside")
    assert ada.request("PUT", f"/qc-catalog/implementations/{made.id}/visibility", json={"type": "INTERNAL"}).status_code == 204
    assert [each.id for each in do(ada, "implementations.get_internal_implementations")] == [made.id]


def test_demos(ada):
    with gitlab.running() as url:
        connected = ada.platform.git_integrations.create_git_lab_integration(
            name="ours", personal_access_token=gitlab.TOKEN, gitlab_url=url)
        id = ada.platform.use_cases.create_use_case(title="Routing").id
        made = do(ada, "use_cases.create_demo", id, use_case_id=id, git_integration_id=connected.id,
                  repository_type="GITLAB", repository_url="ada/repo0", environment={"a b": "x"})
        assert made.status == "UNAVAILABLE"
        assert do(ada, "use_cases.get_demo", id).environment == {"A_B": "x"}
        refused(422, ada, "use_cases.trigger_build", id)
        assert do(ada, "use_cases.get_build_logs", id) == do(ada, "use_cases.get_runtime_logs", id) == []
        do(ada, "use_cases.delete_demo", id)
        refused(404, ada, "use_cases.get_demo", id)


def test_nothing_was_left_out():
    assert ONLY_THERE - called == set()
