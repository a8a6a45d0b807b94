"""Users of one hub as official clients: an organization with an owner and members, and somebody outside of it."""

from __future__ import annotations

import functools
import importlib
import inspect
from dataclasses import dataclass
from typing import Any

import httpx
from qhub.api.platform import HubPlatformClient

from support.hub import Hub


CONNECTION = httpx.Client(timeout=60)


class InOrganization:
    """An official client, or a namespace of one, whose calls are for an organization: 1.15.0 takes it with every call."""

    def __init__(self, part: Any, organization: str | None):
        self.part = part
        self.organization = organization

    def __getattr__(self, name: str) -> Any:
        member = getattr(self.part, name)
        if not inspect.ismethod(member):
            return InOrganization(member, self.organization)
        if self.organization and "organization_id" in inspect.signature(member).parameters:
            return functools.partial(member, organization_id=self.organization)
        return member


def paging(**wanted: Any) -> dict[str, Any]:
    """Arguments of a list operation: page, size and sort, which 1.15.0 wants in one object."""
    if pageable := getattr(importlib.import_module("qhub.api.platform"), "Pageable", None):
        return {"pageable": pageable(**{name: [value] if name == "sort" else value for name, value in wanted.items()})}
    return wanted


@dataclass
class Person:
    hub: Hub
    name: str
    token: str
    organization: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What tells the hub for which organization the person acts."""
        return {"X-OrganizationId": self.organization} if self.organization else {}

    @property
    def platform(self) -> InOrganization:
        return InOrganization(HubPlatformClient(api_key=self.token, base_url=self.hub.platform_url, headers=self.headers),
                              self.organization)

    @property
    def user(self) -> Any:
        """The official client of the user API."""
        return importlib.import_module("qhub.api.user").HubUserClient(api_key=self.token, base_url=self.hub.user_url)

    def acting_for(self, organization: str | None) -> Person:
        return Person(self.hub, self.name, self.token, organization)

    def request(self, method: str, path: str, **options) -> httpx.Response:
        """A request to any API of the hub; `path` begins with that API's prefix."""
        headers = {"X-Auth-Token": self.token, **self.headers, **options.pop("headers", {})}
        return CONNECTION.request(method, self.hub.url + path, headers=headers, **options)

    @property
    def id(self) -> str:
        return self.request("GET", "/user-service/me").json()["id"]


def person(hub: Hub, name: str) -> Person:
    return Person(hub, name, hub.add_user(name))


def organization(owner: Person, name: str, members: dict[str, list[Person]]) -> str:
    """An organization of `owner` with members by role, who have accepted their invitations; returns its id."""
    made = owner.request("POST", "/qc-catalog/organizations",
                         json={"displayName": name, "billingEmail": "billing@example.org"})
    assert made.status_code == 200, made.text
    id = made.json()["id"]
    for role, people in members.items():
        for member in people:
            invited = owner.request("POST", f"/qc-catalog/organizations/{id}/members",
                                    json={"sid": member.id, "accessPermissionRole": role})
            assert invited.status_code == 200, invited.text
            (invitation,) = [each for each in member.request("GET", "/qc-catalog/my/invitations").json()
                             if each["entityName"] == name]
            accepted = member.request("POST", f"/qc-catalog/my/invitations/{invitation['id']}/accept")
            assert accepted.status_code == 204, accepted.text
    return id
