import json

from pydantic import TypeAdapter

from protocol.generators import __main__ as generate
from protocol.generators.json_schema import scene_schema
from protocol.scene import Scene
from tests.protocol.test_scene import SCENE


def test_the_shipped_files_are_those_that_the_code_makes():
    assert generate.main(["--check"]) == 0


def test_a_stale_file_is_told_and_then_mended(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generate, "_ROOT", tmp_path)
    assert generate.main(["--check"]) == 1
    told = capsys.readouterr().err
    assert "stale: protocol/schema/messages.schema.json; run: python -m protocol.generators\n" in told
    assert "stale: unity_client/Runtime/Core/Generated/Messages.cs" in told
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().err == ""


def test_the_schema_asks_for_what_a_scene_always_says():
    schema = json.loads(scene_schema())
    written = json.loads(TypeAdapter(Scene).dump_json(SCENE))
    assert set(schema["required"]) == set(written)
    assert schema["properties"]["format"]["const"] == "sonorama.scene"
