"""Fits heads in NumPy: principal components of the features, then one hidden layer by Adam.

The same examples give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.perception.land_cover.head import Head
from server.perception.land_cover.inputs import OWN_INPUTS

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_COMPONENTS = 96
_LEAST_VARIANCE = 0.1
_UNITS, _EPOCHS, _BATCH = 64, 6, 512
_RATE, _DECAY = 3e-3, 0.1
_DROPPED_INPUTS, _DROPPED_UNITS = 0.1, 0.3
_SMOOTHING = 0.05
_BETA_1, _BETA_2 = 0.9, 0.999


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Sums over examples; those of many pictures add up.

    Attributes:
        count: how many examples.
        total: (inputs,), of what is known.
        products: (inputs, inputs), of all its pairs.
    """

    count: int
    total: Doubles = field(repr=False)
    products: Doubles = field(repr=False)

    @classmethod
    def of(cls, known: NDArray[np.float16]) -> Moments:
        """Of examples (N, inputs)."""
        values = known.astype(np.float32)
        return cls(
            count=len(known),
            total=values.sum(axis=0, dtype=np.float64),
            products=(values.T @ values).astype(np.float64),
        )

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            count=self.count + other.count, total=self.total + other.total, products=self.products + other.products
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Projection:
    """What is known of a cell, made few: standardised, and the features' principal components.

    Attributes:
        mean: (inputs,).
        matrix: (OWN_INPUTS + components, inputs).
    """

    mean: Floats = field(repr=False)
    matrix: Floats = field(repr=False)

    @classmethod
    def by(cls, moments: Moments) -> Projection:
        """The projection that examples suggest; what they show does not matter."""
        mean = moments.total / moments.count
        spread = moments.products / moments.count - np.outer(mean, mean)
        deviation = np.maximum(np.sqrt(np.maximum(np.diag(spread), 0.0)), 1e-2)
        correlation = (spread / np.outer(deviation, deviation))[OWN_INPUTS:, OWN_INPUTS:]
        variance, axes = np.linalg.eigh(correlation)
        rows = axes[:, ::-1][:, :_COMPONENTS] / np.sqrt(variance[::-1][:_COMPONENTS] + _LEAST_VARIANCE)
        # The sign of an eigenvector is anyone's choice.
        rows *= np.sign(rows[np.abs(rows).argmax(axis=0), np.arange(rows.shape[1])])
        matrix = np.zeros((OWN_INPUTS + rows.shape[1], len(mean)), np.float32)
        matrix[:OWN_INPUTS, :OWN_INPUTS] = np.diag(1.0 / deviation[:OWN_INPUTS])
        matrix[OWN_INPUTS:, OWN_INPUTS:] = rows.T / deviation[OWN_INPUTS:]
        return cls(mean=mean.astype(np.float32), matrix=matrix)

    def __call__(self, known: NDArray[np.float16]) -> Floats:
        """Of examples (N, inputs)."""
        return (known.astype(np.float32) - self.mean) @ self.matrix.T


@dataclass(slots=True)
class _Adam:
    """Loshchilov & Hutter (2019), algorithm 2."""

    weights: list[Floats]
    first: list[Floats] = field(init=False)
    second: list[Floats] = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        self.first = [np.zeros_like(each) for each in self.weights]
        self.second = [np.zeros_like(each) for each in self.weights]

    def step(self, gradients: list[Floats], rate: float) -> None:
        """Move the weights down their gradients."""
        self.steps += 1
        for weight, gradient, first, second in zip(self.weights, gradients, self.first, self.second, strict=True):
            first += (1 - _BETA_1) * (gradient - first)
            second += (1 - _BETA_2) * (gradient**2 - second)
            size = np.sqrt(second / (1 - _BETA_2**self.steps)) + 1e-8
            decay = _DECAY * weight if weight.ndim == 2 else 0.0
            weight -= rate * (first / (1 - _BETA_1**self.steps) / size + decay)


def fitted(projected: Floats, cover: NDArray[np.uint8], weight: Floats, by: Projection, *, covers: int) -> Head:
    """The head fitted to examples.

    Args:
        projected: (N, components), what is known of them.
        cover: (N,).
        weight: of each example, (N,).
        by: how they were projected.
        covers: how many there are.
    """
    hidden, hidden_bias, output, output_bias = _weights(projected, cover, weight / weight.mean(), covers)
    hidden = hidden @ by.matrix
    return Head(hidden=hidden, hidden_bias=hidden_bias - hidden @ by.mean, output=output, output_bias=output_bias)


def _weights(projected: Floats, cover: NDArray[np.uint8], weight: Floats, covers: int) -> list[Floats]:
    chance = np.random.default_rng(0)
    count, inputs = projected.shape
    hidden = (chance.standard_normal((_UNITS, inputs)) * np.sqrt(1.0 / inputs)).astype(np.float32)
    output = (chance.standard_normal((covers, _UNITS)) * np.sqrt(1.0 / _UNITS)).astype(np.float32)
    weights = [hidden, np.zeros(_UNITS, np.float32), output, np.zeros(covers, np.float32)]
    adam = _Adam(weights)
    steps = _EPOCHS * (count // _BATCH)
    order = np.concatenate([chance.permutation(count)[: count // _BATCH * _BATCH] for _ in range(_EPOCHS)])
    for step, at in enumerate(order.reshape(steps, _BATCH)):
        kept = (chance.random((_BATCH, inputs), np.float32) > _DROPPED_INPUTS) / np.float32(1 - _DROPPED_INPUTS)
        gradients = _gradients(weights, projected[at] * kept, cover[at], weight[at], chance)
        adam.step(gradients, _RATE * 0.5 * (1 + np.cos(np.pi * step / steps)))
    return weights


def _gradients(
    weights: list[Floats], x: Floats, cover: NDArray[np.uint8], weight: Floats, chance: np.random.Generator
) -> list[Floats]:
    """Of the weighted cross entropy, by back-propagation."""
    hidden, hidden_bias, output, output_bias = weights
    kept = (chance.random((len(x), _UNITS), np.float32) > _DROPPED_UNITS) / np.float32(1 - _DROPPED_UNITS)
    excited = np.maximum(x @ hidden.T + hidden_bias, 0.0) * kept
    logits = excited @ output.T + output_bias
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    odds /= odds.sum(axis=1, keepdims=True)
    wanted = np.full_like(odds, _SMOOTHING / odds.shape[1])
    wanted[np.arange(len(x)), cover] += 1 - _SMOOTHING
    error = (odds - wanted) * (weight / len(x))[:, None]
    back = (error @ output) * kept * (excited > 0)
    return [back.T @ x, back.sum(axis=0), error.T @ excited, error.sum(axis=0)]
