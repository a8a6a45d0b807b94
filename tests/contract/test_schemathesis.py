# environments: schemathesis
# sanitized: no, thousands of requests that the hub's own tests and fuzzers cover in kind
"""Requests generated from the contract, good and bad ones: no 5xx, no undocumented status, and answers that fit their
schema and media type. QHUB_LONG=1 generates many more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = 200 if os.environ.get("QHUB_LONG") else 4
PREFIX = {"quantum": "quantum", "platform": "qc-catalog", "user": "user-service"}
LEFT_OUT = {
    # What takes away the token that the next requests need.
    "user": ["--exclude-operation-id", "user_settings.delete_current_user", "--exclude-operation-id",
             "user_settings_personal_access_tokens.regenerate_default_personal_access_token"],
}


@pytest.mark.parametrize("api", PREFIX)
def test_answers_are_those_of_the_contract(hub, repository, tmp_path, api):
    run = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "run", repository / "api" / f"{api}.yaml",
         "--url", f"{hub.url}/{PREFIX[api]}", *LEFT_OUT.get(api, []), "--header", f"X-Auth-Token: {hub.token}",
         "--checks", CHECKS,
         "--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", "20260101",
         "--generation-database", "none", "--continue-on-failure", "--no-color"],
        cwd=tmp_path, capture_output=True, text=True, timeout=3000)
    assert run.returncode == 0, run.stdout[-20000:] + run.stderr
    assert hub.process.poll() is None
