"""Real spherical harmonics, ordered and scaled as in AmbiX, and their rotation.

AmbiX (Nachbar, Zotter, Deleflie and Sontacchi 2011, "AmbiX: a suggested ambisonics format"): channels by ambisonic
channel number l² + l + m, for degree l and index m from −l to l; Schmidt's semi-normalisation SN3D; no
Condon-Shortley phase. Axes are the scene's: x front, y left, z up.
"""

from __future__ import annotations

from math import factorial, sqrt

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def channel_count(order: int) -> int:
    """The number of channels of an order.

    >>> [channel_count(order) for order in (1, 2, 3)]
    [4, 9, 16]
    """
    return (order + 1) ** 2


def degrees_of_channels(order: int) -> NDArray[np.intp]:
    """The degree l of each channel, shape ((order + 1)²,).

    >>> degrees_of_channels(2)
    array([0, 1, 1, 1, 2, 2, 2, 2, 2])
    """
    return np.repeat(np.arange(order + 1), 2 * np.arange(order + 1) + 1)


def harmonics(directions: ArrayLike, order: int) -> Array:
    """The values of the spherical harmonics up to an order, in given directions.

    They are polynomials of the Cartesian axes, so nothing is singular at the poles (Nachbar et al. 2011, equations 1
    to 4, with cosᵐ of elevation joined to the sines and cosines of azimuth).

    Args:
        directions: unit vectors, shape (..., 3).
        order: the highest degree, at least 0.

    Returns:
        SN3D values in [−1, 1], shape (..., (order + 1)²). A direction's squares sum to 1 within each degree.

    >>> harmonics([0.0, 1.0, 0.0], 1).tolist()
    [1.0, 1.0, 0.0, 0.0]
    """
    x, y, z = np.moveaxis(np.asarray(directions, dtype=np.float64), -1, 0)
    values = np.empty((*x.shape, channel_count(order)))
    # Azimuthal parts: cos(mφ) and sin(mφ) times the m-th power of the distance from the vertical axis.
    turning = (x + 1j * y)[..., None] ** np.arange(order + 1)
    for degree in range(order + 1):
        legendre = _legendre(degree)
        for index in range(degree + 1):
            scale = sqrt((2 - (index == 0)) * factorial(degree - index) / factorial(degree + index))
            vertical = scale * legendre.deriv(index)(z)
            middle = degree * (degree + 1)
            values[..., middle + index] = vertical * turning[..., index].real
            if index:
                values[..., middle - index] = vertical * turning[..., index].imag
    return values


def _legendre(degree: int) -> Polynomial:
    """Legendre's polynomial by Bonnet's recursion."""
    before, here = Polynomial([0.0]), Polynomial([1.0])
    for step in range(degree):
        before, here = here, ((2 * step + 1) * Polynomial([0.0, 1.0]) * here - step * before) / (step + 1)
    return here


def harmonics_rotation(rotation: ArrayLike, order: int) -> Array:
    """The matrix that rotates spherical harmonics, by recursion over degrees.

    The recursion is that of Ivanic and Ruedenberg (1996, J. Phys. Chem. 100, 6342-6347, tables 1 and 2), as corrected
    in 1998 (J. Phys. Chem. A 102, 9099-9100).

    Args:
        rotation: a rotation matrix in scene axes, shape (3, 3).
        order: the highest degree, at least 1.

    Returns:
        An orthogonal matrix M, shape ((order + 1)², (order + 1)²), with a block for each degree:
        ``harmonics(rotation @ d, order) == M @ harmonics(d, order)``. It is the same for every normalisation.
    """
    # Harmonics of degree 1 are y, z, x.
    axes = [1, 2, 0]
    first = np.asarray(rotation, dtype=np.float64)[np.ix_(axes, axes)]
    matrix = np.zeros((channel_count(order),) * 2)
    block = np.ones((1, 1))
    for degree in range(order + 1):
        if degree == 1:
            block = first
        elif degree > 1:
            block = _next_block(first, block, degree)
        channels = slice(degree**2, (degree + 1) ** 2)
        matrix[channels, channels] = block
    return matrix


def _next_block(first: Array, before: Array, degree: int) -> Array:
    """The rotation of one degree from those of the first and the one before; indices count from −degree."""

    def once(i: int, row: int, column: int) -> float:
        """P of table 2, where i, row and column are the m of the matrices."""
        left, middle, right = first[i + 1]
        values = before[row + degree - 1]
        if abs(column) < degree:
            return float(middle * values[column + degree - 1])
        if column > 0:
            return float(right * values[-1] - left * values[0])
        return float(right * values[0] + left * values[-1])

    block = np.empty((2 * degree + 1,) * 2)
    for m in range(-degree, degree + 1):
        for n in range(-degree, degree + 1):
            span = 2 * degree * (2 * degree - 1) if abs(n) == degree else (degree + n) * (degree - n)
            value = 0.0
            if abs(m) < degree:
                value += sqrt((degree + m) * (degree - m) / span) * once(0, m, n)
            if m == 0:
                v = -0.5 * sqrt(2 * (degree - 1) * degree / span)
                value += v * (once(1, 1, n) + once(-1, -1, n))
            else:
                size, sign = abs(m), 1 if m > 0 else -1
                # At |m| = 1 one of the two terms falls away and the other grows by the root of 2.
                inner, outer = (sqrt(2.0), 0.0) if size == 1 else (1.0, 1.0)
                if sign < 0:
                    inner, outer = outer, inner
                v = 0.5 * sqrt((degree + size - 1) * (degree + size) / span)
                value += v * (inner * once(1, m - sign, n) - sign * outer * once(-1, sign - m, n))
                if size < degree - 1:
                    w = -0.5 * sqrt((degree - size - 1) * (degree - size) / span)
                    value += w * (once(1, m + sign, n) + sign * once(-1, -m - sign, n))
            block[m + degree, n + degree] = value
    return block
