# environments: 3.3.0 1.15.0
"""The catalogue by the official client: algorithms, use cases and implementations from their making to their end."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace

import pytest
from qhub.api.platform.errors import ForbiddenError, NotFoundError
from qhub.api.platform.core.api_error import ApiError

from support.people import organization, paging, person

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


@pytest.fixture(scope="module")
def people(hub):
    owner, maintainer, viewer, stranger = (person(hub, name) for name in ("Olga Owner", "Max Maintainer", "Vera Viewer",
                                                                         "Sam Stranger"))
    id = organization(owner, "Catalogue Lab", {"MAINTAINER": [maintainer], "VIEWER": [viewer]})
    return SimpleNamespace(owner=owner.acting_for(id), maintainer=maintainer.acting_for(id),
                           viewer=viewer.acting_for(id), stranger=stranger, organization=id)


def status_of(call, *arguments, **options) -> int:
    with pytest.raises(ApiError) as caught:
        call(*arguments, **options)
    return caught.value.status_code


def show(owner, path: str, visibility: str) -> None:
    """Not by the client, since 1.15.0 has no such method."""
    assert owner.request("PUT", f"/qc-catalog/{path}/visibility", json={"type": visibility}).status_code == 204


def test_an_algorithm_from_its_making_to_its_end(people):
    mine = people.maintainer.platform.algorithms
    made = mine.create_algorithm(name="Grover", computation_model="QUANTUM", intent="Search", nisq_ready=False)
    read = mine.get_algorithm(made.id)
    assert (read.name, read.computation_model, read.intent, read.nisq_ready) == ("Grover", "QUANTUM", "Search", False)
    assert read.current_user_permission == "MAINTAINER" and read.visibility == "PRIVATE"
    assert [owner.id for owner in read.owners] == [people.organization]

    changed = mine.update_algorithm(made.id, name="Grover's search", computation_model="HYBRID")
    assert changed.name == "Grover's search"
    assert mine.get_algorithm(made.id).intent is None, "what a PUT leaves out is gone"

    assert people.viewer.platform.algorithms.get_algorithm(made.id).current_user_permission == "VIEWER"
    for call in (lambda: people.viewer.platform.algorithms.update_algorithm(made.id, name="x", computation_model="HYBRID"),
                 lambda: mine.delete_algorithm(made.id)):
        with pytest.raises(ForbiddenError):
            call()
    for call in (lambda: people.stranger.platform.algorithms.get_algorithm(made.id),
                 lambda: people.stranger.platform.algorithms.delete_algorithm(made.id),
                 lambda: mine.get_algorithm("no-such-id")):
        with pytest.raises(NotFoundError):
            call()
    people.owner.platform.algorithms.delete_algorithm(made.id)
    with pytest.raises(NotFoundError):
        mine.get_algorithm(made.id)


def test_what_is_public_is_on_the_marketplace_and_to_be_read_by_all(people):
    owner, stranger = people.owner.platform, people.stranger.platform
    made = owner.algorithms.create_algorithm(name="Published", computation_model="QUANTUM")
    assert made.id not in [each.id for each in stranger.marketplace.get_marketplace_algorithms().content]
    show(people.owner, f"algorithms/{made.id}", "PUBLIC")
    assert made.id in [each.id for each in stranger.marketplace.get_marketplace_algorithms().content]
    details = people.stranger.request("GET", f"/qc-catalog/marketplace/algorithms/{made.id}").json()
    assert [author["name"] for author in details["authors"]] == ["Catalogue Lab"]
    assert stranger.algorithms.get_algorithm(made.id).current_user_permission == "VIEWER"
    assert status_of(stranger.algorithms.update_algorithm, made.id, name="x", computation_model="QUANTUM") == 403
    show(people.owner, f"algorithms/{made.id}", "PRIVATE")
    assert status_of(stranger.algorithms.get_algorithm, made.id) == 404


def test_sketches_and_relations(people):
    algorithms = people.owner.platform.algorithms
    one = algorithms.create_algorithm(name="One", computation_model="QUANTUM")
    two = algorithms.create_algorithm(name="Two", computation_model="QUANTUM")
    sketch = algorithms.create_algorithm_sketch(one.id, description="circuit")
    algorithms.upload_algorithm_sketch_image(one.id, sketch.id, file=("a.png", PNG, "image/png"))
    assert b"".join(algorithms.get_algorithm_sketch_image(one.id, sketch.id)) == PNG
    assert [each.description for each in algorithms.get_algorithm(one.id).sketches] == ["circuit"]
    assert status_of(algorithms.upload_algorithm_sketch_image, one.id, sketch.id, file=("a.png", b"text", "image/png")) == 400
    algorithms.delete_algorithm_sketch(one.id, sketch.id)
    assert status_of(algorithms.get_algorithm_sketch, one.id, sketch.id) == 404

    kind = algorithms.get_algorithm_relation_types().content[0].id
    relation = algorithms.create_algorithm_relation(one.id, source_algorithm_id=one.id, target_algorithm_id=two.id,
                                                    relation_type_id=kind)
    assert relation.target_algorithm_name == "Two"
    assert [each.id for each in algorithms.get_algorithm_relations(two.id)] == [relation.id]
    refused = people.owner.request("DELETE", f"/qc-catalog/algorithms/{two.id}")
    assert refused.status_code == 409, "another algorithm links to it"
    algorithms.delete_algorithm(two.id, force=True)
    assert algorithms.get_algorithm_relations(one.id) == []


def test_permissions_make_a_stranger_a_guest(people):
    algorithms, stranger = people.owner.platform.algorithms, people.stranger
    made = algorithms.create_algorithm(name="Shared", computation_model="CLASSIC")
    algorithms.add_algorithm_access_permission(made.id, sid=stranger.id, access_permission_role="MAINTAINER")
    assert stranger.platform.algorithms.get_algorithm(made.id).current_user_permission == "MAINTAINER"
    assert made.id in [each.id for each in stranger.platform.algorithms.get_algorithms(**paging()).content]
    roles = {each.sid: each.access_permission_role for each in algorithms.get_algorithm_access_permissions(made.id)}
    assert roles == {people.organization: "OWNER", stranger.id: "MAINTAINER"}
    algorithms.remove_algorithm_access_permission(made.id, stranger.id)
    assert status_of(stranger.platform.algorithms.get_algorithm, made.id) == 404


def test_lists_are_paged_sorted_and_searched(people):
    algorithms = people.stranger.platform.algorithms
    for name in ("Charlie", "alpha", "Bravo"):
        algorithms.create_algorithm(name=name, computation_model="QUANTUM", problem=f"about {name}")
    page = algorithms.get_algorithms(**paging(page=0, size=2, sort="name,asc"))
    assert [each.name for each in page.content] == ["alpha", "Bravo"]
    assert (page.total_elements, page.total_pages, page.first, page.last) == (3, 2, True, False)
    assert [each.name for each in algorithms.get_algorithms(**paging(page=1, size=2, sort="name,asc")).content] == ["Charlie"]
    found = people.stranger.request("GET", "/qc-catalog/algorithms", params={"q": "BOUT BRA"}).json()
    assert [each["name"] for each in found["content"]] == ["Bravo"]
    assert status_of(algorithms.get_algorithms, **paging(sort="colour")) == 400


def test_a_version_that_changed_meanwhile_is_not_overwritten(people):
    made = people.owner.request("POST", "/qc-catalog/algorithms", json={"name": "v", "computationModel": "QUANTUM"})
    path, body = f"/qc-catalog/algorithms/{made.json()['id']}", {"name": "w", "computationModel": "QUANTUM"}
    assert made.json()["version"] == 1
    assert people.owner.request("PUT", path, json=body, headers={"If-Match": '"1"'}).json()["version"] == 2
    assert people.owner.request("PUT", path, json=body, headers={"If-Match": '"1"'}).status_code == 409


def test_a_use_case_with_authors_logo_and_links(people):
    client = people.owner.platform
    made = client.use_cases.create_use_case(title="Routing")
    client.use_cases.update_use_case(made.id, title="Routing of vans", short_description="Vans", description="All of it")
    author = client.use_cases.create_use_case_author(made.id, name="Ada", main_author=True)
    client.use_cases.create_use_case_author(made.id, name="Bob", main_author=True)
    assert [(each.name, each.main_author) for each in client.use_cases.get_use_case_authors(made.id)] == [
        ("Ada", False), ("Bob", True)]
    client.use_cases.upload_use_case_author_image(made.id, author.id, file=("a.png", PNG, "image/png"))
    client.use_cases.upload_use_case_logo(made.id, file=("l.png", PNG, "image/png"))
    assert b"".join(client.use_cases.get_use_case_logo(made.id)) == PNG
    algorithm = client.algorithms.create_algorithm(name="QAOA", computation_model="HYBRID")
    client.use_cases.link_algorithm_to_use_case(made.id, algorithm.id)
    assert [each.name for each in client.use_cases.get_linked_algorithms_by_use_case(made.id)] == ["QAOA"]
    assert people.owner.request("DELETE", f"/qc-catalog/algorithms/{algorithm.id}").status_code == 409
    client.use_cases.unlink_algorithm_from_use_case(made.id, algorithm.id)
    client.algorithms.delete_algorithm(algorithm.id)
    show(people.owner, f"use-cases/{made.id}", "PUBLIC")
    seen = people.stranger.platform.marketplace.get_marketplace_use_case(made.id)
    assert seen.title == "Routing of vans" and [each.name for each in seen.authors] == ["Ada", "Bob"]
    client.use_cases.delete_use_case(made.id)
    assert status_of(client.use_cases.get_use_case, made.id) == 404


@pytest.fixture
def repository_of(people, tmp_path):
    """Makes an implementation and pushes a first commit into its repository, as a user would with git."""

    def make(person, name):
        answer = person.request("POST", "/qc-catalog/implementations", json={"name": name, "displayName": f"The {name}"})
        made = SimpleNamespace(id=answer.json()["id"], repository_url=answer.json()["repositoryUrl"])
        work = tmp_path / name
        work.mkdir()
        (work / "src").mkdir()
        (work / "main.py").write_text("print('hello')\n")
        (work / "src/core.cpp").write_text("int main() {}\n")
        (work / "LICENSE").write_text("Permission is hereby granted, free of charge, to any person\n")
        git(work, "init", "-q", "-b", "main")
        git(work, "add", ".")
        git(work, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "first")
        git(work, "remote", "add", "origin", address(made, person.token))
        return made, work

    return make


def git(directory, *arguments, check=True) -> subprocess.CompletedProcess:
    return subprocess.run(["git", "-C", directory, *arguments], check=check, capture_output=True, text=True,
                          env={"PATH": "/usr/bin:/bin", "HOME": str(directory), "GIT_TERMINAL_PROMPT": "0"})


def address(implementation, token=None) -> str:
    url = implementation.repository_url
    return url.replace("http://", f"http://qhub:{token}@") if token else url


def test_an_implementation_is_a_git_repository(people, repository_of, tmp_path):
    made, work = repository_of(people.maintainer, "vqe")
    client = people.owner.platform.implementations
    assert client.get_implementation_tree(made.id).children == []
    git(work, "push", "-q", "origin", "main")
    tree = client.get_implementation_tree(made.id)
    assert [(each.name, each.type) for each in tree.children] == [("LICENSE", "blob"), ("main.py", "blob"), ("src", "tree")]
    file = people.owner.request("GET", f"/qc-catalog/implementations/{made.id}/files/src/core.cpp")
    assert file.content == b"int main() {}\n"
    head = git(work, "rev-parse", "HEAD").stdout.strip()
    info = people.owner.request("HEAD", f"/qc-catalog/implementations/{made.id}/files/main.py")
    assert info.status_code == 204
    assert (info.headers["x-file-size"], info.headers["x-commit-id"], info.headers["x-ref"]) == ("15", head, "main")
    metadata = client.get_implementation_metadata(made.id)
    assert metadata.statistics.commit_count == 1 and metadata.license.key == "MIT"
    assert client.get_implementation_languages(made.id) == {"C++": 48.3, "Python": 51.7}
    assert people.viewer.request("HEAD", f"/qc-catalog/implementations/{made.id}").headers["x-access-permission"] == "VIEWER"

    git(tmp_path, "clone", "-q", address(made, people.viewer.token), tmp_path / "viewer")
    assert git(tmp_path / "viewer", "push", "-q", "origin", "HEAD:other", check=False).returncode != 0
    copy = tmp_path / "copy"
    for token in (None, people.stranger.token):
        assert git(tmp_path, "clone", "-q", address(made, token), copy, check=False).returncode != 0
    show(people.owner, f"implementations/{made.id}", "PUBLIC")
    git(tmp_path, "clone", "-q", address(made), copy)
    assert (copy / "main.py").read_text() == "print('hello')\n"
    git(copy, "remote", "set-url", "origin", address(made, people.stranger.token))
    assert git(copy, "push", "-q", "origin", "HEAD:other", check=False).returncode != 0, "a reader pushes nothing"
    shown = people.stranger.platform.marketplace
    assert shown.get_marketplace_implementation(made.id).name == "vqe"
    file = people.stranger.request("GET", f"/qc-catalog/marketplace/implementations/{made.id}/files/main.py")
    assert file.content == b"print('hello')\n"
    client.delete_implementation(made.id)
    assert git(tmp_path, "ls-remote", address(made), check=False).returncode != 0
