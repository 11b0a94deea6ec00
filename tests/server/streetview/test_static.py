import numpy as np
import pytest

from protocol.errors import InputError, UnavailableError
from server.streetview.static import fetch_photograph
from tests.server.streetview.google import KEY, PANO, dusk, maps_client, refusal

METADATA_PATH, PATH = "/maps/api/streetview/metadata", "/maps/api/streetview"


def taken(google, place=(1.5, -2.5)):
    return fetch_photograph(maps_client(google.url), place, radius_m=30, heading_deg=-90.0, hfov_deg=75.0)


def test_a_photograph_is_asked_for_by_the_panorama_that_the_free_metadata_tell(google):
    photo = taken(google)
    (first, found, _), (second, asked, _) = google.asked
    assert (first, second) == (METADATA_PATH, PATH)
    assert (found["location"], found["radius"]) == ("1.5,-2.5", "30")
    assert asked == {
        "pano": PANO, "size": "640x640", "heading": "270", "fov": "75", "pitch": "0", "return_error_code": "true",
        "key": KEY,
    }  # fmt: skip
    assert (photo.heading_deg, photo.hfov_deg, photo.copyright, photo.date) == (270.0, 75.0, "© Google", "2022-08")
    assert photo.image.size == (640, 640)
    assert np.abs(np.asarray(photo.image).astype(int) - dusk(640, 640)).max() <= 6


def test_a_panorama_is_asked_for_by_its_id(google):
    taken(google, "some-id")
    assert google.asked[0][1]["pano"] == "some-id"


@pytest.mark.parametrize(
    ("metadata", "kind", "words"),
    [
        ({"status": "ZERO_RESULTS"}, UnavailableError, "1.5, -2.5: has no Street View within 30 m; look further"),
        (
            {"status": "REQUEST_DENIED", "error_message": f"The provided API key {KEY} is expired. More"},
            InputError,
            "Google refuses the key (the provided api key … is expired); check SONORAMA_GOOGLE_KEY",
        ),
        ({"status": "OVER_QUERY_LIMIT"}, UnavailableError, "the quota is spent; wait"),
        ({"status": "INVALID_REQUEST"}, UnavailableError, "answers invalid_request; check the options"),
        ({}, UnavailableError, "answers none"),
    ],
)
def test_a_place_without_a_picture_and_a_refusal_cost_no_photograph(google, metadata, kind, words):
    google.photo_metadata = metadata
    with pytest.raises(kind) as caught:
        taken(google)
    assert words in str(caught.value)
    assert KEY not in str(caught.value)
    assert google.paths() == [METADATA_PATH]


def test_a_panorama_that_is_gone_is_told(google):
    google.photo_metadata = {"status": "NOT_FOUND"}
    with pytest.raises(UnavailableError, match="panorama old: does not exist"):
        taken(google, "old")


@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff\xd8\xff\xe0\0\x10JFIF"])
def test_a_damaged_photograph_is_told(google, content):
    google.faults[PATH] = [(200, content)]
    with pytest.raises(UnavailableError, match="is damaged; try again"):
        taken(google)


def test_a_photograph_that_google_refuses_is_told(google):
    google.faults[PATH] = [(403, refusal(403, "The Google Maps Platform server rejected your request."))]
    with pytest.raises(InputError, match="rejected your request"):
        taken(google)
