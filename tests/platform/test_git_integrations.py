"""Git integrations against a server that answers as GitLab does, and addresses that a hub does not connect to."""

from __future__ import annotations

import pytest

from support import gitlab as server
from support.gitlab import TOKEN, GitLab
from support.hub import Hub
from support.people import person


@pytest.fixture(scope="module")
def gitlab():
    with server.running() as url:
        yield url


@pytest.fixture(scope="module")
def ada(tmp_path_factory):
    with Hub(tmp_path_factory.mktemp("hub"), "--allow-network", "127.0.0.1/32") as hub:
        yield person(hub, "Ada Lovelace")


def connect(someone, url, token=TOKEN):
    return someone.request("POST", "/qc-catalog/git-integrations/gitlab",
                           json={"name": "mine", "personalAccessToken": token, "gitlabUrl": url})


def test_a_hub_connects_to_no_private_address_for_its_users(hub, gitlab):
    someone = person(hub, "Bob")
    GitLab.asked.clear()
    for url in (gitlab, gitlab.replace("127.0.0.1", "localhost"), "http://169.254.169.254/latest", "file:///etc/passwd"):
        refused = connect(someone, url)
        assert refused.status_code == 400 and "gitlabUrl" in refused.text, (url, refused.text)
    assert GitLab.asked == []


def test_a_gitlab_integration_from_its_making_to_its_end(ada, gitlab):
    refused = connect(ada, gitlab, "glpat-bad")
    assert refused.status_code == 400 and "personalAccessToken" in refused.text
    made = connect(ada, gitlab)
    assert made.status_code == 200, made.text
    assert made.json()["gitlabUsername"] == "ada" and TOKEN not in made.text
    path = f"/qc-catalog/git-integrations/{made.json()['id']}"
    (listed,) = ada.request("GET", "/qc-catalog/git-integrations").json()
    assert listed["name"] == "mine" and listed["type"] == "GITLAB"
    page = ada.request("GET", f"{path}/repositories", params={"size": 2}).json()
    assert [each["url"] for each in page["content"]] == ["ada/repo0", "ada/repo1"] and page["totalElements"] == 3
    renamed = ada.request("PUT", path.replace("integrations/", "integrations/gitlab/"),
                          json={"name": "renamed", "personalAccessToken": TOKEN})
    assert renamed.status_code == 200 and renamed.json()["name"] == "renamed"
    assert ada.request("POST", f"{path}/repository-sync").status_code == 200
    database = (ada.hub.data / "qhubd.sqlite").read_bytes() + (ada.hub.data / "qhubd.sqlite-wal").read_bytes()
    assert TOKEN.encode() not in database, "encrypted at rest"

    use_case = ada.request("POST", "/qc-catalog/use-cases", json={"title": "Demo"}).json()["id"]
    demo = ada.request("POST", f"/qc-catalog/use-cases/{use_case}/demo", json={
        "useCaseId": use_case, "gitIntegrationId": made.json()["id"], "repositoryType": "GITLAB",
        "repositoryUrl": "ada/repo0", "environment": {"api key": "x", "blank": " "}})
    assert demo.status_code == 200, demo.text
    assert demo.json()["environment"] == {"API_KEY": "x"} and demo.json()["status"] == "UNAVAILABLE"
    assert ada.request("POST", f"/qc-catalog/use-cases/{use_case}/demo/build").status_code == 422

    assert ada.request("DELETE", path).status_code == 204
    assert ada.request("GET", path).status_code == 404


def test_github_needs_an_app(ada):
    refused = ada.request("POST", "/qc-catalog/git-integrations/github", json={"installationId": 1})
    assert refused.status_code == 422 and "GitHub" in refused.text
