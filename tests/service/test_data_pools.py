# environments: reference
"""Data pools: files through the official client, grants, and pools that a service reads and writes."""

from __future__ import annotations

import hashlib
import io

import httpx
import pytest
from qhub.api.platform.core.api_error import ApiError
from qhub.service.client import HubPlatformClient as GrantingPlatformClient
from qhub.service.client import HubServiceClient

from support.service import python_source

READER = """
from qhub.commons.datapool import DataPool

def run(pool: DataPool, write: bool = False) -> dict:
    if write:
        with open(pool.path + "/made.txt", "w") as file:
            file.write("by the service")
    return {name: open(path).read() for name, path in pool.list_files().items()}
"""


@pytest.fixture(scope="module")
def pool(provider):
    pool = provider.platform.data_pools.create_data_pool(name="measurements", short_description="of us", tags=["Raw"])
    provider.platform.data_pools.add_data_pool_file(pool.id, file=("a.txt", b"first", "text/plain"))
    return pool


@pytest.fixture(scope="module")
def reader(provider):
    return provider.deploy("reader", python_source(READER))


def test_files_come_back_as_they_went(provider, pool):
    (file,) = [file for file in provider.platform.data_pools.get_data_pool_files(pool.id) if file.name == "a.txt"]
    assert (file.content_type, file.content_length, file.data_pool_id) == ("text/plain", 5, pool.id)
    assert b"".join(provider.platform.data_pools.get_data_pool_file(pool.id, file.id)) == b"first"
    assert provider.platform.data_pools.get_data_pool(pool.id).tags == ["raw"]
    with pytest.raises(ApiError) as twice:
        provider.platform.data_pools.add_data_pool_file(pool.id, file=("a.txt", b"again"))
    assert twice.value.status_code == 409
    for name in ("../evil", ".hidden", "a/b", ""):
        with pytest.raises(ApiError) as refused:
            provider.platform.data_pools.add_data_pool_file(pool.id, file=("x", b"x"), filename=name)
        assert refused.value.status_code == 400, name


class Stream(io.RawIOBase):
    """Many bytes that are never in memory at once."""

    def __init__(self, size: int):
        self.left, self.sum = size, hashlib.sha256()

    def readable(self):
        return True

    def readinto(self, buffer):
        count = min(len(buffer), self.left)
        piece = bytes(count)
        buffer[:count] = piece
        self.sum.update(piece)
        self.left -= count
        return count


def test_large_files_take_no_memory(hub, provider, pool):
    size = 400 << 20
    stream = Stream(size)
    answer = httpx.post(f"{hub.url}/qc-catalog/datapools/{pool.id}/files", headers={"X-Auth-Token": hub.token},
                        files={"file": ("large.bin", io.BufferedReader(stream, 1 << 20))}, timeout=120)
    assert answer.status_code == 200, answer.text
    assert answer.json()["contentLength"] == size
    received = hashlib.sha256()
    url = f"{hub.url}/qc-catalog/datapools/{pool.id}/files/{answer.json()['id']}"
    with httpx.stream("GET", url, headers={"X-Auth-Token": hub.token}) as download:
        for piece in download.iter_bytes(1 << 20):
            received.update(piece)
    assert received.digest() == stream.sum.digest()
    with open(f"/proc/{hub.process.pid}/status") as status:
        (peak,) = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
    assert peak < 300_000, f"{peak} kB"
    provider.platform.data_pools.delete_data_pool_file(pool.id, answer.json()["id"])


def test_a_service_reads_and_writes_a_pool_by_grant(hub, provider, reader):
    pool = provider.platform.data_pools.create_data_pool(name="shared")
    provider.platform.data_pools.add_data_pool_file(pool.id, file=("a.txt", b"content"))
    application_id, *key = provider.application("pool user", reader)

    def run(permission: str, **parameters):
        from qhub.service.datapool import DataPoolGrant
        client = HubServiceClient(provider.endpoint(reader), *key, token_endpoint=f"{hub.url}/token",
                                  platform_client=GrantingPlatformClient(hub.token, platform_endpoint=hub.platform_url))
        grant = DataPoolGrant(name="pool", datapool_id=pool.id, application_id=application_id, permission=permission)
        execution = client.run(parameters, grants=[grant])
        execution.wait_for_final_state(timeout=60, wait=0.05)
        return execution

    assert run("VIEW").result().data() == {"a.txt": "content"}
    assert run("VIEW", write=1).status == "FAILED"
    assert run("MODIFY", write=1).result().data() == {"a.txt": "content", "made.txt": "by the service"}
    files = {file.name: file for file in provider.platform.data_pools.get_data_pool_files(pool.id)}
    assert files["made.txt"].content_length == len("by the service")
    assert b"".join(provider.platform.data_pools.get_data_pool_file(pool.id, files["made.txt"].id)) == b"by the service"


def test_grants_cannot_be_made_up(hub, provider, pool, reader):
    application_id, *key = provider.application("forger", reader)
    grant = provider.platform.data_pool_grants.create_data_pool_grant(
        pool.id, application_id=application_id, permission="VIEW").token
    head, claims, signature = grant.split(".")
    token = httpx.post(f"{hub.url}/token", auth=tuple(key), data={"grant_type": "client_credentials"}).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}

    def start(grant_text: str, id_: str = pool.id) -> int:
        body = {"pool": {"ref": "DATAPOOL", "id": id_, "grant": grant_text}}
        return httpx.post(provider.endpoint(reader), json=body, headers=headers).status_code

    assert start(grant) == 201
    assert start(f"{head}.{claims}.{signature[:-2]}AA") == 403
    assert start(f"eyJhbGciOiJub25lIn0.{claims}.") == 403
    assert start("") == 403
    other = provider.platform.data_pools.create_data_pool(name="another")
    assert start(grant, other.id) == 403


def test_shares_give_a_role_for_a_while(hub, provider, pool):
    from qhub.api.platform import HubPlatformClient
    token = hub.add_user("Grace Hopper")
    guest = HubPlatformClient(api_key=token, base_url=hub.platform_url)
    me = httpx.post(f"{hub.platform_url}/authorize", headers={"X-Auth-Token": token}).json()["id"]
    with pytest.raises(ApiError) as missing:
        guest.data_pools.get_data_pool(pool.id)
    assert missing.value.status_code == 404
    share = provider.platform.data_pool_shares.share_data_pool(
        pool.id, shared_with={"tenantType": "USER", "value": me}, role="VIEWER")
    assert share.active
    assert guest.data_pools.get_data_pool(pool.id).current_user_permission == "VIEWER"
    assert pool.id in [other.id for other in guest.data_pools.get_data_pools()]
    with pytest.raises(ApiError) as denied:
        guest.data_pools.add_data_pool_file(pool.id, file=("b.txt", b"x"))
    assert denied.value.status_code == 403
    provider.platform.data_pool_shares.add_data_pool_share_constraint(
        pool.id, share.id, valid_from="2020-01-01T00:00:00Z", valid_until="2020-02-01T00:00:00Z", type="TIME_BASED")
    with pytest.raises(ApiError):
        guest.data_pools.get_data_pool(pool.id)
    provider.platform.data_pool_shares.delete_data_pool_share(pool.id, share.id)
    (revoked,) = provider.platform.data_pool_shares.get_shares_for_data_pool(pool.id)
    assert revoked.revoked_at and not revoked.active
