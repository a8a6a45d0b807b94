"""The generator on a tiny made-up API. After a wanted change of its output: QHUB_UPDATE_EXPECTED=1 pytest here, and
read the difference before you commit it."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest
import yaml

HERE = pathlib.Path(__file__).parent
GENERATOR = HERE.parent
sys.path.insert(0, str(GENERATOR))
import contract  # noqa: E402


def generate(source: pathlib.Path, output: pathlib.Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-B", GENERATOR, source, "--output", output], capture_output=True, text=True, check=False
    )


def files(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def read(tmp_path: pathlib.Path, change) -> contract.Api:
    document = yaml.safe_load((HERE / "tiny.yaml").read_text())
    change(document)
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(document))
    return contract.read(path)


def test_output_is_as_expected(tmp_path):
    result = generate(HERE / "tiny.yaml", tmp_path)
    assert result.returncode == 0, result.stderr
    expected = HERE / "expected"
    if os.environ.get("QHUB_UPDATE_EXPECTED"):
        shutil.rmtree(expected)
        shutil.copytree(tmp_path, expected)
    names = files(tmp_path)
    assert names == files(expected)
    for name in names:
        assert (tmp_path / name).read_text() == (expected / name).read_text(), f"{name} differs"


def test_unchanged_files_are_left_alone(tmp_path):
    generate(HERE / "tiny.yaml", tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    generate(HERE / "tiny.yaml", tmp_path)
    assert before == {path: path.stat().st_mtime_ns for path in before}


@pytest.mark.parametrize(
    ("wire", "member"),
    [("createdAt", "created_at"), ("_links", "links"), ("public", "public_"), ("openAPISpec", "open_api_spec"), ("t1_us", "t1_us")],
)
def test_member_names(wire, member):
    assert contract.snake(wire) == member


@pytest.mark.parametrize(("wire", "name"), [("RED", "RED"), ("light-blue", "light_blue"), ("2-tone", "_2_tone"), ("default", "default_")])
def test_constant_names(wire, name):
    assert contract.constant(wire) == name


def test_a_union_without_a_name_is_refused(tmp_path):
    def change(document):
        document["components"]["schemas"]["Chest"]["properties"]["lid"] = {"anyOf": [{"type": "string"}, {"type": "integer"}]}

    with pytest.raises(contract.ContractError, match=r"Chest\.lid: give this union a name"):
        read(tmp_path, change)


def test_a_schema_cannot_hide_a_support_type(tmp_path):
    def change(document):
        document["components"]["schemas"]["Json"] = {"type": "string"}

    with pytest.raises(contract.ContractError, match="Json: the name is taken"):
        read(tmp_path, change)


def test_two_fields_of_one_member_name_are_refused(tmp_path):
    def change(document):
        document["components"]["schemas"]["Chest"]["properties"]["created_at"] = {"type": "string"}

    with pytest.raises(contract.ContractError, match="two members are called created_at"):
        read(tmp_path, change)


def test_a_type_of_too_many_fields_is_refused(tmp_path):
    def change(document):
        document["components"]["schemas"]["Chest"]["properties"] = {f"a{i}": {"type": "string"} for i in range(129)}

    with pytest.raises(contract.ContractError, match="Chest has 129 fields; 128 are the most"):
        read(tmp_path, change)


def test_the_program_names_the_document_at_fault(tmp_path):
    document = yaml.safe_load((HERE / "tiny.yaml").read_text())
    document["components"]["schemas"]["Chest"]["properties"]["lid"] = {"type": "object", "properties": {"a": {}}}
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump(document))
    result = generate(tmp_path / "bad.yaml", tmp_path / "out")
    assert result.returncode == 1
    assert "bad.yaml: Chest.lid: give this object a name of its own" in result.stderr


def test_requests_of_one_name_carry_their_namespace(tmp_path):
    def change(document):
        document["tags"].append({"name": "crates"})
        document["paths"]["/crates"] = {
            "post": {**document["paths"]["/boxes"]["post"], "tags": ["crates"], "operationId": "crates.create_box"}
        }

    names = [operation.request.name for operation in read(tmp_path, change).operations if operation.request]
    assert "BoxesCreateBoxRequest" in names and "CratesCreateBoxRequest" in names
