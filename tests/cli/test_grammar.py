"""qhubctl's grammar, and what is made of it: help, manual, completion."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from support.command_line import CommandLine
from support.contract import APIS, Contract
from support.programs import REPOSITORY, program


@pytest.fixture
def qhubctl(tmp_path):
    return CommandLine(tmp_path, {"KQH_PERSONAL_ACCESS_TOKEN": "token", "QHUB_URL": "http://127.0.0.1:9"})


@pytest.mark.parametrize(("words", "message"), [
    (["jbo", "list"], "there is no command 'jbo'; did you mean 'job'?"),
    (["frobnicate"], "there is no command 'frobnicate'; see qhubctl --help"),
    (["job"], "job takes submit, list, get, wait, watch, result, input, cancel; see qhubctl job --help"),
    (["job", "lst"], "job takes submit, list, get, wait, watch, result, input, cancel, not 'lst'; did you mean 'list'?"),
    (["job", "list", "--pgae", "3"], "job list takes no --pgae; did you mean --page?"),
    (["job", "list", "--frobnicate"], "job list takes no --frobnicate; see qhubctl job list --help"),
    (["job", "list", "-x"], "job list takes no -x; see qhubctl job list --help"),
    (["job", "list", "--page"], "--page needs a value: N; see qhubctl job list --help"),
    (["job", "list", "--page", "--size", "3"], "--page needs a value: N; see qhubctl job list --help"),
    (["job", "list", "--page", "-1"], "--page takes a whole number from 0 to 1000000000, not '-1'"),
    (["job", "list", "--page", "1", "--page", "2"], "--page is given twice; see qhubctl job list --help"),
    (["job", "list", "-o", "jsn"], "--output takes json, yaml, table, wide, name, not 'jsn'; did you mean 'json'?"),
    (["job", "get"], "job get needs ID; see qhubctl job get --help"),
    (["job", "get", "1", "2"], "job get takes no '2'; see qhubctl job get --help"),
    (["job", "submit", "bell.qasm"], "job submit needs --backend ID; see qhubctl job submit --help"),
    (["version", "--help=1"], "--help takes no value; see qhubctl version --help"),
    (["--base-url", "x"], "--base-url belongs behind a command; see qhubctl --help"),
    (["completion", "bsh"], "SHELL takes bash, zsh, fish, not 'bsh'; did you mean 'bash'?"),
    (["api", "quantum.job.get_job"], "there is no operation 'quantum.job.get_job'; did you mean 'quantum.jobs.get_job'?"),
    (["api", "quantum.jobs.get_jbo"], "there is no operation 'quantum.jobs.get_jbo'; did you mean 'quantum.jobs.get_job'?"),
])
def test_wrong_usage_takes_one_line_and_exit_code_2(qhubctl, words, message):
    assert qhubctl.refused(*words) == f"qhubctl: {message}\n"
    assert qhubctl(*words).code == 2


@pytest.fixture(scope="module")
def commands(tmp_path_factory):
    """Every command's words with its help."""
    qhubctl = CommandLine(tmp_path_factory.mktemp("home"))
    names = re.findall(r"^### (.*)$", qhubctl("manual").text, re.MULTILINE)
    return {name: qhubctl(*name.split(), "--help").text for name in names}


def test_every_command_has_help_with_an_example(commands):
    assert len(commands) > 80
    for name, text in commands.items():
        assert f"Usage: qhubctl {name}" in text
        assert "\nExamples:\n  qhubctl " in text, name
        assert max(map(len, text.splitlines())) <= 110, text  # examples are not divided


def test_the_overview_names_every_command(qhubctl, commands):
    overview = qhubctl("--help").text
    assert qhubctl().text == qhubctl("help").text == overview
    for name in commands:
        noun, _, verb = name.partition(" ")
        assert re.search(rf"^  {noun} ", overview, re.MULTILINE)
        assert not verb or re.search(rf"\b{verb}\b", overview)
    assert qhubctl("help", "job", "list").text == commands["job list"]
    assert qhubctl("job", "--help").text == qhubctl("help", "job").text


def test_the_vendors_verbs_are_there(commands):
    assert {"login", "logout", "list-contexts", "get-context", "set-context", "services", "init", "openapi", "compress",
            "up", "run", "serve", "autocomplete"} <= set(commands)


def test_the_documentation_is_what_the_program_says(qhubctl):
    assert (REPOSITORY / "docs/cli.md").read_text() == qhubctl("manual").text, \
        "write it again: qhubctl manual > docs/cli.md"


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_the_manual_page_is_sound(qhubctl, commands, tmp_path):
    page = tmp_path / "qhubctl.1"
    page.write_text(qhubctl("manual", "man").text)
    done = subprocess.run(["groff", "-k", "-man", "-Tutf8", "-ww", "-rLL=100n", page], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""
    plain = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    for name in commands:
        assert re.search(rf"^ +{name}$", plain, re.MULTILINE), name


@pytest.mark.parametrize(("words", "candidates"), [
    (["j"], {"job"}),
    (["job", ""], {"submit", "list", "get", "wait", "watch", "result", "input", "cancel"}),
    (["job", "list", "--pa"], {"--page"}),
    (["job", "list", "-o", ""], {"json", "yaml", "table", "wide", "name"}),
    (["completion", "z"], {"zsh"}),
    (["help", "wor"], {"workload"}),
    (["job", "get", ""], set()),
    (["circuit", "show", ""], set()),
    (["no-such", ""], set()),
])
def test_completion(qhubctl, words, candidates):
    lines = qhubctl("__complete", *words).text.splitlines()
    assert {line.partition("\t")[0] for line in lines} == candidates


def test_operations_are_completed_and_explained(qhubctl):
    operations = {operation.qualified_id: operation for api in APIS for operation in Contract.of(api).operations}
    completed = {line.partition("\t")[0] for line in qhubctl("__complete", "api", "").text.splitlines()}
    assert completed == {"list", *operations}
    text = qhubctl("api", "quantum.jobs.create_job", "--help").text
    for word in ("POST /jobs", "In the body:", "backend_id: text, required", "shots: integer, required", "Answer: Job",
                 "CANCELLING"):
        assert word in text, text
    for name in list(operations)[::16]:
        text = qhubctl("api", name, "--help").text
        assert text.startswith(name + ": ")


def test_bash_completes(qhubctl, tmp_path):
    script = ('source <(qhubctl completion bash); COMP_WORDS=(qhubctl job ca); COMP_CWORD=2; _qhubctl; '
              'echo "${COMPREPLY[@]}"')
    path = f"{program('qhubctl').parent}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", script], env={"PATH": path, "HOME": str(tmp_path)}, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("cancel\n", "")
    assert qhubctl("autocomplete", "script", "bash").text == qhubctl("completion", "bash").text
