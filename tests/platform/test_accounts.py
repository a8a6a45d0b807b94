"""Accounts over HTTP: profiles, tokens, organizations, invitations, credentials of vendors, budgets and costs."""

from __future__ import annotations

import json
import subprocess
import time
from datetime import date, timedelta

import httpx
import pytest

from support.hub import Hub
from support.people import Person, organization, person
from support.programs import program

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
BELL = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q -> c;'


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    prices = tmp_path_factory.mktemp("prices") / "prices.json"
    prices.write_text(json.dumps({"kipu.sim.qsim": {"perShot": "0.001", "perJob": "0.25"}}))
    with Hub(tmp_path_factory.mktemp("hub"), "--prices", str(prices)) as running:
        yield running


@pytest.fixture(scope="module")
def ada(hub):
    return person(hub, "Ada Lovelace")


@pytest.fixture(scope="module")
def bob(hub):
    return person(hub, "Bob Builder")


def test_a_profile_and_its_image(ada, bob):
    me = ada.request("GET", "/user-service/me").json()
    assert (me["firstname"], me["lastname"], me["email"]) == ("Ada", "Lovelace", "ada.lovelace@example.org")
    changed = ada.request("PUT", "/user-service/me", json={"about": "Notes"})
    assert changed.json()["about"] == "Notes"
    assert ada.request("GET", f"/user-service/users/{ada.id}/profile-image").status_code == 204
    files = {"file": ("me.png", PNG, "image/png")}
    assert ada.request("POST", "/user-service/me/profile-image", files=files).status_code == 204
    assert bob.request("GET", f"/user-service/users/{ada.id}/profile-image").json().startswith("data:image/png;base64,")
    assert ada.request("DELETE", "/user-service/me/profile-image").status_code == 204
    found = bob.request("GET", "/user-service/search", params={"q": "LOVEL"}).json()
    assert [each["id"] for each in found] == [ada.id]
    assert bob.request("GET", "/user-service/search", params={"q": " "}).status_code == 400
    batch = bob.request("POST", "/user-service/users/batch", json={"ids": [ada.id, "nobody"]}).json()
    assert [each["firstname"] for each in batch["users"]] == ["Ada"]
    assert bob.request("HEAD", f"/user-service/users/{ada.id}").status_code == 204
    assert bob.request("HEAD", "/user-service/users/nobody").status_code == 404


def test_personal_tokens_are_shown_once_expire_and_are_withdrawn(hub, ada, bob):
    path = "/user-service/me/access-tokens"
    made = ada.request("POST", path, json={"name": "ci", "expiresAt": str(date.today() + timedelta(days=2))}).json()
    with_it = Person(hub, "Ada", made["value"])
    assert with_it.id == ada.id
    listed = ada.request("GET", path)
    assert [each["name"] for each in listed.json()["accessTokens"]] == ["ci"] and made["value"] not in listed.text
    who = with_it.request("POST", "/qc-catalog/authorize").json()
    assert who["type"] == "token.personal" and who["accessToken"]["name"] == "ci" and who["id"] == ada.id
    assert ada.request("POST", path, json={"name": "old", "expiresAt": "2020-01-01"}).status_code == 400
    assert ada.request("POST", path, json={"name": "odd", "expiresAt": "tomorrow"}).status_code == 400
    assert bob.request("DELETE", f"{path}/{made['id']}").status_code == 403
    assert ada.request("DELETE", f"{path}/{made['id']}").status_code == 204
    assert with_it.request("GET", "/user-service/me").status_code == 401, "at once"


def test_an_organization_its_members_and_its_end(hub, ada, bob):
    id = organization(ada, "Analytical Engines", {})
    path = f"/qc-catalog/organizations/{id}"
    taken = bob.request("POST", "/qc-catalog/organizations",
                        json={"displayName": "analytical engines", "billingEmail": "b@example.org"})
    assert taken.status_code == 409
    assert bob.request("GET", path).status_code == 404
    assert bob.request("GET", f"{path}/profile").json()["displayName"] == "Analytical Engines"

    invited = ada.request("POST", f"{path}/members", json={"sid": "bob.builder@example.org", "accessPermissionRole": "VIEWER"})
    assert invited.status_code == 200 and invited.json()["sid"] == bob.id
    pending = {each["id"]: each["invitationPending"] for each in ada.request("GET", f"{path}/members").json()}
    assert pending == {ada.id: False, bob.id: True}
    assert bob.acting_for(id).request("GET", path).status_code == 403
    notification = bob.request("GET", "/qc-catalog/my/notifications").json()["content"][0]
    assert notification["category"] == "INVITATION" and not notification["read"]
    assert bob.request("GET", "/qc-catalog/my/notifications/unread-count").json() == 1
    assert bob.request("PUT", f"/qc-catalog/my/notifications/{notification['id']}/read").status_code == 204
    assert bob.request("PUT", "/qc-catalog/my/notifications/none/read").status_code == 404
    assert bob.request("GET", "/qc-catalog/my/notifications/unread-count").json() == 0
    (invitation,) = bob.request("GET", "/qc-catalog/my/invitations").json()
    assert (invitation["inviterName"], invitation["entityName"]) == ("Ada Lovelace", "Analytical Engines")
    assert ada.request("POST", f"/qc-catalog/my/invitations/{invitation['id']}/accept").status_code == 404
    assert bob.request("POST", f"/qc-catalog/my/invitations/{invitation['id']}/accept").status_code == 204
    accounts = bob.request("GET", "/qc-catalog/my/accounts").json()
    assert [(each["tenantType"], each["role"]) for each in accounts] == [("USER", "OWNER"), ("ORGANIZATION", "VIEWER")]
    assert bob.acting_for(id).request("GET", path).json()["currentUserPermission"] == "VIEWER"

    assert bob.request("PUT", path, json={"displayName": "Mine"}).status_code == 403
    member = f"{path}/members/{ada.id}"
    assert ada.request("PUT", member, json={"accessPermissionRole": "VIEWER"}).status_code == 409, "the last owner"
    assert ada.request("DELETE", member).status_code == 409
    assert ada.request("DELETE", "/user-service/me").status_code == 409
    assert bob.request("DELETE", f"{path}/members/{bob.id}").status_code == 204, "leaving"
    assert bob.acting_for(id).request("GET", path).status_code == 403, "at once"
    assert ada.request("DELETE", path).status_code == 204
    assert ada.request("GET", path).status_code == 404


def test_credentials_of_vendors_are_encrypted(hub, ada, bob):
    secret, path = "very-secret-vendor-key", "/qc-catalog/my/provider-tokens"
    assert ada.request("GET", f"{path}/IBM").status_code == 404
    assert ada.request("PUT", f"{path}/IBM", json={"type": "IBM", "value": secret}).status_code == 204
    assert ada.request("GET", f"{path}/IBM").json() == {"type": "IBM", "value": secret}
    assert bob.request("GET", f"{path}/IBM").status_code == 404
    assert ada.request("GET", path).json() == {"DWAVE": False, "IBM": True, "IBM_CLOUD": False}
    assert ada.request("PUT", f"{path}/IBM_CLOUD", json={"type": "IBM_CLOUD", "apiKey": "x"}).status_code == 400
    assert ada.request("PUT", f"{path}/OTHER", json={"value": "x"}).status_code == 400
    assert all(secret.encode() not in file.read_bytes() for file in hub.data.rglob("*") if file.is_file())
    assert ada.request("DELETE", f"{path}/IBM").status_code == 204
    assert ada.request("DELETE", f"{path}/IBM").status_code == 404


def test_costs_follow_from_jobs_and_prices(ada):
    assert ada.request("GET", "/qc-catalog/my/balance").json()["amountDue"]["amount"] == "0.00"
    job = ada.request("POST", "/quantum/jobs", json={"backend_id": "kipu.sim.qsim", "shots": 100, "input": BELL}).json()
    while ada.request("GET", f"/quantum/jobs/{job['id']}/status").json()["status"] in ("PENDING", "RUNNING"):
        time.sleep(0.05)
    costs = ada.request("GET", f"/qc-catalog/quantum-jobs/{job['id']}/costs").json()
    assert {each["totalAmount"]["amount"] for each in costs} == {"0.25", "0.10"}
    assert ada.request("GET", f"/qc-catalog/quantum-workloads/{job['id']}/costs").json()["totalCost"]["amount"] == "0.35"
    assert ada.request("GET", "/qc-catalog/my/balance").json()["amountDue"]["amount"] == "0.35"
    today = str(date.today())
    report = ada.request("GET", "/qc-catalog/my/cost-reports",
                         params={"from": today, "to": str(date.today() + timedelta(days=1)), "groupBy": "RESOURCE_TYPE"}).json()
    assert [(each["key"], each["totalCost"]["amount"], each["totalQuantity"]) for each in report["lines"]] == [
        ("kipu.sim.qsim", "0.35", 100)]
    history = ada.request("GET", "/qc-catalog/my/billing-history").json()
    assert [(each["type"], each["netAmount"]["amount"]) for each in history["content"]] == [("USAGE", "0.35")]
    budget = {"amount": {"amount": "0.30", "currency": "EUR"}, "windowMode": "FIXED", "period": "MONTHLY",
              "anchor": "2024-01-31", "enforcement": "HARD"}
    assert ada.request("GET", "/qc-catalog/budget").status_code == 204
    assert ada.request("PUT", "/qc-catalog/budget", json=budget).json()["warnThresholdPercent"] == 80
    assert ada.request("GET", "/qc-catalog/budget/usage").json()["used"]["amount"] == "0.35"
    question = {"provider": "KIPU", "backendId": "kipu.sim.qsim", "workloadType": "JOB"}
    decision = ada.request("POST", "/qc-catalog/job-eligibility", json=question).json()
    assert (decision["decision"], decision["reason"]) == ("DENY", "BUDGET_REACHED")
    assert ada.request("DELETE", "/qc-catalog/budget").status_code == 204
    assert ada.request("POST", "/qc-catalog/job-eligibility", json=question).json()["decision"] == "ALLOW"
    for change in ({"windowMode": "ROLLING"}, {"anchor": "soon"}, {"amount": {"amount": "0"}}, {"period": "CUSTOM"},
                   {"enforcement": "MAYBE"}):
        assert ada.request("PUT", "/qc-catalog/budget", json=budget | change).status_code == 400, change


def test_what_a_tenant_wants_to_spend_at_most_is_kept(hub):
    carl = person(hub, "Carl Careful")
    body = {"backend_id": "kipu.sim.qsim", "shots": 100, "input": BELL}  # 0.35

    def submit(key: str) -> httpx.Response:
        answer = carl.request("POST", "/quantum/jobs", json=body, headers={"Idempotency-Key": key})
        if answer.status_code == 200:
            path = f"/quantum/jobs/{answer.json()['id']}/status"
            while carl.request("GET", path).json()["status"] in ("PENDING", "RUNNING"):
                time.sleep(0.05)
        return answer

    def told() -> list[str]:
        return [each["title"] for each in carl.request("GET", "/qc-catalog/my/notifications").json()["content"]
                if each["category"] == "BUDGET"]

    budget = {"amount": {"amount": "0.40", "currency": "EUR"}, "windowMode": "ROLLING", "rollingDays": 30,
              "anchor": "2024-01-31", "enforcement": "HARD"}
    assert carl.request("PUT", "/qc-catalog/budget", json=budget).status_code == 200
    first = submit("one")
    assert first.status_code == 200 and told() == ["88 % of your budget are used"]
    refused = submit("two")
    assert refused.status_code == 403 and "BUDGET_REACHED" in refused.text
    assert submit("one").json()["id"] == first.json()["id"], "what was accepted before stays accepted"
    jobs = carl.request("GET", "/quantum/jobs").json()
    assert jobs["total_elements"] == 1, "nothing is left of what was refused"
    carl.request("PUT", "/qc-catalog/budget", json=budget | {"enforcement": "SOFT"})
    assert submit("three").status_code == 200 and told()[0] == "Your budget is used up"
    assert submit("four").status_code == 200 and len(told()) == 2, "told once"
    carl.request("DELETE", "/qc-catalog/budget")
    allowance = {"allowance": {"amount": "1.20", "currency": "EUR"}}
    assert carl.request("PUT", "/qc-catalog/my/payg-allowance", json=allowance).status_code == 200
    refused = submit("five")
    assert refused.status_code == 403 and "SPENDING_LIMIT_REACHED" in refused.text
    free = carl.request("POST", "/quantum/jobs", json=body | {"backend_id": "aws.sim.sv1"})
    assert free.status_code == 200, "what costs nothing is never refused"


def test_what_would_need_a_payment_provider_says_so(ada):
    checkout = ada.request("POST", "/qc-catalog/my/billing-account/credits-checkout", json={"amount": 10})
    assert checkout.status_code == 422 and "payment provider" in checkout.text
    assert ada.request("POST", "/qc-catalog/my/billing-account/credits-checkout", json={"amount": 1}).status_code == 400
    assert ada.request("GET", "/qc-catalog/my/revenue-account").status_code == 404
    assert ada.request("GET", "/qc-catalog/my/platform-subscription").status_code == 204


def test_entitlements_and_products(hub, ada):
    entitlements = ada.request("GET", "/qc-catalog/entitlements").json()
    assert set(entitlements["accessibleBackendKinds"]) == {"FREE_SIMULATOR", "PAID_SIMULATOR"}
    assert "kipu.sim.qsim" in [each["backendId"] for each in entitlements["accessibleBackends"]]
    products = {each["id"]: each["prices"] for each in ada.request("GET", "/qc-catalog/products").json()}
    assert [each["price"]["amount"] for each in products["kipu.sim.qsim"]] == ["0.001", "0.25"]
    unknown = {"provider": "KIPU", "backendId": "none", "workloadType": "JOB"}
    assert ada.request("POST", "/qc-catalog/job-eligibility", json=unknown).json()["reason"] == "BACKEND_UNKNOWN"


def test_an_operator_announces_something_to_everybody(hub, ada):
    def announcement(*arguments: str) -> str:
        command = [program("qhubd"), "announcement", *arguments, "--data-dir", hub.data]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    assert ada.request("GET", "/qc-catalog/announcements").json() == []
    id = announcement("add", "--title", "Maintenance", "--message", "*Tonight.*", "--category", "MAINTENANCE")
    announcement("add", "--title", "Past", "--message", "x", "--from", "2020-01-01", "--until", "2020-01-02")
    (shown,) = ada.request("GET", "/qc-catalog/announcements").json()
    assert (shown["id"], shown["category"], shown["message"]) == (id, "MAINTENANCE", "*Tonight.*")
    assert "Past" in announcement("list")
    announcement("remove", id)
    assert ada.request("GET", "/qc-catalog/announcements").json() == []


def test_a_disabled_user_is_out_within_a_second(hub):
    eve = person(hub, "Eve")
    assert eve.request("GET", "/user-service/me").status_code == 200
    subprocess.run([program("qhubd"), "user", "disable", "--data-dir", hub.data, "eve@example.org"], check=True)
    deadline = time.monotonic() + 5
    while eve.request("GET", "/user-service/me").status_code != 401:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_deleting_an_account_leaves_nothing_of_it(hub):
    carl = person(hub, "Carl")
    made = carl.request("POST", "/qc-catalog/algorithms", json={"name": "mine", "computationModel": "CLASSIC"}).json()
    carl.request("PUT", f"/qc-catalog/algorithms/{made['id']}/visibility", json={"type": "PUBLIC"})
    assert carl.request("DELETE", "/user-service/me").status_code == 204
    assert carl.request("GET", "/user-service/me").status_code == 401
    again = person(hub, "Carl")
    assert again.request("GET", f"/qc-catalog/algorithms/{made['id']}").status_code == 404
