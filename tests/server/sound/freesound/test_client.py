import pytest

from protocol.errors import InputError, UnavailableError
from server.sound.freesound.client import FoundSound, FreesoundClient
from tests.server.sound.freesound.site import KEY, Site, serving, sound

DOGS = (
    sound(1, "Dog bark.wav"),
    sound(2, "dog in a yard", licence="Attribution", tags=["bark"]),
    sound(3, "dog of somebody who sells", licence="Attribution NonCommercial"),
    sound(4, "dog all morning", seconds=20.0),
    sound(5, "cat"),
)


def ids(found):
    return [each.id for each in found]


def test_the_search_asks_for_free_licences_and_lengths():
    site = Site(*DOGS)
    with serving(site) as client:
        found = client.search("the dog's", least_s=1.0, most_s=10.0)
        assert ids(found) == []
        assert ids(client.search("dog", least_s=1.0, most_s=10.0)) == [1, 2]
        assert ids(client.search("bark, dog!", least_s=1.0, most_s=30.0)) == [1, 2]
    path, query, headers = site.asked[1]
    assert path == "/apiv2/search/"
    assert query["query"] == "dog"
    assert headers["Authorization"] == f"Token {KEY}"
    assert KEY not in str(query)


def test_licences_are_looked_at_again():
    site = Site(*DOGS)
    site.honours_filter = False
    with serving(site) as client:
        found = client.search("dog", least_s=1.0, most_s=10.0)
    assert [(each.id, each.licence) for each in found] == [(1, "CC0 1.0"), (2, "CC BY 4.0"), (4, "CC0 1.0")]


@pytest.mark.parametrize(
    ("address", "licence"),
    [
        ("https://creativecommons.org/licenses/by/3.0/", "CC BY 3.0"),
        ("http://www.creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ("http://creativecommons.org/licenses/by-nc/3.0/", None),
        ("http://creativecommons.org/licenses/sampling+/1.0/", None),
        ("https://example.org/licenses/by/3.0/", None),
        ("", None),
    ],
)
def test_only_cc0_and_cc_by_count(address, licence):
    found = FoundSound(id=1, name="a", username="b", license=address, url="", duration=1.0, previews={})
    assert found.licence == licence


def test_the_key_goes_to_the_api_alone():
    site = Site(*DOGS)
    with serving(site) as client:
        [first, *_] = client.search("dog", least_s=1.0, most_s=10.0)
        assert client.preview(first).startswith(b"OggS")
    assert "Authorization" not in site.asked[-1][2]


@pytest.mark.parametrize(
    "faults",
    [
        [(429, {"detail": "Request was throttled."}, {"Retry_After": "0"})],
        [(503, {}, {}), "cut"],
    ],
)
def test_what_passes_is_tried_again(faults):
    site = Site(*DOGS)
    site.faults = list(faults)
    with serving(site) as client:
        assert ids(client.search("cat", least_s=1.0, most_s=10.0)) == [5]
    assert len(site.asked) == len(faults) + 1


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ([(429, {"detail": "Too many today."}, {})] * 3, r"asks for fewer requests \(too many today\)"),
        ([(429, {"detail": "Wait."}, {"Retry_After": "3600"})], "asks for fewer requests"),
        ([(404, {}, {})], "answers 404"),
        ([(302, {}, {"Location": "http://127.0.0.1:9/"})], "answers 302"),
        ([(200, ["what"], {})], "answers with something else than sounds"),
        (["cut"] * 3, "the answer was cut off"),
    ],
)
def test_what_does_not_pass_is_one_clear_line_without_the_key(faults, message):
    site = Site(*DOGS)
    site.faults = list(faults)
    with serving(site) as client, pytest.raises(UnavailableError, match=message) as raised:
        client.search("dog", least_s=1.0, most_s=10.0)
    assert "\n" not in str(raised.value)
    assert KEY not in str(raised.value)
    assert not site.faults


def test_a_wrong_key_is_told_as_such():
    with serving(Site(), key="wrong") as client, pytest.raises(InputError, match="refuses the key") as raised:
        client.search("dog", least_s=1.0, most_s=10.0)
    assert "SONORAMA_FREESOUND_KEY" in str(raised.value)


def test_nobody_at_the_address_is_told():
    client = FreesoundClient(KEY, api_url="http://127.0.0.1:9/apiv2", first_wait_s=0.01)
    with pytest.raises(UnavailableError, match="can't be reached"):
        client.search("dog", least_s=1.0, most_s=10.0)
