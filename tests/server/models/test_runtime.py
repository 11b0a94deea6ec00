import traceback
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import InputError, UnavailableError
from server.models.runtime import Runtime, in_batches, loaded, resolved


def doubling(*, fits, sizes):
    """A run on a device whose memory takes so many items at once."""

    def run(batch):
        sizes.append(len(batch))
        if len(batch) > fits:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return [2 * item for item in batch]

    return run


# Each halving collects garbage, which takes long in a process that has torch.
@settings(max_examples=20, deadline=None)
@given(items=st.lists(st.integers()), size=st.integers(1, 40), fits=st.integers(1, 40))
def test_every_item_is_answered_once_and_in_order_whatever_fits(items, size, fits):
    sizes = []
    assert list(in_batches(items, doubling(fits=fits, sizes=sizes), size=size)) == [2 * item for item in items]
    assert all(later <= earlier for earlier, later in pairwise(sizes))


def test_batches_are_halved_until_they_fit_and_stay_so():
    sizes = []
    assert list(in_batches(range(7), doubling(fits=2, sizes=sizes), size=8)) == list(range(0, 14, 2))
    assert sizes == [7, 4, 2, 2, 2, 1]


def test_an_item_that_does_not_fit_alone_is_told():
    sizes = []
    with pytest.raises(UnavailableError, match="exhausted by a single item") as raised:
        list(in_batches(range(4), doubling(fits=0, sizes=sizes), size=4))
    assert sizes == [4, 2, 1]
    assert "--device cpu" in raised.value.remedy


def test_answers_before_the_memory_ran_out_have_been_given():
    def run(batch):
        if 3 in batch:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return batch

    given_out = []
    with pytest.raises(UnavailableError):
        given_out.extend(one for one in in_batches(range(5), run, size=2) if given_out.append(one))
    assert given_out == [0, 1, 2]


def test_other_errors_are_not_swallowed():
    def run(batch):
        raise RuntimeError("a shape is wrong")

    with pytest.raises(RuntimeError, match="a shape is wrong"):
        list(in_batches(range(4), run, size=4))


@dataclass
class Talker:
    model: Any
    tokenizer: str = "words"


def linear():
    return torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.BatchNorm1d(4))


def is_empty(module):
    return all(tensor.is_meta for tensor in module.state_dict().values())


@pytest.mark.parametrize("make", [linear, lambda: (linear(), "words"), lambda: Talker(linear())])
def test_weights_are_gone_after_the_block_though_the_variable_still_holds_the_model(make):
    with loaded(make) as item:
        module = item.model if isinstance(item, Talker) else item[0] if isinstance(item, tuple) else item
        assert module(torch.ones(2, 4)).shape == (2, 4)
        assert not is_empty(module)
    assert is_empty(module)


def test_weights_are_gone_after_an_error_though_its_frames_still_hold_the_model():
    def work():
        with loaded(linear) as model:
            raise RuntimeError(str(model))

    with pytest.raises(RuntimeError) as raised:
        work()
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(raised.value.__traceback__)]
    (model,) = [held["model"] for held in frames if isinstance(held.get("model"), torch.nn.Module)]
    assert is_empty(model)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_gpu_gets_its_memory_back():
    torch.cuda.empty_cache()
    before = torch.cuda.memory_reserved()
    with loaded(lambda: torch.nn.Linear(4096, 4096, device="cuda")) as model:
        assert torch.cuda.memory_reserved() > before
    assert torch.cuda.memory_reserved() == before
    assert is_empty(model)


def test_auto_is_what_the_machine_has():
    runtime = resolved()
    if torch.cuda.is_available():
        assert runtime.device == "cuda"
    elif not torch.backends.mps.is_available():
        assert runtime == Runtime(device="cpu", dtype="float32")


def test_the_processor_takes_what_it_is_told():
    runtime = resolved(device="cpu", dtype="bfloat16", max_memory_bytes=7)
    assert runtime == Runtime(device="cpu", dtype="bfloat16", max_memory_bytes=7)
    assert runtime.torch_dtype is torch.bfloat16


@pytest.mark.parametrize(
    ("machine", "device", "dtype"),
    [
        ((7, 5), "cuda", "float16"),  # Turing, on which torch emulates bfloat16
        ((8, 0), "cuda", "bfloat16"),  # Ampere
        ("mps", "mps", "float16"),
        (None, "cpu", "float32"),
    ],
)
def test_auto_takes_the_numbers_in_which_a_device_computes(monkeypatch, machine, device, dtype):
    """Devices that this machine lacks are played by what torch says of them."""
    has_cuda = isinstance(machine, tuple)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_cuda)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: has_cuda)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: machine)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: machine == "mps")
    assert resolved() == Runtime(device=device, dtype=dtype)
    assert resolved(dtype="float32").dtype == "float32"


@pytest.mark.parametrize("options", [{"device": "tpu"}, {"device": "gpu"}, {"device": ""}, {"dtype": "int8"}])
def test_what_does_not_exist_is_refused(options):
    with pytest.raises(InputError, match=f"there is no {next(iter(options))}") as raised:
        resolved(**options)
    assert raised.value.where == f"--{next(iter(options))}"


@pytest.mark.skipif(torch.cuda.is_available(), reason="the machine has one")
@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_a_device_that_the_machine_lacks_is_unavailable(device):
    with pytest.raises(UnavailableError, match="has no cuda"):
        resolved(device=device)
