"""The package as Unity sees it: its manifest, its assemblies, its editor and its sample."""

import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from protocol.coordinates import scene_from_polar, unity_from_scene
from protocol.levels import received_level_db
from server.export import unity
from server.export.options import ExportOptions
from tests.server.export.places import street
from tests.unity_client.own_tests import fixtures, outcomes
from tools.mono import PACKAGE, compiled, sources

STUBS = PACKAGE / "Tests" / "Stubs~"
EDITOR_TESTS = PACKAGE / "Tests" / "Editor"
DESK = Path(__file__).parent / "desk"
# By the rules of EmitterLayout: a ring for ambience, several for what is wide, one for what is narrow.
EMITTERS = {"dog-1": 1, "sea-1": 5, "wind-1": 4, "bell-1": 1}

ASMDEFS = sorted(path for path in PACKAGE.rglob("*.asmdef"))
# Unity passes over a reference to a package that isn't in the project.
OTHERS_ASSEMBLIES = {"UnityEngine.TestRunner", "UnityEditor.TestRunner", "Unity.InputSystem"}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """One scene as a folder, as an export and as a folder that somebody packed; and what it holds."""
    folder = tmp_path_factory.mktemp("scenes")
    (folder / "street").mkdir()
    made = street(folder / "street")
    unity.render(made, folder / "street", folder / "street.sonorama", ExportOptions())
    with zipfile.ZipFile(folder / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((folder / "street").rglob("*.*")):
            archive.write(path, Path("my street") / path.relative_to(folder / "street"))
    (folder / "expected.json").write_text(json.dumps([expected(one, folder / "street") for one in made.sources]))
    return folder


def expected(source, folder):
    samples, _ = soundfile.read(folder / source.clip.path)
    distance_m = source.distance_m or 0.0
    return {
        "id": source.id,
        "label": source.label,
        "kind": source.kind,
        "muted": source.muted,
        "loop": source.clip.loop,
        "level_db_spl_1m": source.level_db_spl_1m,
        "received_db_spl": received_level_db(source.level_db_spl_1m, source.distance_m, source.kind),
        "unity_m": unity_from_scene(
            scene_from_polar(source.azimuth_deg, source.elevation_deg, distance_m)
        ).tolist(),
        "emitters": EMITTERS[source.id],
        "samples": {
            "frames": len(samples),
            "first": samples[0],
            "last": samples[-1],
            "sum": float(np.sum(samples)),
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def desk(layer):
    """The editor and the sample, compiled: their assemblies and what they refer to, in one folder."""
    folder = layer[0].parent
    built = list(layer)

    def build(name, *folders, defines=()):
        built.append(compiled(folder / name, sources(*folders), references=built, defines=defines))

    build("UnityEditor.dll", STUBS / "UnityEditor")
    build("Sonorama.Editor.dll", PACKAGE / "Editor")
    build("UnityXR.dll", STUBS / "UnityXR")
    build("UnityInput.dll", STUBS / "UnityInput")
    defines = ["SONORAMA_XR", "ENABLE_INPUT_SYSTEM", "SONORAMA_INPUT_SYSTEM"]
    build("Sonorama.Samples.StreetWalk.dll", PACKAGE / "Samples~" / "StreetWalk", defines=defines)
    return built


@pytest.fixture(scope="module")
def told(desk, scenes):
    """What became of each test, by fixture."""
    program = desk[0].parent / "Sonorama.Editor.Tests.exe"
    return outcomes(program, [EDITOR_TESTS, DESK], desk, SONORAMA_SCENES=str(scenes))


@pytest.mark.parametrize("fixture", fixtures(EDITOR_TESTS, DESK))
def test_the_editor_and_the_sample_do_what_they_should(told, fixture):
    by_fixture, said = told
    assert by_fixture[fixture], said
    assert set(by_fixture[fixture].values()) == {"ok"}, said


@pytest.mark.parametrize(
    "defines", [[], ["ENABLE_LEGACY_INPUT_MANAGER"], ["ENABLE_INPUT_SYSTEM", "SONORAMA_INPUT_SYSTEM"]]
)
def test_the_sample_needs_no_headset_and_takes_either_input(layer, tmp_path, defines):
    inputs = [compiled(tmp_path / "UnityInput.dll", sources(STUBS / "UnityInput"), references=layer)] if defines else []
    references = [*layer, *inputs]
    compiled(tmp_path / "Plain.dll", sources(PACKAGE / "Samples~"), references=references, defines=defines)


def test_every_stand_in_names_the_page_that_it_follows():
    unnamed = []
    for path in sources(STUBS / "UnityEditor", STUBS / "UnityXR", STUBS / "UnityInput"):
        lines = path.read_text("utf-8").splitlines()
        for number, line in enumerate(lines):
            if not re.match(r"    public (sealed |static |abstract )*(class|struct|interface|enum) ", line):
                continue
            above = " ".join(lines[max(0, number - 8) : number])
            if not re.search(r"[\w.]+\.html|Unity has no such class", above):
                unnamed.append(f"{path.name}: {line.strip()}")
    assert unnamed == []


def test_the_manifest_is_what_the_package_manager_wants():
    manifest = json.loads((PACKAGE / "package.json").read_text("utf-8"))
    assert manifest["name"] == "com.sonorama.client"
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert re.fullmatch(r"20\d\d\.\d", manifest["unity"])
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in manifest["dependencies"].values())
    assert "com.unity.nuget.newtonsoft-json" in manifest["dependencies"]
    for sample in manifest["samples"]:
        assert set(sample) == {"displayName", "description", "path"}
        assert list((PACKAGE / sample["path"]).glob("*.asmdef"))
    for name in ("CHANGELOG.md", "LICENSE.md", "README.md", "Documentation~/index.md", "link.xml"):
        assert (PACKAGE / name).is_file(), name
    assert f"## [{manifest['version']}]" in (PACKAGE / "CHANGELOG.md").read_text("utf-8")
    project = (PACKAGE.parent / "pyproject.toml").read_text("utf-8")
    assert f'version = "{manifest["version"]}"' in project


@pytest.mark.parametrize("path", ASMDEFS, ids=lambda path: path.stem)
def test_assemblies_are_named_after_their_files_and_refer_to_what_there_is(path):
    assembly = json.loads(path.read_text("utf-8"))
    own = {one.stem for one in ASMDEFS}
    assert assembly["name"] == path.stem
    assert set(assembly["references"]) <= own | OTHERS_ASSEMBLIES
    assert "Sonorama.Core" in [assembly["name"], *assembly["references"]]
    assert assembly["noEngineReferences"] == path.is_relative_to(PACKAGE / "Runtime" / "Core")
    parts = path.relative_to(PACKAGE).parts
    if "Editor" in parts:
        assert assembly["includePlatforms"] == ["Editor"]
    elif "Tests" not in parts:
        assert assembly["includePlatforms"] == []
    if "Tests" in parts:
        assert assembly["defineConstraints"] == ["UNITY_INCLUDE_TESTS"]
        assert assembly["autoReferenced"] is False
        assert "nunit.framework.dll" in assembly["precompiledReferences"]


def test_every_script_belongs_to_an_assembly():
    folders = {path.parent for path in ASMDEFS}
    scripts = [path for path in PACKAGE.rglob("*.cs") if STUBS not in path.parents]
    assert [path.name for path in scripts if not folders & set(path.parents)] == []


def test_components_and_assets_are_in_files_of_their_names():
    """Unity finds the script of a component or an asset by the name of its file."""
    for path in [*sources(PACKAGE / "Runtime" / "Unity"), *sources(PACKAGE / "Editor"), *sources(PACKAGE / "Samples~")]:
        for name in re.findall(
            r"^    public sealed class (\w+) : (?:MonoBehaviour|ScriptableObject|ScriptedImporter|EditorWindow)",
            path.read_text("utf-8"),
            re.MULTILINE,
        ):
            assert path.stem == name


def test_builds_keep_what_is_made_by_reflection():
    text = (PACKAGE / "link.xml").read_text("utf-8")
    kept = re.findall(r'<assembly fullname="([\w.]+)" preserve="(\w+)" ignoreIfMissing="1" />', text)
    assert kept == [("Sonorama.Core", "all")]
    name = json.loads((PACKAGE / "package.json").read_text("utf-8"))["name"]
    assert f'"Packages/{name}/link.xml"' in (PACKAGE / "Editor" / "LinkXml.cs").read_text("utf-8")


@pytest.mark.parametrize("page", sorted(PACKAGE.rglob("*.md")), ids=lambda page: page.name)
def test_pages_refer_to_what_there_is(page):
    text = page.read_text("utf-8")
    anchors = {re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in text.splitlines()}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors
        elif not target.startswith("http"):
            assert (page.parent / target).exists(), target
