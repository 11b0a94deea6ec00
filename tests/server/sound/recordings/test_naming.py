from pathlib import Path

import pytest

from server.sound.recordings.naming import fitting, title

LIBRARY = Path("library")


def found(names: list[str], label: str, prompt: str = "") -> list[str]:
    fits = fitting([LIBRARY / name for name in names], LIBRARY, label=label, prompt=prompt)
    return [str(fit.path.relative_to(LIBRARY)) for fit in fits]


@pytest.mark.parametrize(
    ("label", "prompt", "names"),
    [
        ("dog", "", ["dog.wav", "dog_2.wav"]),
        ("barking dog", "", ["dog-barking.wav"]),
        ("trees", "leaves in the wind", []),
        ("wind", "wind in leaves", ["wind.wav"]),
        ("canal", "gentle water lapping", ["water.wav"]),
        ("boat", "a boat on the water", []),
        ("", "", []),
    ],
)
def test_names_match_by_words(label: str, prompt: str, names: list[str]) -> None:
    files = ["dog.wav", "dog_2.wav", "dog-barking.wav", "wind.wav", "water.wav", "07.wav"]
    assert found(files, label, prompt) == names


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("barking dog.wav", "dog"),
        ("Freesound 12345 - dog bark.flac", "dog"),
        ("12345__some_body__dog-barking-01.wav", "dog"),
        ("BBC_Dogs_Barking_07012043.wav", "dog"),
        ("SmallDogBark_v2_48kHz_stereo.wav", "dog"),
        ("Animals/Dogs/03.wav", "dog"),
        ("Animals/Dogs/bark (2).wav", "dog"),
        ("nature/Water/Fountain/rec 7.wav", "fountain"),
        ("church bells ringing in the evening.mp3", "church bell"),
        ("children playing.wav", "children"),
        ("xylophone solo.wav", "xylophone"),
        ("Fließend/Brunnen/fountain.wav", "fountain"),
    ],
)
def test_names_as_libraries_write_them_fit(name: str, label: str) -> None:
    assert found([name], label) == [name]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("hot dog stand.wav", "dog"),
        ("fire truck siren.wav", "fire"),
        ("car horn.wav", "car"),
        ("birds in the dog park.wav", "dog"),
        ("Dogs/cat meowing.wav", "dog"),
        ("catalogue.wav", "cat"),
        ("12345__dogwalker__church-bell.wav", "dog"),
    ],
)
def test_names_of_something_else_do_not(name: str, label: str) -> None:
    assert found([name], label) == []


def test_the_plainest_name_goes_first() -> None:
    files = ["Dogs/03.wav", "dog barking far away.wav", "dog barking.wav", "dog.wav"]
    for left in range(len(files), 1, -1):
        assert found(files[:left], "dog") == [files[left - 1]]


def test_why_is_told() -> None:
    (fit,) = fitting([LIBRARY / "Animals" / "Dogs" / "03.wav"], LIBRARY, label="dog", prompt="")
    assert fit.why == "its folder 'dogs'"
    assert title(Path("01 - Take 3 (stereo).wav")) == ""
