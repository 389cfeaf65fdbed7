"""A model's attention with L-Mul in five lines, and how its error shrinks with the mantissa.

    python examples/attention.py [PICTURE.png]

Needs the extra `torch`; for the picture, matplotlib. The model is the small one that comes with
lmul; any that calls scaled_dot_product_attention works alike.
"""

import sys

import torch

import lmul
import lmul.torch
from lmul.accuracy.language.model import pretrained
from lmul.hdl.numbers.kinds import Kind

kept = pretrained()
model, text = kept.model, kept.held_out[:4]


def perplexity() -> float:
    """Of the text, by the model in the arithmetic that holds."""
    with torch.no_grad():
        return model.losses(text).mean().exp().item()


# The five lines: attention's two products, then every layer's too, then the way back.
print(f"as it is                perplexity {perplexity():.4f}")
with lmul.torch.attention(format="e4m3", kind="lmul"):
    print(f"attention in L-Mul e4m3 perplexity {perplexity():.4f}")
    lmul.torch.convert(model, format="e4m3", kind="lmul")
    print(f"all products            perplexity {perplexity():.4f}")
lmul.torch.restore(model)


# Q·Kᵀ and softmax of random tokens, and the error of the weights by mantissa bits.
torch.manual_seed(0)
q, k = torch.randn(24, 32), torch.randn(24, 32)


def weights(kind: Kind, bits: int | None) -> torch.Tensor:
    """Attention weights; ``bits`` is how many the operands' mantissas have, None is float32."""
    if bits is None:
        return torch.softmax(q @ k.T / 32**0.5, -1)
    fmt = lmul.FloatFormat(f"e8m{bits}", 8, bits, 127)
    return torch.softmax(lmul.torch.matmul(q, k.T, format=fmt, kind=kind) / 32**0.5, -1)


KINDS: tuple[Kind, ...] = ("lmul", "mitchell", "exact")
maps = {"fp32": weights("exact", None)}
for bits in range(2, 8):
    for kind in KINDS:
        maps[f"{kind}, {bits} bits"] = weights(kind, bits)
    errors = {kind: maps[f"{kind}, {bits} bits"] - maps["fp32"] for kind in KINDS}
    told = ", ".join(f"{kind} {error.abs().mean():.2e}" for kind, error in errors.items())
    print(f"{bits} mantissa bits: mean error of a weight: {told}")

if len(sys.argv) > 1:
    import matplotlib.pyplot as plt

    shown = ["fp32", "exact, 3 bits", "lmul, 3 bits", "mitchell, 3 bits"]
    figure, axes = plt.subplots(1, len(shown), figsize=(3 * len(shown), 3.2))
    for axis, name in zip(axes, shown, strict=True):
        axis.imshow(maps[name], vmin=0, vmax=float(maps["fp32"].max()))
        axis.set(title=name, xticks=[], yticks=[])
    figure.savefig(sys.argv[1], bbox_inches="tight")
