from collections.abc import Sequence

import numpy as np

from server.models.voice.quality.candidates import CandidateVoicer
from server.models.voice.quality.checked import CheckedVoicer
from tests.server.models.voice.scripted import ScriptedVoicer, hiss, tone, voice_request


class Louder:
    """Likes loud clips, and remembers the words."""

    identity = "louder@1"

    def likeness(self, clips: Sequence[np.ndarray], texts: Sequence[str]) -> list[float]:
        self.texts = list(texts)
        return [float(np.abs(clip).max()) for clip in clips]


def test_the_candidate_that_the_judge_likes_best_is_kept() -> None:
    dogs = [tone(500, amplitude=level) for level in (0.1, 0.3, 0.2)]
    bells = [tone(900, amplitude=level) for level in (0.4, 0.2, 0.1)]
    voice, judge = ScriptedVoicer(dog=dogs, bell=bells), Louder()
    dog, bell = CandidateVoicer(voice, judge, candidates=3).voice(
        [
            voice_request("dog", "the sound of a dog barking, with music in the background", seed=4),
            voice_request("bell", seed=5),
        ]
    )
    np.testing.assert_array_equal(dog.samples, dogs[1])
    np.testing.assert_array_equal(bell.samples, bells[0])
    (asked_for,) = voice.rounds
    assert [request.label for request in asked_for] == ["dog"] * 3 + ["bell"] * 3
    assert asked_for[0].seed == 4
    assert len({request.seed for request in asked_for}) == 6
    assert judge.texts == ["A dog barking"] * 3 + ["A bell"] * 3


def test_a_clip_with_a_note_is_kept_only_where_all_have_one() -> None:
    voice = CheckedVoicer(ScriptedVoicer(dog=[10 * hiss(), tone(amplitude=0.1)]), stand_in=ScriptedVoicer(), retries=0)
    (sound,) = CandidateVoicer(voice, Louder(), candidates=2).voice([voice_request("dog")])
    assert sound.note == ""
    voice = CheckedVoicer(ScriptedVoicer(dog=[hiss(), 2 * hiss()]), stand_in=ScriptedVoicer(), retries=0)
    (sound,) = CandidateVoicer(voice, Louder(), candidates=2).voice([voice_request("dog")])
    assert "noise" in sound.note
    np.testing.assert_array_equal(sound.samples, 2 * hiss())


def test_the_identity_names_voice_judge_and_count() -> None:
    voice, judge = ScriptedVoicer(), Louder()
    names = {CandidateVoicer(voice, judge, candidates=count).identity for count in (2, 3)}
    assert len(names) == 2
    assert all("scripted@1" in name and "louder@1" in name for name in names)
