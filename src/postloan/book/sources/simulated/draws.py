"""Draws that depend on nothing but their key: seed, purpose and branch.

An array of draws has months first. It is filled month by month, so more months leave the first as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[Any]
Ints: TypeAlias = npt.NDArray[Any]
Flags: TypeAlias = npt.NDArray[Any]
# Names of what a column holds: numpy's own types widen at nearly every step, so they are not told apart here.


class Draws:
    """All draws of one branch (or of the county, branch -1)."""

    def __init__(self, seed: int, variant: str | None, branch: int) -> None:
        self._key = (seed, zlib.crc32((variant or "").encode()), branch + 1)

    def _stream(self, purpose: str) -> np.random.Generator:
        key = [*self._key, zlib.crc32(purpose.encode())]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))

    def uniform(self, purpose: str, *shape: int) -> Floats:
        """Give numbers from 0 up to 1."""
        return self._stream(purpose).random(shape)

    def normal(self, purpose: str, *shape: int) -> Floats:
        """Give standard normal numbers."""
        return self._stream(purpose).standard_normal(shape)

    def whole(self, purpose: str, low: int, high: int, *shape: int) -> Ints:
        """Give whole numbers from low to high, both included."""
        return low + (self.uniform(purpose, *shape) * (high - low + 1)).astype(np.int64)

    def choice(self, purpose: str, weights: Sequence[float], *shape: int) -> Ints:
        """Give places in a list, by their weights."""
        return pick(self.uniform(purpose, *shape), weights)


def pick(drawn: Floats, weights: Sequence[float] | Floats) -> Ints:
    """Turn numbers from 0 to 1 into places in a list with weights."""
    edges = np.cumsum(np.asarray(weights, np.float64))
    return np.minimum(np.searchsorted(edges / edges[-1], drawn, side="right"), len(edges) - 1)


def yuan(amounts: Any, step: int = 1) -> Ints:
    """Round amounts in cents to whole yuan, or to steps of yuan."""
    return (np.rint(np.asarray(amounts) / (100 * step)) * (100 * step)).astype(np.int64)
