"""Real operands: the queries, keys, attention weights and values of a sentence encoder.

``attention.npz`` beside this module was written by :mod:`lmul.sim.accuracy.capture`; its
provenance (model, versions, text, layers, heads) travels inside it.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["AttentionTile", "attention"]


@dataclass(frozen=True, eq=False)
class AttentionTile:
    """Operands of the two matrix products of attention, QKᵀ and A·V, of a few heads.

    Attributes
    ----------
    q, k, v : ndarray of float32, shape (heads, tokens, head dim)
        Queries, keys and values; q and k are not yet divided by sqrt(head dim).
    a : ndarray of float32, shape (heads, tokens, tokens)
        Attention weights after softmax; a[h, i, j] is how much token i takes from token j.
    provenance : dict
        Model, package versions, text and its source, layers and heads, sequence length.
    """

    q: NDArray[np.float32]
    k: NDArray[np.float32]
    a: NDArray[np.float32]
    v: NDArray[np.float32]
    provenance: dict[str, Any]

    @property
    def products(self) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Name to (left, right) of each matrix product, (heads, M, K) and (heads, K, N)."""
        return {"QK": (self.q, self.k.transpose(0, 2, 1)), "AV": (self.a, self.v)}


@cache
def attention() -> AttentionTile:
    """The tile that comes with the package; its arrays are read-only.

    Raises
    ------
    FileNotFoundError
        When the installation lacks its data file.
    """
    with (
        (resources.files("lmul.sim.accuracy") / "attention.npz").open("rb") as file,
        np.load(file) as data,
    ):
        arrays = {name: data[name] for name in ("q", "k", "a", "v")}
        provenance = json.loads(str(data["provenance"]))
    for array in arrays.values():
        array.setflags(write=False)
    return AttentionTile(**arrays, provenance=provenance)
