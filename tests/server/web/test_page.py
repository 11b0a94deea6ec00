"""The page in a real browser, with a real server behind it."""

from __future__ import annotations

import io
import socket
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from server.export.pictures.lettering.words import direction_words
from server.library import PlaceFolder
from server.pipeline.views import View
from tests.server.api.server_process import serving
from tests.server.api.wire import wired
from tests.server.client.scenes import noisy_scene
from tests.server.place.hearing.test_scene import place_of, viewpoint
from tests.timing import PATIENCE_S


def opened(page, server, scene_id):
    page.goto(f"{server.client.base_url}/#{scene_id}")
    page.wait_for_selector("#sources tr input")
    return page


def levels_db(page, *, over_s=1.0):
    """What the ears get, in dB: the mean over so many seconds."""
    powers = []
    until_s = time.monotonic() + over_s
    while time.monotonic() < until_s:
        told = page.evaluate("import('/page/page.mjs').then((page) => page.sound.levelsDb())")
        powers.append(10.0 ** (np.array(told) / 10.0))
    return 10.0 * np.log10(np.mean(powers, axis=0))


def listening(page):
    page.click("#listen")
    until_s = time.monotonic() + PATIENCE_S
    while levels_db(page, over_s=0.2).max() < -70.0:
        assert time.monotonic() < until_s, "nothing sounds"
    return page


def heard_so(page, judge):
    """Listen until the levels of the left and the right ear are as they should be: a busy page follows late."""
    until_s = time.monotonic() + PATIENCE_S
    while not judge(*(left_right_db := levels_db(page))):
        assert time.monotonic() < until_s, f"left and right: {left_right_db} dB"


def words_of(page):
    rows = page.query_selector_all("#sources tr")
    return {row.get_attribute("id").removeprefix("source-"): row.inner_text().split("\t") for row in rows}


def test_a_scene_is_shown_as_it_is(page, server, scene_id):
    opened(page, server, scene_id)
    scene = server.client.get(f"/v1/scenes/{scene_id}").json()
    shown = words_of(page)
    assert shown.keys() == {source["id"] for source in scene["sources"]}
    for source in scene["sources"]:
        label, direction, distance, level, *_ = shown[source["id"]]
        assert label == source["label"]
        assert level == f"{source['level_db_spl_1m']:.0f} dB"
        if source["kind"] == "ambient":
            assert (direction, distance) == ("all around", "")
        else:
            assert direction == direction_words(SimpleNamespace(**source))
            assert distance.startswith(f"{source['distance_m']:.{1 if source['distance_m'] < 10 else 0}f} ±")
    assert page.faults == []


def test_a_direction_is_told_in_the_words_of_the_command_line(page, server):
    page.goto(f"{server.client.base_url}/")
    places = [
        {"azimuth_deg": azimuth_deg, "elevation_deg": elevation_deg, "width_deg": width_deg}
        for azimuth_deg in (0.2, 180.0, -179.8, 34.7, -90.2)
        for elevation_deg in (0.3, 12.2, -37.9, 85.1, -90.0)
        for width_deg in (0.0, 120.0, 360.0)
    ]
    told = page.evaluate(
        """async (places) => {
            const { directionWords } = await import("/page/scene.mjs");
            return places.map((place) => directionWords({ kind: "area", ...place }));
        }""",
        places,
    )
    assert told == [direction_words(SimpleNamespace(distance_m=3.0, **place)) for place in places]


def test_a_source_is_marked_where_the_picture_shows_it(page, server):
    page.goto(f"{server.client.base_url}/")
    cases = [(0.0, 0.0), (0.0, -90.0), (120.0, 90.0), (-170.0, 170.0)]
    found = page.evaluate(
        """async (cases) => {
            const { Picture } = await import("/page/picture.mjs");
            const picture = new Picture({ clientWidth: 1000, clientHeight: 500 });
            return cases.map(([yawDeg, azimuthDeg]) => Object.assign(picture, { yawDeg }).pixel(azimuthDeg, 18));
        }""",
        cases,
    )
    for (yaw_deg, azimuth_deg), (x, y) in zip(cases, found, strict=True):
        aside_deg = (azimuth_deg - yaw_deg + 180.0) % 360.0 - 180.0
        assert x == pytest.approx((0.5 - aside_deg / 360.0) * 1000.0)
        assert y == pytest.approx((0.5 - 18.0 / 180.0) * 500.0)


def test_a_source_in_a_photograph_is_marked_where_a_lens_puts_it(page, server):
    page.goto(f"{server.client.base_url}/")
    aside, above, behind = page.evaluate(
        """async () => {
            const { Picture } = await import("/page/picture.mjs");
            const picture = new Picture({ clientWidth: 800, clientHeight: 600 });
            Object.assign(picture, { image: { width: 1600, height: 1200 }, projection: "perspective", hfovDeg: 90 });
            return [picture.pixel(45, 0), picture.pixel(0, 45), picture.pixel(170, 0)];
        }"""
    )
    assert aside == pytest.approx([0.0, 300.0])
    assert above == pytest.approx([400.0, -100.0])
    assert behind is None


def test_a_source_in_a_tilted_photograph_is_marked_where_its_camera_saw_it(page, server):
    page.goto(f"{server.client.base_url}/")
    tilt = {"hfov_deg": 70.0, "pitch_deg": -12.0, "roll_deg": 9.0}
    view = View(name="picture", projection="perspective", width_px=800, height_px=600, **tilt)
    found = page.evaluate(
        """async ([hfovDeg, pitchDeg, rollDeg]) => {
            const { Picture } = await import("/page/picture.mjs");
            const picture = new Picture({ clientWidth: 800, clientHeight: 600 });
            const image = { width: 800, height: 600 };
            Object.assign(picture, { image, projection: "perspective", hfovDeg, pitchDeg, rollDeg });
            return [picture.pixel(20, -5), picture.pixel(-25, -30)];
        }""",
        list(tilt.values()),
    )
    for point, direction in zip(found, [(20.0, -5.0), (-25.0, -30.0)], strict=True):
        assert point == pytest.approx(view.pixel(*direction))


def test_levels_fall_as_the_protocol_says(page, server):
    page.goto(f"{server.client.base_url}/")
    falls_by_db = {"point": 20.0, "area": 20.0, "line": 10.0, "ambient": 0.0}
    sources = [
        {"kind": kind, "level_db_spl_1m": 76.0, "gain_db": -2.0, "distance_m": distance_m}
        for kind in falls_by_db
        for distance_m in (0.2, 1.0, 8.0, 50.0)
    ]
    found_db = page.evaluate("async (sources) => sources.map((await import('/page/sound.mjs')).receivedDb)", sources)
    for source, db in zip(sources, found_db, strict=True):
        fallen_db = falls_by_db[source["kind"]] * np.log10(max(source["distance_m"], 0.5))
        assert db == pytest.approx(76.0 - 2.0 - 70.0 - fallen_db)


def test_a_source_to_the_left_is_louder_on_the_left_until_the_head_has_turned(page, server, scene_id):
    opened(page, server, scene_id)
    with wired(server) as wire:
        snapshot = wire.subscribe(scene_id)
        ids = [source["id"] for source in snapshot["sources"] if source["kind"] != "ambient"]
        for source in snapshot["sources"]:
            wire.say("mute", scene_id=scene_id, source_id=source["id"], muted=source["id"] != ids[0])
        place = {"azimuth_deg": 90.0, "elevation_deg": 0.0, "distance_m": 2.0}
        wire.say("set_source", scene_id=scene_id, source_id=ids[0], **place)
        wire.hear("ack", lambda ack: ack["received_seq"] >= wire.seq)
    listening(page)
    heard_so(page, lambda left_db, right_db: left_db > right_db + 2.0)
    for _ in range(36):
        page.press("#picture", "ArrowLeft")
    heard_so(page, lambda left_db, right_db: right_db > left_db + 2.0)
    page.uncheck(f"#source-{ids[0]} input")
    heard_so(page, lambda left_db, right_db: max(left_db, right_db) < -80.0)
    assert page.faults == []


def test_what_changes_is_shown_at_once(page, server, scene_id):
    opened(page, server, scene_id)
    source = server.client.get(f"/v1/scenes/{scene_id}").json()["sources"][0]
    with wired(server) as wire:
        wire.subscribe(scene_id)
        wire.say("set_source", scene_id=scene_id, source_id=source["id"], label="brass band")
        page.wait_for_selector("text=brass band")
        wire.say("set_source", scene_id=scene_id, source_id=source["id"], label=source["label"])
        wire.hear("ack", lambda ack: ack["received_seq"] >= wire.seq)
    assert page.faults == []


def test_a_server_with_a_token_asks_for_it(page, tmp_path, street):
    with serving(tmp_path / "library", token="open sesame") as guarded:
        guarded.done(guarded.begun(street, top=1))
        page.goto(f"{guarded.client.base_url}/")
        page.fill("#token", "wrong")
        page.press("#token", "Enter")
        page.wait_for_selector("#state:has-text('token')")
        page.fill("#token", "open sesame")
        page.press("#token", "Enter")
        page.wait_for_selector("#sources tr input")
        assert page.is_hidden("#door")
        assert "open sesame" not in page.url
        assert "open sesame" not in guarded.log()


def test_an_empty_server_says_how_to_begin(page, tmp_path):
    with serving(tmp_path / "library") as empty:
        page.goto(f"{empty.client.base_url}/")
        page.wait_for_selector("text=there is no scene yet")
    assert page.faults == []


def test_a_server_that_comes_back_is_followed_again(page, tmp_path, street):
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with serving(tmp_path / "library", port=port) as server:
        scene_id = server.done(server.begun(street, top=1))["scene_id"]
        opened(page, server, scene_id)
        server.kill()
        page.wait_for_selector("text=the server is gone")
        server.start()
        page.wait_for_selector("#state:text-is('connected')")
        source = server.client.get(f"/v1/scenes/{scene_id}").json()["sources"][0]
        with wired(server) as wire:
            wire.subscribe(scene_id)
            wire.say("set_source", scene_id=scene_id, source_id=source["id"], label="brass band")
            page.wait_for_selector("text=brass band")


def test_a_scene_that_is_deleted_is_shown_no_more(page, tmp_path):
    for scene_id in ("square", "circle"):
        noisy_scene(tmp_path / "library", scene_id, 90.0)
    with serving(tmp_path / "library") as server:
        opened(page, server, "square")
        server.client.delete("/v1/scenes/square")
        page.wait_for_selector("#state:text-is('this scene was deleted')")
        assert words_of(page) == {}
        page.select_option("#scenes", "circle")
        page.wait_for_selector("#sources tr input")


def test_the_picture_follows_the_mouse(page, server, scene_id):
    opened(page, server, scene_id)
    before = page.evaluate("import('/page/page.mjs').then((page) => page.picture.pixel(0, 0))")
    middle = page.locator("#picture").bounding_box()
    page.mouse.move(middle["x"] + 400, middle["y"] + 100)
    page.mouse.down()
    page.mouse.move(middle["x"] + 300, middle["y"] + 100, steps=4)
    page.mouse.up()
    after = page.evaluate("import('/page/page.mjs').then((page) => page.picture.pixel(0, 0))")
    assert after == pytest.approx([before[0] - 100.0, before[1]], abs=1.5)


def test_a_photograph_is_as_wide_as_its_scene_says(page, server, street):
    with Image.open(io.BytesIO(street)) as whole:
        photograph = io.BytesIO()
        # Twice as wide as high: only the scene tells that this is no panorama.
        whole.crop((100, 60, 400, 210)).save(photograph, "PNG")
    scene_id = server.done(server.begun(photograph.getvalue(), projection="perspective", hfov_deg=80, top=1))[
        "scene_id"
    ]
    opened(page, server, scene_id)
    until_s = time.monotonic() + PATIENCE_S
    while page.evaluate("import('/page/page.mjs').then((page) => page.picture.hfovDeg)") != 80:
        assert time.monotonic() < until_s
    assert not page.evaluate("import('/page/page.mjs').then((page) => page.picture.isPanorama)")
    assert page.faults == []


def test_a_clip_that_did_not_come_is_fetched_again(page, server, scene_id):
    page.route("**/clips/**", lambda route: route.abort())
    opened(page, server, scene_id)
    page.click("#listen")
    page.wait_for_selector("#state:has-text('fetch')")
    page.unroute("**/clips/**")
    until_s = time.monotonic() + PATIENCE_S
    while levels_db(page, over_s=0.2).max() < -70.0:
        assert time.monotonic() < until_s, "nothing sounds"


def test_a_source_on_its_way_is_told_where_it_is(page, server, scene_id):
    opened(page, server, scene_id)
    with wired(server) as wire:
        snapshot = wire.subscribe(scene_id)
        source_id = next(source["id"] for source in snapshot["sources"] if source["kind"] != "ambient")
        frames = [{"time_s": 0.0, "position_m": [0.0, 4.0, 0.0]}, {"time_s": 0.2, "position_m": [0.0, -4.0, 0.0]}]
        path = {"begins_at_s": snapshot["at_s"], "keyframes": frames}
        wire.say("source_path", scene_id=scene_id, source_id=source_id, path=path)
        page.wait_for_selector(f"#source-{source_id} td:text-is('90° right')")
        page.wait_for_selector(f"#source-{source_id} td:has-text('4.0 ±')")
        wire.say("source_path", scene_id=scene_id, source_id=source_id, path=None)
        wire.hear("ack", lambda ack: ack["received_seq"] >= wire.seq)
    assert page.faults == []


def test_in_a_place_one_steps_to_a_neighbour_and_goes_on_looking_the_same_way(browser, page, tmp_path):
    folder = PlaceFolder(tmp_path / "place")
    folder.prepare()
    # The neighbour lies 10 m to the east; its picture's centre looks there, and that of the first to the north.
    here = replace(viewpoint("here", 0.0), links=("there",))
    there = replace(viewpoint("there", 10.0), heading_deg=90.0)
    folder.save(place_of([here, there], []))
    for name in ("here", "there"):
        noisy_scene(folder.path / "viewpoints", name, 0.0)
    with serving(folder.path / "viewpoints") as running:
        opened(page, running, "here")
        page.wait_for_selector("#ways button")
        assert page.inner_text("#ways") == "there, 10 m to the right"
        page.click("#ways button")
        page.wait_for_function("location.hash === '#there'")
        told = page.evaluate("import('/page/page.mjs').then((page) => page.picture.yawDeg)")
        assert told == pytest.approx(90.0)
        page.wait_for_selector("#ways", state="hidden")
