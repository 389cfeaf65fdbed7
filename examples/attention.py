"""A model's attention with L-Mul; attention.ipynb is made of this file by make_notebook.py."""

# %% [markdown]
# # A model's attention with L-Mul
# L-Mul (arXiv 2410.00907) replaces a multiplication by one addition of integers. Here a small
# language model is converted in five lines, and one head of a sentence encoder shows what becomes
# of its attention: the maps side by side, and the error against the number of mantissa bits.
#
# It needs lmul with its extra `torch`, `g++`, and matplotlib for the pictures. Nothing is
# downloaded: the model, its text, and the head's queries and keys come with lmul.

# %%
import torch

import lmul
import lmul.torch
from lmul.accuracy.language.model import pretrained
from lmul.hdl.numbers.kinds import Kind
from lmul.sim.accuracy.workload import attention

kept = pretrained()
model, text = kept.model, kept.held_out[:4]


def perplexity() -> float:
    """Of the text, by the model in the arithmetic that holds."""
    with torch.no_grad():
        return model.losses(text).mean().exp().item()


# %% [markdown]
# ## Five lines
# Attention's two products, then those of every linear layer, too, then the way back. The bits are
# those that the hardware gives.

# %%
print(f"as it is                perplexity {perplexity():.4f}")
with lmul.torch.attention(format="e4m3", kind="lmul"):
    print(f"attention in L-Mul e4m3 perplexity {perplexity():.4f}")
    lmul.torch.convert(model, format="e4m3", kind="lmul")
    print(f"all products            perplexity {perplexity():.4f}")
lmul.torch.restore(model)

# %% [markdown]
# ## Attention maps
# The first tokens of one head of all-MiniLM-L6-v2: queries times keys with operands of eight
# exponent and k mantissa bits, then softmax.

# %%
tile = attention()
q, k = (torch.tensor(side[0, :24]) for side in (tile.q, tile.k))
KINDS: tuple[Kind, ...] = ("exact", "lmul", "mitchell")


def weights(kind: Kind, bits: int) -> torch.Tensor:
    """Attention weights; the operands' mantissas have so many bits."""
    fmt = lmul.FloatFormat(f"e8m{bits}", 8, bits, 127)
    scores = lmul.torch.matmul(q, k.T, format=fmt, kind=kind, accumulator="exact", scale="row")
    return torch.softmax(scores / 32**0.5, -1)


usual = torch.softmax(q @ k.T / 32**0.5, -1)
errors: dict[str, list[float]] = {kind: [] for kind in KINDS}
for bits in range(2, 8):
    for kind in KINDS:
        errors[kind].append((weights(kind, bits) - usual).abs().mean().item())
    told = ", ".join(f"{kind} {errors[kind][-1]:.2e}" for kind in KINDS)
    print(f"{bits} mantissa bits: mean error of a weight: {told}")

# %%
try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit("The pictures need matplotlib: pip install matplotlib") from None

maps = {"float32": usual, **{f"{kind}, 3 bits": weights(kind, 3) for kind in KINDS}}
figure, axes = plt.subplots(2, len(maps), figsize=(9, 4.6))
for axis, (name, shown) in zip(axes.T, maps.items(), strict=True):
    axis[0].imshow(shown.numpy(), vmin=0, vmax=usual.max().item())
    axis[1].imshow((shown - usual).numpy(), vmin=-0.02, vmax=0.02, cmap="RdBu")
    axis[0].set(title=name, xticks=[], yticks=[])
    axis[1].set(xlabel="less float32's", xticks=[], yticks=[])
plt.show()

# %% [markdown]
# ## Error against k
# An exact product's error halves with each bit of its operands. L-Mul puts a constant in place of
# the product of the mantissas: its error falls while the constant still follows k, and stops at
# five bits. Mitchell's product leaves the constant out, and stops at three.

# %%
figure, axis = plt.subplots(figsize=(5, 3))
for kind in KINDS:
    axis.semilogy(range(2, 8), errors[kind], "o-", label=kind)
axis.set(xlabel="mantissa bits k", ylabel="mean error of a weight")
axis.legend()
plt.show()
