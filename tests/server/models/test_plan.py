import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import InputError
from server.models.catalogue import MODELS, image_text_model, model_named
from server.models.plan import chosen_models, plan
from server.presets import PRESETS, preset_named

EVERYTHING = frozenset(model.name for model in MODELS)
GIB = 2**30


def planned(preset="full", *, memory_gb, device="cuda", dtype="bfloat16", present=(), free_disk_gb=100.0, models=None):
    memory_bytes = round(memory_gb * 1e9)
    own = chosen_models(preset_named(preset).models, memory_bytes, device=device, dtype=dtype)
    return plan(
        own if models is None else models,
        device=device,
        memory_bytes=memory_bytes,
        dtype=dtype,
        present=present,
        free_disk_bytes=round(free_disk_gb * 1e9),
    )


def batches(made):
    return {stage.role: stage.at_once for stage in made.stages}


@pytest.mark.parametrize(
    ("memory_gb", "describer", "at_once"),
    [
        (4, "internvl-1b", {"describe": 5, "ground": 2, "distance": 1, "voice": 2}),
        (8, "internvl-2b", {"describe": 6, "ground": 6, "distance": 5, "voice": 8}),
        (12, "internvl-2b", {"describe": 8, "ground": 8, "distance": 8, "voice": 8}),
        (24, "internvl-8b", {"describe": 8, "ground": 8, "distance": 8, "voice": 8}),
        # As they are sold, in GiB, while a desktop uses 1.5 GB of them.
        (8 * GIB / 1e9 - 1.5, "internvl-2b", {"describe": 4, "ground": 5, "distance": 4, "voice": 8}),
        (24 * GIB / 1e9 - 1.5, "internvl-8b", {"describe": 8, "ground": 8, "distance": 8, "voice": 8}),
    ],
)
def test_each_size_of_card_has_a_plan(memory_gb, describer, at_once):
    made = planned(memory_gb=memory_gb)
    assert made.models[0].name == describer
    assert batches(made) == at_once
    assert made.fits_memory
    assert made.peak_bytes <= memory_gb * 1e9


@pytest.mark.parametrize("memory_gb", [8, 16, 64])
def test_a_processor_has_a_plan_with_the_smallest_describer_and_small_batches(memory_gb):
    made = planned(memory_gb=memory_gb, device="cpu", dtype="float32")
    assert made.models[0].name == "internvl-1b"
    assert {stage.dtype for stage in made.stages} == {"float32"}
    assert all(0 < stage.at_once <= 2 for stage in made.stages)
    assert made.stages[0].weights_bytes == 2 * model_named("internvl-1b").weights_bytes


def test_small_runs_on_two_gigabytes():
    made = planned("small", memory_gb=2.5, device="cpu", dtype="float32")
    assert [model.name for model in made.models] == ["grounding-dino-tiny", "depth-anything-v2-outdoor-small"]
    assert made.fits_memory


def test_embedded_needs_nothing():
    made = planned("embedded", memory_gb=1, free_disk_gb=0)
    assert (made.models, made.download_bytes, made.peak_bytes) == ((), 0, 0)
    assert made.fits_memory
    assert made.fits_disk


def test_weights_take_what_their_parameters_take():
    """The published counts of parameters with two bytes each, in GiB."""
    published_gib = {"internvl-1b": 1.8, "internvl-2b": 4.1, "internvl-8b": 15, "grounding-dino-tiny": 0.3}
    for name, size_gib in published_gib.items():
        assert model_named(name).weights_bytes / GIB == pytest.approx(size_gib, rel=0.08)
    both = model_named("depthfm").weights_bytes + model_named("stable-diffusion-vae").weights_bytes
    assert both / GIB == pytest.approx(1.8, rel=0.05)
    assert model_named("tangoflux").weights_bytes / GIB == pytest.approx(1.9, rel=0.05)
    resident = planned(memory_gb=12)
    assert sum(model.weights_bytes for model in resident.models) / GIB == pytest.approx(8.1, rel=0.05)


def test_a_card_that_is_too_small_is_told_not_hidden():
    made = planned(memory_gb=2)
    assert not made.fits_memory
    assert [stage.role for stage in made.stages if not stage.fits] == ["describe", "ground", "distance", "voice"]
    assert made.at_once("distance") == 1


def test_only_what_is_absent_is_fetched():
    first = planned(memory_gb=12)
    assert set(first.absent) == set(first.models)
    rest = planned(memory_gb=12, present={"internvl-2b", "tangoflux", "clap"})
    assert first.download_bytes - rest.download_bytes == sum(
        model_named(name).download_bytes for name in ("internvl-2b", "tangoflux")
    )
    assert planned(memory_gb=12, present=EVERYTHING).download_bytes == 0


def test_a_disk_that_is_too_small_is_told():
    assert not planned(memory_gb=12, free_disk_gb=5).fits_disk
    assert planned(memory_gb=12, free_disk_gb=5, present=EVERYTHING).fits_disk


def test_other_models_may_take_the_place_of_the_presets_own():
    made = planned(memory_gb=8, models=[model_named("depth-pro"), model_named("clap")])
    assert batches(made) == {"distance": 1, "judge": 8}
    assert made.at_once("describe") == 1


def test_a_model_of_unknown_size_is_planned_with_care():
    made = planned(memory_gb=8, models=[image_text_model("Qwen/Qwen2.5-VL-3B-Instruct")])
    assert made.fits_memory
    assert 1 <= made.at_once("describe") <= 8


def test_an_unknown_preset_is_refused():
    with pytest.raises(InputError, match="there is no preset 'huge'"):
        planned("huge", memory_gb=8)


@given(
    preset=st.sampled_from([row.name for row in PRESETS.values() if row.needs_download]),
    memory_gb=st.floats(0.5, 200),
    device=st.sampled_from(["cpu", "cuda", "cuda:1", "mps"]),
    dtype=st.sampled_from(["float32", "bfloat16", "float16"]),
)
def test_a_stage_that_fits_stays_within_the_memory(preset, memory_gb, device, dtype):
    made = planned(preset, memory_gb=memory_gb, device=device, dtype=dtype)
    for stage in made.stages:
        assert (stage.peak_bytes <= made.memory_bytes) == stage.fits


@given(memory_gb=st.floats(1, 100), more_gb=st.floats(0, 100))
def test_more_memory_never_brings_a_smaller_describer(memory_gb, more_gb):
    smaller, larger = (planned(memory_gb=memory_gb + extra) for extra in (0, more_gb))
    assert smaller.models[0].weights_bytes <= larger.models[0].weights_bytes
