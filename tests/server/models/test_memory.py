import pytest
import torch

from protocol.errors import InputError
from server.models.memory import available_bytes, limit, parse_memory
from server.models.runtime import Runtime


@pytest.mark.parametrize(
    ("words", "size_bytes"),
    [
        ("8GB", 8 * 10**9),
        ("8gb", 8 * 10**9),
        (" 8 G ", 8 * 10**9),
        ("8GiB", 8 * 2**30),
        ("0.5 TB", 5 * 10**11),
        ("500MB", 5 * 10**8),
        ("8000000000", 8 * 10**9),
        ("11.5gib", 12_348_030_976),
    ],
)
def test_sizes_are_read_as_people_write_them(words, size_bytes):
    assert parse_memory(words) == size_bytes


@pytest.mark.parametrize("words", ["", "much", "8 apples", "-8GB", "8,5GB", "8", "1kB", "99MB", "8GBB", "1e10"])
def test_what_is_no_size_is_one_line(words):
    with pytest.raises(InputError, match=r"--max-memory.*write it as 8GB"):
        parse_memory(words)


def test_what_is_free_is_cut_to_what_the_user_allows():
    free = available_bytes(Runtime())
    assert free > 10**8
    assert available_bytes(Runtime(max_memory_bytes=10**8)) == 10**8
    assert available_bytes(Runtime(max_memory_bytes=10**15)) < 10**15


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_limited_gpu_runs_out_of_memory_early():
    limit(Runtime(device="cuda", max_memory_bytes=10**9))
    try:
        with pytest.raises(torch.cuda.OutOfMemoryError):
            torch.empty(2 * 10**9, dtype=torch.uint8, device="cuda")
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
