"""Users of one hub as official clients: an organization with an owner and members, and somebody outside of it."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from qhub.api.platform import HubPlatformClient

from support.hub import Hub


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
    def platform(self) -> HubPlatformClient:
        return HubPlatformClient(api_key=self.token, base_url=self.hub.platform_url, headers=self.headers)

    def acting_for(self, organization: str | None) -> Person:
        return Person(self.hub, self.name, self.token, organization)

    def request(self, method: str, path: str, **options) -> httpx.Response:
        """A request to any API of the hub; `path` begins with that API's prefix."""
        headers = {"X-Auth-Token": self.token, **self.headers, **options.pop("headers", {})}
        return httpx.request(method, self.hub.url + path, headers=headers, timeout=60, **options)

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
