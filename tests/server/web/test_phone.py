"""The page as a phone has it: slow networks that change, sleep, and a sound card with a clock of its own."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.server.api.server_process import serving
from tests.server.api.wire import wired
from tests.server.client.scenes import noisy_scene
from tests.server.web.impaired import impaired

# Plays a tone with the page's own code, faster than in real time: an AudioContext whose sound card is the renderer.
# The server's clock drifts away from the sound card's, and is known with some noise, once a second.
_PLAYED = """async ({ seconds, rate, toneHz, drift, delayS, jitterS, pause, leapAtS, leapS }) => {
    let offline;
    const kept = globalThis.AudioContext;
    globalThis.AudioContext = class {
        constructor() { return (offline = new OfflineAudioContext(1, seconds * rate, rate)); }
    };
    const { Sound } = await import("/page/sound.mjs");
    const { Clock } = await import("/page/clock.mjs");
    const serverS = (t) => t * (1 + drift) + (t < leapAtS ? 0 : leapS);
    let state = 12345;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    // One way through the network: every fiftieth packet must be sent again, and in a pause all wait for its end.
    const wayS = (t) => {
        const resentS = random() < 0.02 ? 0.2 : 0;
        const pausedS = t > pause[0] && t < pause[1] ? pause[1] - t : 0;
        return delayS + jitterS * (2 * random() - 1) + resentS + pausedS;
    };
    const clock = new Clock();
    const answers = [];
    const ping = (t) => {
        const thereS = t + wayS(t);
        const backS = thereS + wayS(thereS);
        const there = serverS(thereS);
        answers.push({ client_sent_s: t, server_received_s: there, server_sent_s: there, client_received_s: backS });
        answers.sort((one, other) => one.client_received_s - other.client_received_s);
    };
    const estimatedS = (t) => {
        while (answers.length && answers[0].client_received_s <= t) clock.add(answers.shift());
        const estimate = clock.estimate(t);
        return estimate && t + estimate.offset_s;
    };
    const tone = Float32Array.from({ length: rate }, (_, n) => 0.1 * Math.sin((2 * Math.PI * toneHz * n) / rate));
    const sound = new Sound(async () => tone, () => estimatedS(offline.currentTime));
    globalThis.AudioContext = kept;
    offline.decodeAudioData = async (samples) => {
        const buffer = new AudioBuffer({ length: rate, sampleRate: rate });
        buffer.copyToChannel(samples, 0);
        return buffer;
    };
    const clip = { sha256: "tone", url: "/tone", loop: true };
    const source = { kind: "ambient", level_db_spl_1m: 70, clip, playing_since_s: 0 };
    const step = (t) => { ping(t); return estimatedS(t) === null ? null : sound.update("tone", source); };
    for (let second = 1; second < seconds; second += 1) {
        offline.suspend(second).then(async () => { await step(second); offline.resume(); });
    }
    // The page has been open for a while when somebody listens.
    for (let second = -8; second < 0; second += 1) ping(second);
    await step(0);
    const rendered = await offline.startRendering();
    const samples = rendered.getChannelData(0);
    // By how much each second is late, from the phase of the tone in the middle of it; and its largest kink.
    const seen = [];
    for (let second = 0; second < seconds; second += 1) {
        let real = 0, imaginary = 0, kink = 0;
        const length = rate / 5;
        for (let n = Math.round((second + 0.4) * rate), end = n + length; n < end; n += 1) {
            const angle = 2 * Math.PI * toneHz * serverS(n / rate);
            real += samples[n] * Math.sin(angle);
            imaginary += samples[n] * Math.cos(angle);
        }
        for (let n = second * rate + 1; n + 1 < (second + 1) * rate; n += 1) {
            kink = Math.max(kink, Math.abs(samples[n - 1] - 2 * samples[n] + samples[n + 1]));
        }
        const size = (2 * Math.hypot(real, imaginary)) / length;
        seen.push([(1000 * Math.atan2(imaginary, real)) / (2 * Math.PI * toneHz), kink, size]);
    }
    return seen;
}"""
_RATE_HZ = 8_000
_TONE_HZ = 10
_LOOK_AHEAD_MS = 6.0
# A tone of 0.1 has no larger kink than this by itself.
_TONE_KINK = 0.1 * (2.0 * np.pi * _TONE_HZ / _RATE_HZ) ** 2


def played(page, server, *, seconds, drift=0.0, delay_s=0.0, jitter_s=0.0, pause=(0.0, 0.0), leap_at_s=0.0, leap_s=0.0):
    """How late in ms the tone is, its largest kink and its amplitude, in each second."""
    page.goto(f"{server.client.base_url}/")
    asked = {"seconds": seconds, "rate": _RATE_HZ, "toneHz": _TONE_HZ, "drift": drift, "delayS": delay_s}
    asked |= {"jitterS": jitter_s, "pause": pause, "leapAtS": leap_at_s, "leapS": leap_s}
    return np.array(page.evaluate(_PLAYED, asked)).T


def lateness_ms(late_ms):
    """Without what the page's limiter looks ahead, which nothing changes."""
    return late_ms + _LOOK_AHEAD_MS


@pytest.mark.parametrize("drift", [100e-6, -100e-6])
@pytest.mark.parametrize(
    ("network", "most_ms"),
    [
        ({"delay_s": 0.002, "jitter_s": 0.0015}, 5.0),
        ({"delay_s": 0.012, "jitter_s": 0.008}, 5.0),
        ({"delay_s": 0.08, "jitter_s": 0.04, "pause": (200.0, 210.0)}, 5.0),
    ],
    ids=["cable", "air", "phone"],
)
def test_for_ten_minutes_a_clock_that_drifts_makes_no_click_and_no_lag(page, server, drift, network, most_ms):
    late_ms, kinks, sizes = played(page, server, seconds=600, drift=drift, **network)
    assert np.abs(lateness_ms(late_ms)).max() < most_ms
    # It creeps nowhere: the last minutes are like the first ones.
    assert abs(np.mean(late_ms[-240:]) - np.mean(late_ms[:240])) < 0.3 * most_ms
    # The tone begins in the middle of its clip, faded in.
    assert kinks[1:].max() < 1.5 * _TONE_KINK
    assert sizes[1:] == pytest.approx(np.mean(sizes[1:]), rel=0.01)


def test_a_sound_card_that_stood_still_is_in_step_a_second_later_without_a_click(page, server):
    late_ms, kinks, _ = played(page, server, seconds=12, leap_at_s=5.5, leap_s=3.33)
    # The whole clip is 1 s long, the tone's period 100 ms.
    assert lateness_ms(late_ms[[3, 9]]) == pytest.approx([0.0, 0.0], abs=1.0)
    assert kinks.max() < 0.02


def test_a_phone_that_changes_its_network_follows_again(page, tmp_path):
    noisy_scene(tmp_path / "library", "square", 90.0)
    Image.new("RGB", (2, 1)).save(tmp_path / "library" / "square" / "picture.jpg")
    with serving(tmp_path / "library") as server, impaired(server.client.base_url.port) as link:
        page.goto(f"http://127.0.0.1:{link.port}/#square")
        page.wait_for_selector("#sources tr input")
        link.switch()
        page.wait_for_selector("text=the server doesn't answer")
        page.wait_for_selector("#state:text-is('connected')")
        with wired(server) as wire:
            wire.subscribe("square")
            wire.say("set_source", scene_id="square", source_id="noise-0", label="brass band")
            page.wait_for_selector("text=brass band")


def test_a_page_that_slept_shows_what_happened_meanwhile(page, server, scene_id):
    page.goto(f"{server.client.base_url}/#{scene_id}")
    page.wait_for_selector("#sources tr input")
    source = server.client.get(f"/v1/scenes/{scene_id}").json()["sources"][0]
    chromium = page.context.new_cdp_session(page)
    chromium.send("Page.setWebLifecycleState", {"state": "frozen"})
    with wired(server) as wire:
        wire.subscribe(scene_id)
        wire.say("set_source", scene_id=scene_id, source_id=source["id"], label="brass band")
        wire.hear("ack", lambda ack: ack["received_seq"] >= wire.seq)
        chromium.send("Page.setWebLifecycleState", {"state": "active"})
        page.wait_for_selector("text=brass band")
        wire.say("set_source", scene_id=scene_id, source_id=source["id"], label=source["label"])
        wire.hear("ack", lambda ack: ack["received_seq"] >= wire.seq)
    assert page.faults == []


def test_a_page_that_was_left_and_is_taken_back_follows_its_scene_again(page, server, scene_id):
    page.goto(f"{server.client.base_url}/#{scene_id}")
    page.wait_for_selector("#sources tr input")
    page.evaluate("""() => {
        document.querySelector("#sources").replaceChildren();
        for (const name of ["pagehide", "pageshow"]) dispatchEvent(new PageTransitionEvent(name, { persisted: true }));
    }""")
    page.wait_for_selector("#sources tr input")
    assert page.faults == []
