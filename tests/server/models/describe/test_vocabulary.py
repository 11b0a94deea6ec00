from server.models.describe.answer.soundless import is_soundless
from server.models.describe.from_vocabulary import VocabularyProposer
from server.models.describe.vocabulary import VOCABULARY, nearest_entry
from server.models.ground.phrases import phrase_of
from server.pipeline.stages import Impression
from server.pipeline.views import Picture


def test_every_entry_can_be_grounded_once_and_sounds() -> None:
    phrases = [entry.phrase for entry in VOCABULARY]
    assert 60 <= len(phrases) == len(set(phrases))
    for entry in VOCABULARY:
        assert entry.phrase == phrase_of(entry.phrase)
        assert entry.kind != "ambient"
        assert 30.0 <= entry.level_db_spl_1m <= 130.0
        assert not is_soundless(entry.phrase, entry.caption, ambient=False)
        assert nearest_entry(entry.phrase) is entry
        assert nearest_entry(f"the old {entry.phrase}") is entry


def test_the_plural_is_known_too() -> None:
    for several, one in (("buses", "bus"), ("two dogs", "dog"), ("beaches", "beach"), ("horses", "horse")):
        entry = nearest_entry(several)
        assert entry is not None
        assert entry.phrase == one


def test_the_vocabulary_fits_one_prompt_of_the_grounding_model() -> None:
    """Its tokenizer leaves most words whole and cuts long ones in two, and each phrase ends with a dot."""
    tokens = sum(1 + sum(1 if len(word) < 8 else 2 for word in entry.phrase.split()) for entry in VOCABULARY)
    assert tokens + 2 <= 256


def test_no_sound_is_offered_twice() -> None:
    assert len({entry.caption for entry in VOCABULARY}) == len(VOCABULARY)


def test_every_view_is_searched_for_everything(views: list[Picture]) -> None:
    impressions = list(VocabularyProposer().propose(views))
    assert len(impressions) == len(views)
    for impression in impressions:
        assert isinstance(impression, Impression)
        assert [proposal.label for proposal in impression.proposals] == [entry.phrase for entry in VOCABULARY]
        assert not any(proposal.is_grounded for proposal in impression.proposals)
        assert impression.surroundings == "unknown"
