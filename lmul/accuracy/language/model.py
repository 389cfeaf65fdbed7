"""A small causal language model over characters, its weights kept beside this module.

``weights.npz`` was written by :mod:`lmul.accuracy.language.train`; its provenance (text, steps,
versions, loss) and the held-out text travel inside it.
"""
# pyright: reportMissingImports=false

import json
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

__all__ = ["SYMBOLS", "LanguageModel", "Shape", "pretrained"]


SYMBOLS = 128
"""Characters of ASCII, by their number."""

FILE = "weights.npz"

_SLOWEST = 1000.0


@dataclass(frozen=True)
class Shape:
    """Sizes of a model.

    Attributes
    ----------
    width : int
        Of a token's vector.
    layers, heads : int
    context : int
        Characters that it was trained to see.
    """

    width: int = 128
    layers: int = 4
    heads: int = 4
    context: int = 128


def _turned(x: torch.Tensor) -> torch.Tensor:
    """Queries or keys with their places put in as rotations (RoPE), shape (..., length, E)."""
    length, half = x.shape[-2], x.shape[-1] // 2
    speeds = _SLOWEST ** -(torch.arange(half) / half)
    angles = torch.outer(torch.arange(length), speeds)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    left, right = x[..., :half], x[..., half:]
    return torch.cat((left * cos - right * sin, left * sin + right * cos), -1)


class _Block(nn.Module):
    """Attention, then a perceptron, each normalised before and added after."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.heads = shape.heads
        self.before_attention = nn.LayerNorm(width)
        self.to_qkv = nn.Linear(width, 3 * width)
        self.from_heads = nn.Linear(width, width)
        self.before_perceptron = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        qkv = self.to_qkv(self.before_attention(x))
        split = qkv.view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        query, key = _turned(query), _turned(key)
        # Looked up at each call, so that lmul.torch.attention finds it.
        taken = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.from_heads(taken.transpose(1, 2).reshape(batch, length, width))
        return x + self.narrow(functional.gelu(self.widen(self.before_perceptron(x))))


class LanguageModel(nn.Module):
    """A decoder of GPT-2's form with rotary places: what character comes next.

    Parameters
    ----------
    shape : Shape
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.symbols = nn.Embedding(SYMBOLS, shape.width)
        self.blocks = nn.Sequential(*(_Block(shape) for _ in range(shape.layers)))
        self.after = nn.LayerNorm(shape.width)
        self.head = nn.Linear(shape.width, SYMBOLS)
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)

    def forward(self, text: torch.Tensor) -> torch.Tensor:
        """Logits of each next character, shape (..., length, 128), of text (..., length)."""
        return self.head(self.after(self.blocks(self.symbols(text))))

    def losses(self, text: torch.Tensor) -> torch.Tensor:
        """Nats for each character but the first, shape (windows, length - 1)."""
        logits = self(text[:, :-1])
        return functional.cross_entropy(logits.mT, text[:, 1:], reduction="none")


@dataclass(frozen=True)
class Pretrained:
    """What is kept.

    Attributes
    ----------
    model : LanguageModel
        In float32, to be evaluated.
    held_out : int64 tensor, shape (windows, context + 1)
        Text of files that it was not trained on.
    provenance : dict
    """

    model: LanguageModel
    held_out: torch.Tensor
    provenance: dict[str, Any]


def pretrained() -> Pretrained:
    """The model that comes with the package.

    Raises
    ------
    FileNotFoundError
        When the installation lacks its data file.
    """
    place = resources.files("lmul.accuracy.language") / FILE
    with place.open("rb") as file, np.load(file) as data:
        arrays = {name: data[name] for name in data.files}
    provenance = json.loads(str(arrays.pop("provenance")))
    held_out = torch.from_numpy(arrays.pop("held_out").astype(np.int64))
    model = LanguageModel(Shape(**provenance["shape"]))
    weights = {name: torch.from_numpy(array.astype(np.float32)) for name, array in arrays.items()}
    model.load_state_dict(weights)
    return Pretrained(model.eval(), held_out, provenance)


def saved(
    model: LanguageModel, held_out: torch.Tensor, provenance: dict[str, Any]
) -> dict[str, np.ndarray]:
    """The arrays of the file: weights in float16, text as bytes, provenance as JSON."""
    arrays = {name: tensor.half().numpy() for name, tensor in model.state_dict().items()}
    arrays["held_out"] = held_out.numpy().astype(np.uint8)
    provenance = {"shape": asdict(model.shape), **provenance}
    arrays["provenance"] = np.array(json.dumps(provenance, sort_keys=True))
    return arrays
