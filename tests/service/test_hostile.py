# environments: reference
"""Services and archives that mean harm: contained, reported, and the hub goes on."""

from __future__ import annotations

import io
import zipfile

import pytest
from qhub.api.platform.core.api_error import ApiError

from support.service import python_source, wait

SCRIPTS = {
    "fork bomb": "#!/bin/bash\nbomb() { bomb | bomb & }\nbomb 2>/dev/null\nsleep 1\necho survived\nexit 7\n",
    "disk filler": "#!/bin/bash\nexec dd if=/dev/zero of=$OUTPUT_DIRECTORY/big bs=1M\n",
    "many files": "#!/bin/bash\nfor i in $(seq 30000); do : > $OUTPUT_DIRECTORY/$i; done; sleep 5\n",
    "stubborn": "#!/bin/bash\ntrap '' TERM\necho started\nwhile true; do sleep 1; done\n",
    "binary": "#!/bin/bash\nprintf 'a\\0b\\377\\376c\\n\\303\\244\\n'\nhead -c 100000 /dev/urandom\n",
    "chatty": "#!/bin/bash\necho first\nyes 0123456789012345678901234567890123456789 | head -c 1000000000\n",
    "endless line": "#!/bin/bash\nhead -c 50000000 /dev/zero | tr '\\0' x\n",
    "greedy": "#!/usr/bin/python3\nblocks = []\nwhile True:\n    blocks.append(bytearray(10_000_000))\n",
    "greedy family": ("#!/usr/bin/python3\nimport os, time\n"
                      "for _ in range(8):\n    if os.fork() == 0:\n        block = bytearray(60_000_000)\n"
                      "        time.sleep(60)\ntime.sleep(60)\n"),
    "link maker": "#!/bin/bash\nln -s /etc/passwd $OUTPUT_DIRECTORY/link\nmkfifo $OUTPUT_DIRECTORY/pipe\n"
                  "mkdir $OUTPUT_DIRECTORY/closed; echo x > $OUTPUT_DIRECTORY/closed/file; chmod 0 $OUTPUT_DIRECTORY/closed\n",
    "orphan maker": "#!/bin/bash\nsetsid sleep 1000 &\nsetsid sleep 1000 &\nexit 0\n",
}


@pytest.fixture(scope="module")
def services(provider):
    """All of them in one archive; the parameter of the environment says which one is run."""
    return {name: provider.deploy(name, {"run": script}, runtime="EXECUTABLE", memory=256)
            for name, script in SCRIPTS.items()}


@pytest.fixture
def run(provider, services, hub):
    def run(name: str, seconds: float = 60.0) -> tuple[str, str]:
        id_ = provider.start(services[name])
        status = provider.finish(id_, seconds)
        assert hub.get("/healthz").status_code == 200
        return status, id_
    return run


def test_a_fork_bomb_ends_with_its_execution(run, provider):
    status, id_ = run("fork bomb")
    assert status == "FAILED"
    assert "survived" in provider.text(id_)
    assert provider.result(id_)["detail"] == "It ended with exit code 7."


@pytest.mark.parametrize("name, limit", [("disk filler", "bytes"), ("many files", "files")])
def test_a_full_disk_is_the_services_own(run, provider, hub, name, limit):
    status, id_ = run(name, 120)
    assert status == "FAILED"
    reason = provider.result(id_)["detail"]
    assert "It wrote more than the limit" in reason or "Signal 25" in reason or "exit code 1" in reason, reason


def test_who_ignores_sigterm_is_killed(provider, services):
    id_ = provider.start(services["stubborn"])
    wait(lambda: "started" in provider.text(id_))
    provider.platform.service_executions.cancel_service_execution(id_)
    assert provider.finish(id_, 30) == "CANCELLED"


def test_binary_output_is_text_in_the_log(run, provider):
    status, id_ = run("binary")
    assert status == "SUCCEEDED"
    lines = [entry["message"] for entry in provider.log(id_)]
    assert lines[0] == "a\0b\ufffd\ufffdc"
    assert lines[1] == "ä"


def test_a_gigabyte_of_output_is_counted_and_dropped(run, provider, hub):
    status, id_ = run("chatty", 120)
    assert status == "SUCCEEDED"
    log = hub.data / "executions" / id_[:2] / id_ / "log"
    assert log.stat().st_size < 17 << 20
    lines = log.read_bytes().splitlines()
    assert b"first" in lines[0]
    assert b"more lines were printed" in lines[-1]


def test_an_endless_line_is_split(run, provider):
    status, id_ = run("endless line", 120)
    assert status == "SUCCEEDED"
    assert max(len(entry["message"]) for entry in provider.log(id_)) <= 16384


@pytest.mark.parametrize("name", ["greedy", "greedy family"])
def test_memory_is_limited(run, provider, name):
    status, id_ = run(name)
    assert status == "FAILED"
    assert "memory" in (provider.result(id_)["detail"] + provider.text(id_)).lower()


def test_nothing_but_files_is_kept(run, provider, hub):
    status, id_ = run("link maker")
    assert status == "SUCCEEDED"
    links = set(provider.result(id_)["_links"])
    assert "closed/file" in links and "link" not in links and "pipe" not in links
    assert provider.file(id_, "closed/file") == b"x\n"


def test_orphans_do_not_outlive_the_execution(run):
    assert run("orphan maker", 20)[0] == "SUCCEEDED"


SNOOP = """
import os, socket
def look(path):
    try:
        return os.listdir(path)
    except OSError as error:
        return error.__class__.__name__
def run(data: str, home: str) -> dict:
    import json
    processes = [p for p in os.listdir("/proc") if p.isdigit()]
    return {"data": look(json.loads(data)), "home": look(json.loads(home)), "processes": len(processes),
            "environment": sorted(os.environ), "uid": os.getuid(), "executions": look("/var/runtime/executions"),
            "writable": os.access("/opt/service/user_code", os.W_OK), "root": look("/root")}
"""


def test_a_service_sees_neither_the_hub_nor_the_machine(hub, provider):
    service = provider.deploy("snoop", python_source(SNOOP))
    id_ = provider.start(service, data=str(hub.data), home="/home")
    assert provider.finish(id_) == "SUCCEEDED", provider.text(id_)
    seen = provider.result(id_)
    if seen["processes"] > 10:
        pytest.skip("this machine gives no namespaces")
    # An interpreter may lie there; then the path to it exists, and nothing else.
    assert seen["root"] in ("FileNotFoundError", "PermissionError") or set(seen["root"]) <= {".pyenv", ".local"}
    # The data directory may exist as a path, if something below it is mounted, but holds nothing else.
    assert seen["data"] == "FileNotFoundError" or set(seen["data"]) <= {"services"}
    assert seen["home"] == "FileNotFoundError"
    assert seen["processes"] <= 3
    assert seen["executions"] in ([], "FileNotFoundError")
    assert not seen["writable"]
    assert not [name for name in seen["environment"] if name.startswith(("QHUBD_", "SSH_", "AWS_"))]


def zip_of(*entries: zipfile.ZipInfo | str, content: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for entry in entries:
            packed.writestr(entry, content)
    return buffer.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = 0o120777 << 16
    return entry


@pytest.mark.parametrize("packed, word", [
    (zip_of("../evil"), "../evil"),
    (zip_of("a/../../evil"), "evil"),
    (zip_of("/etc/evil"), "/etc/evil"),
    (zip_of(link("passwd"), content=b"/etc/passwd"), "passwd"),
    (zip_of("twice/", "twice"), "twice"),
    (zip_of("same", "same"), "same"),
    (zip_of("file", "file/below"), "file"),
    (zip_of("folder/file", "folder"), "folder"),
    (b"no archive at all", "zip"),
    (b"", "file"),
    (zip_of(), "zip archive"),
    (zip_of("run")[:-30], "zip"),
    (zip_of("bomb", content=bytes(1_200_000_000)), "bytes"),
], ids=["traversal", "nested traversal", "absolute", "link", "twice", "two files", "below a file", "a folder too", "text", "nothing", "empty", "cut", "bomb"])
def test_hostile_archives_are_refused(provider, hub, packed, word):
    name = f"archive {abs(hash(packed))}"
    service = provider.platform.managed_services.create_managed_service(name=name, source={"type": "file"})
    with pytest.raises(ApiError) as refusal:
        provider.platform.managed_services.upload_managed_service_source(service.id, file=("a.zip", packed))
    assert refusal.value.status_code in (400, 413)
    assert word in str(refusal.value.body)
    with pytest.raises(ApiError):  # nothing was built
        provider.platform.managed_services.get_managed_service_build_status(service.id)


def test_a_build_that_fails_says_why(provider):
    broken = provider.deploy("broken", python_source("def run(:\n"), succeeds=False)
    assert any("SyntaxError" in entry.message
               for entry in provider.platform.managed_services.get_managed_service_build_logs(broken))
    misplaced = provider.deploy("misplaced", {"folder/src/program.py": "def run(): pass\n"}, succeeds=False)
    status = provider.platform.managed_services.get_managed_service_build_status(misplaced)
    assert "src/program.py" in status.validation_result.summary
    docker = provider.deploy("docker", {"Dockerfile": "FROM scratch\n"}, runtime="DOCKER", succeeds=False)
    status = provider.platform.managed_services.get_managed_service_build_status(docker)
    assert "DOCKER" in status.validation_result.summary
