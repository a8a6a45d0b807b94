# environments: reference
"""examples/variational_service.cpp, deployed: a C++ service that runs circuits on the hub in its caller's name."""

from __future__ import annotations

import pytest

from support.programs import program


def test_the_variational_service_finds_the_ground_state(hub, provider):
    with open(program("variational_service"), "rb") as file:
        service = provider.deploy("variational", {"run": file.read()}, runtime="EXECUTABLE")
    id_ = provider.start(service, J=1.0, h=0.5, shots=4000)
    assert provider.finish(id_, 120) == "SUCCEEDED", provider.text(id_)
    result = provider.result(id_)
    assert result["exact"] == pytest.approx(-(2 ** 0.5), abs=1e-5)
    # Each of the terms is known to 1/sqrt(4000): five standard errors of their sum, and the search ends a bit above.
    assert result["energy"] == pytest.approx(result["exact"], abs=0.15)
    assert "sweep 4" in provider.text(id_)
    jobs = hub.get(f"/quantum/jobs?serviceExecutionId={id_}&size=1").json()
    assert jobs["total_elements"] == result["jobs"]
