from __future__ import annotations

import numpy as np
import pytest

from binaural.kernels import accumulate_in_numpy, accumulation


def test_compiled_and_plain_loops_give_the_same() -> None:
    pytest.importorskip("numba")
    accumulate = accumulation()
    assert accumulate is not accumulate_in_numpy
    rng = np.random.default_rng(0)
    signals, filters, bins = 7, 11, 129
    spectra = (rng.standard_normal((signals, bins)) + 1j * rng.standard_normal((signals, bins))).astype(np.complex64)
    bank = rng.standard_normal((filters, 2, 2, bins)).astype(np.float32)
    before, after = (rng.integers(0, filters, signals).astype(np.int32) for _ in range(2))
    gains = rng.uniform(0.0, 2.0, (2, signals)).astype(np.float32)
    # Both add to what is there.
    found, wanted = (np.full((4, 2, bins), 3.0, dtype=np.float32) for _ in range(2))

    accumulate(spectra, bank, before, after, gains[0], gains[1], found)
    accumulate_in_numpy(spectra, bank, before, after, gains[0], gains[1], wanted)

    np.testing.assert_allclose(found, wanted, atol=2e-4)
    one = spectra[:, 5] * gains[1] @ (bank[after, 1, 0, 5] + 1j * bank[after, 1, 1, 5])
    assert found[3, 0, 5] - 3.0 == pytest.approx(one.real, abs=1e-3)
    assert found[3, 1, 5] - 3.0 == pytest.approx(one.imag, abs=1e-3)
