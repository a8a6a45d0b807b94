# sanitized: no, it runs none of our programs
# environments: 3.3.0 1.15.0
"""Every official method and model has its place in the contract. Compared with the client that is installed."""

from __future__ import annotations

import pytest

from support.contract import APIS as CONTRACT_APIS
from support.contract import Contract
from support.official import APIS, RELEASE, Official

each_api = pytest.mark.parametrize("api", APIS)


def test_every_official_api_has_a_contract():
    assert set(APIS) <= set(CONTRACT_APIS)


@each_api
def test_every_official_method_is_an_operation(api):
    operations = Contract.of(api).operations
    ours = {o.id for o in operations if not o.deprecated} if RELEASE == "3.3.0" else {o.legacy_id for o in operations}
    official = set(Official(api, "http://localhost", "token").method_names())
    assert official - ours == set()
    if RELEASE == "3.3.0":
        assert ours - official == set()


@pytest.mark.skipif(RELEASE != "3.3.0", reason="the contract takes its names of models from 3.3.0")
@each_api
def test_every_official_model_is_a_schema_or_an_alias(api):
    schemas = Contract.of(api).schemas
    ours = set(schemas) | {a for s in schemas.values() for a in s.get("x-aliases", [])}
    assert Official(api, "http://localhost", "token").model_names() - ours == set()
