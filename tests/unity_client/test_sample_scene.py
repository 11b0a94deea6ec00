"""The sample's Unity scene, which is written by hand: whole, and of the scripts that lie beside it."""

import re

from tools.unity_meta import PACKAGE, guid

SAMPLE = PACKAGE / "Samples~" / "StreetWalk"
SCENE = (SAMPLE / "StreetWalk.unity").read_text("utf-8")
OBJECTS = {
    int(number): (int(kind), body)
    for kind, number, body in re.findall(r"^--- !u!(\d+) &(\d+)\n(.*?)(?=^---|\Z)", SCENE, re.MULTILINE | re.DOTALL)
}
GAME_OBJECT, TRANSFORM, CAMERA, AUDIO_LISTENER, SCRIPT, SCENE_ROOTS = 1, 4, 20, 81, 114, 1660057539


def refers(body):
    return [int(number) for number in re.findall(r"\{fileID: (\d+)\}", body) if int(number)]


def test_it_begins_as_unity_wants_it():
    assert SCENE.startswith("%YAML 1.1\n%TAG !u! tag:unity3d.com,2011:\n--- ")


def test_whatever_it_refers_to_is_there_and_belongs_to_who_names_it():
    for number, (kind, body) in OBJECTS.items():
        assert set(refers(body)) <= set(OBJECTS), number
        if kind == GAME_OBJECT:
            parts = [int(part) for part in re.findall(r"component: \{fileID: (\d+)\}", body)]
            assert OBJECTS[parts[0]][0] == TRANSFORM
            assert all(f"m_GameObject: {{fileID: {number}}}" in OBJECTS[part][1] for part in parts)


def test_it_holds_a_camera_that_listens_and_the_sample_at_the_same_place():
    kinds = sorted(kind for kind, _ in OBJECTS.values())
    assert [kinds.count(kind) for kind in (CAMERA, AUDIO_LISTENER, SCRIPT, SCENE_ROOTS)] == [1, 1, 1, 1]
    assert "m_TagString: MainCamera" in SCENE
    assert len(set(re.findall(r"m_LocalPosition: (.*)", SCENE))) == 1


def test_its_script_is_the_samples_with_the_fields_that_this_has():
    [script] = [body for kind, body in OBJECTS.values() if kind == SCRIPT]
    name = "Samples~/StreetWalk/StreetWalk.cs"
    assert f"m_Script: {{fileID: 11500000, guid: {guid(name)}, type: 3}}" in script
    assert f"guid: {guid(name)}\n" in (SAMPLE / "StreetWalk.cs.meta").read_text("utf-8")
    told = re.findall(r"^  ([a-z]\w*): ", script.split("m_EditorClassIdentifier: \n")[1], re.MULTILINE)
    fields = re.findall(r"^        public string (\w+) =", (SAMPLE / "StreetWalk.cs").read_text("utf-8"), re.MULTILINE)
    assert told == fields
