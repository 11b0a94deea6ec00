"""What a worker does with an order, and how it speaks."""

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import soundfile
from PIL import Image

from protocol.events import ClipReady, SceneFinished
from server.api.http.problems import Problem
from server.api.http.routes.jobs import NewExport
from server.api.jobs.orders import LINE, ORDER, Export, Generate, Order, Voice, WorkDone, WorkFailed
from server.cli.render import render
from server.export.formats import FORMATS
from server.export.maps.table import MAP_FORMATS
from server.library import SceneFolder
from server.pipeline.settings import Settings
from server.synthetic.demo import demo_picture
from server.worker import carry_out
from tests.timing import PATIENCE_S


def generate(**settings):
    return Generate(preset="embedded", settings=Settings(duration_s=1.0, **settings), hfov_deg=None, sources=())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    Image.fromarray(demo_picture(width_px=512)).save(folder / "street.png")
    (folder / "scene" / "clips").mkdir(parents=True)
    (folder / "scene" / "work").mkdir()
    (folder / "scene" / "clips" / ".dog-1.0123abcd.wav").write_bytes(b"half")
    announced = []
    order = Order(request=generate(top=2), folder=folder / "scene", file=folder / "street.png")
    assert carry_out(order, announced.append) == WorkDone()
    return folder / "scene", announced


def test_a_scene_is_made_and_announced_and_what_a_killed_worker_left_is_gone(made):
    folder, announced = made
    assert isinstance(announced[-1], SceneFinished)
    assert SceneFolder(folder).scene() == announced[-1].scene
    assert list((folder / "clips").glob(".*")) == []
    assert (folder / "annotated.jpg").exists()
    assert not (folder / "binaural.wav").exists()


def test_a_voice_is_made_without_touching_the_scene(made):
    folder, _ = made
    before = (folder / "scene.json").read_bytes()
    source = SceneFolder(folder).scene().sources[0]
    request = Voice(preset="embedded", source_id=source.id, prompt="a dog barks", duration_s=1.0, seed=4)
    announced = []
    assert carry_out(Order(request=request, folder=folder, file=Path()), announced.append) == WorkDone()
    (clip,) = [event.clip for event in announced if isinstance(event, ClipReady)]
    assert clip.path != source.clip.path
    assert soundfile.info(folder / clip.path).frames == 48_000
    assert (folder / "scene.json").read_bytes() == before


@pytest.mark.parametrize("kind", ["stereo", "ambisonic", "adm", "sources"])
def test_every_format_is_exported_to_one_file_and_nothing_else(made, tmp_path, kind):
    folder, _ = made
    request = Export(format=kind, duration_s=0.5, **({"order": 1} if kind == "ambisonic" else {}))
    out = tmp_path / "exports" / f"mix{request.suffix}"
    assert carry_out(Order(request=request, folder=folder, file=out), lambda _: None) == WorkDone()
    assert list(out.parent.iterdir()) == [out]
    if kind == "sources":
        assert "stems.json" in zipfile.ZipFile(out).namelist()
    else:
        assert soundfile.info(out).frames > 0


@pytest.mark.parametrize(("kind", "begins"), [("gltf", b"glTF"), ("unity", b"PK\x03\x04")])
def test_places_are_exported_whole(made, tmp_path, kind, begins):
    folder, _ = made
    request = Export(format=kind)
    out = tmp_path / "exports" / f"place{request.suffix}"
    assert carry_out(Order(request=request, folder=folder, file=out), lambda _: None) == WorkDone()
    assert list(out.parent.iterdir()) == [out]
    content = out.read_bytes()
    assert content.startswith(begins)
    for source in SceneFolder(folder).scene().sources:
        assert (folder / source.clip.path).read_bytes() in content


def test_what_is_muted_is_not_exported(made, tmp_path):
    folder = tmp_path / "scene"
    shutil.copytree(made[0], folder)
    scene = SceneFolder(folder).scene()
    muted, *others = scene.sources
    SceneFolder(folder).rewrite(replace(scene, sources=(replace(muted, muted=True), *others)))
    out = tmp_path / "stems.zip"
    order = Order(request=Export(format="sources", duration_s=0.2), folder=folder, file=out)
    assert carry_out(order, lambda _: None) == WorkDone()
    assert set(zipfile.ZipFile(out).namelist()) == {f"{one.id}.wav" for one in others} | {"stems.json"}


def test_the_formats_are_those_of_the_command_line():
    command_line = get_type_hints(render)["format"]
    assert get_args(command_line) == (*FORMATS, *MAP_FORMATS)
    assert NewExport.model_json_schema()["properties"]["format"]["enum"] == list(FORMATS)


def test_what_can_not_be_done_is_reported_as_a_problem(made, tmp_path):
    folder, _ = made
    text = tmp_path / "text.jpg"
    text.write_text("hello")
    orders = {
        "bad_input": Order(request=generate(), folder=tmp_path / "scene", file=text),
        "bad_scene": Order(
            request=Voice(preset="embedded", source_id="nobody-1", prompt="x", duration_s=1.0, seed=0),
            folder=folder,
            file=Path(),
        ),
    }
    for code, order in orders.items():
        answer = carry_out(order, lambda _: None)
        assert isinstance(answer, WorkFailed)
        assert answer.problem.code == code


def test_a_worker_without_memory_says_so(made, tmp_path):
    folder, _ = made

    def announce(_):
        raise MemoryError

    order = Order(request=generate(), folder=tmp_path / "scene", file=folder / "picture.jpg")
    assert carry_out(order, announce).problem.what == "memory ran out"


def test_lines_survive_the_pipe():
    problem = Problem(code="error", what="π", where="\n", remedy="x")
    line = LINE.dump_json(WorkFailed(problem=problem))
    assert b"\n" not in line
    assert LINE.validate_json(line) == WorkFailed(problem=problem)


# A library that prints, by Python and past it.
CHATTY = """
import os, sys
from server import worker
carry_out = worker.carry_out
def chatty(order, announce):
    print("by the way", flush=True)
    os.write(1, b"past Python\\n")
    return carry_out(order, announce)
worker.carry_out = chatty
sys.exit(worker.main())
"""


def start(order, *how):
    worker = subprocess.Popen(
        [sys.executable, *(how or ("-m", "server.worker"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    worker.stdin.write(ORDER.dump_json(order) + b"\n")
    worker.stdin.flush()
    return worker


def test_a_worker_speaks_only_json_and_is_the_first_to_go(made, tmp_path):
    folder, _ = made
    order = Order(request=Export(duration_s=0.2), folder=folder, file=tmp_path / "mix.wav")
    with start(order, "-c", CHATTY) as worker:
        began_s = time.monotonic()
        while not _is_last_in_line(worker.pid) and time.monotonic() - began_s < PATIENCE_S:
            time.sleep(0.01)
        assert _is_last_in_line(worker.pid)
        lines = worker.stdout.read().splitlines()
        said = worker.stderr.read().decode()
        assert "by the way" in said
        assert "past Python" in said
        assert worker.wait(60) == 0
    assert [json.loads(line)["type"] for line in lines] == ["work_done"]
    assert (tmp_path / "mix.wav").exists()


def _is_last_in_line(pid):
    try:
        first_to_go = Path(f"/proc/{pid}/oom_score_adj").read_text("ascii").strip() == "1000"
        return first_to_go and os.getpriority(os.PRIO_PROCESS, pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    except OSError:
        return False


def test_a_worker_ends_with_its_server(made, tmp_path):
    folder, _ = made
    order = Order(request=generate(seed=8), folder=tmp_path / "scene", file=folder / "picture.jpg")
    with start(order) as worker:
        worker.stdin.close()
        worker.stdout.read()
        worker.stderr.read()
        assert worker.wait(60) != 0
    assert not (tmp_path / "scene" / "scene.json").exists()
