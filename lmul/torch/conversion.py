"""A model's linear layers in another arithmetic, and back; what was replaced, and what was not."""
# pyright: reportMissingImports=false

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.utils.parametrize import ParametrizationList

from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import Format
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Policy
from lmul.sim.golden.codec import Rounding
from lmul.torch.arithmetic import Arithmetic, Backward, Scale, check_backward
from lmul.torch.cuda import dispatch as cuda
from lmul.torch.layers import CAREFUL, Linear, Settings

__all__ = ["Filter", "Layer", "Report", "convert", "convertible", "restore"]


Filter = Callable[[nn.Module, str], bool]

_CONV1DS = ("transformers.pytorch_utils.Conv1D", "lmul.torch.conv1d.Conv1D")
_MULTIPLY = (
    nn.Linear,
    nn.Bilinear,
    nn.modules.conv._ConvNd,
    nn.RNNBase,
    nn.RNNCellBase,
    nn.MultiheadAttention,
)
"""What has a matrix product with weights, so that a report must not pass over it."""

_NO_PRODUCTS = (nn.Embedding, nn.EmbeddingBag, nn.LayerNorm, ParametrizationList)
"""What has matrices of weights and does not multiply by them."""


@dataclass(frozen=True)
class Layer:
    """A layer that multiplies.

    Attributes
    ----------
    name : str
        Its path in the model; empty for the model itself.
    kind : str
        Its class.
    shape : tuple of int
        Of its weights.
    reason : str
        Why it was not replaced; empty where it was.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    reason: str

    @property
    def replaced(self) -> bool:
        """Whether it computes in the new arithmetic now."""
        return not self.reason


@dataclass(frozen=True)
class Report:
    """What :func:`convert` did; as text, a line for each layer."""

    arithmetic: Arithmetic
    backward: Backward
    layers: tuple[Layer, ...]

    @property
    def replaced(self) -> tuple[Layer, ...]:
        """The layers that compute in the new arithmetic."""
        return tuple(layer for layer in self.layers if layer.replaced)

    @property
    def kept(self) -> tuple[Layer, ...]:
        """The layers that multiply as before, each with its reason."""
        return tuple(layer for layer in self.layers if not layer.replaced)

    def __str__(self) -> str:
        lines = [
            f"{len(self.replaced)} of {len(self.layers)} layers in {self.arithmetic}; "
            f"derivative {self.backward}"
        ]
        names = [layer.name or "(the model)" for layer in self.layers]
        width = max(map(len, names), default=0)
        for name, layer in zip(names, self.layers, strict=True):
            shape = "x".join(map(str, layer.shape))
            told = f"not replaced: {layer.reason}" if layer.reason else "replaced"
            lines.append(f"  {name:{width}}  {layer.kind} {shape}".rstrip() + f": {told}")
        lines.append(
            "Products of activations are no layers: lmul.torch.attention() replaces those of "
            "scaled_dot_product_attention, lmul.torch.matmul() others."
        )
        return "\n".join(lines)


def convert(
    model: nn.Module,
    format: Format | str = "e4m3",
    kind: Kind = "lmul",
    policy: Policy | str = "ftz",
    accumulator: Accumulator | str | None = "exact",
    rounding: Rounding = "nearest",
    scale: Scale = "row",
    filter_fn: Filter | None = None,
    backward: Backward = "ste",
) -> Report:
    """Let a model's linear layers multiply by ``kind``, in place.

    ``nn.Linear`` and the Conv1D of transformers become layers of the same weights, hooks and
    names: ``state_dict`` has the same keys, and :func:`restore` leads back. A model that is
    converted already takes the new arithmetic.

    Parameters
    ----------
    model : nn.Module
        On the CPU or a CUDA GPU, of float16, bfloat16, float32 or float64.
    format, kind, policy, accumulator, rounding, scale
        See :class:`~lmul.torch.arithmetic.Arithmetic`. A row is one token's activations, or the
        weights of one output.
    filter_fn : callable or None
        Called with each layer and its name; False leaves it as it is.
    backward : str
        The derivative, see :func:`lmul.torch.matmul`.

    Raises
    ------
    TypeError, ValueError
        For what is no module, or compiled by torch.jit; for wrong names, and for a model of
        which nothing could be replaced.
    """
    arithmetic = Arithmetic.of(format, kind, policy, accumulator, rounding, scale)
    backward = check_backward(backward)
    layers = []
    for name, module, reason in list(convertible(model)):
        if not reason and filter_fn is not None and not filter_fn(module, name):
            reason = "left out by filter_fn"
            _restore(module)
        if not reason:
            module.__class__ = _converted(type(module))
            module.settings = Settings(arithmetic, backward, name)  # pyright: ignore
        called = type(module).__mro__[not reason].__name__
        layers.append(Layer(name, called, _shape(module), reason))
    report = Report(arithmetic, backward, tuple(layers))
    if not report.replaced:
        raise ValueError(f"The model has no layer that can be converted: {_reasons(layers)}")
    for module in model.modules():
        if type(module) in CAREFUL and any(isinstance(m, Linear) for m in module.modules()):
            module.__class__ = CAREFUL[type(module)]
    return report


def restore(model: nn.Module) -> None:
    """Undo :func:`convert`: the classes as they were; weights were never touched."""
    for module in _module(model).modules():
        _restore(module)
        if type(module) in CAREFUL.values():
            module.__class__ = next(was for was, now in CAREFUL.items() if now is type(module))


def _restore(module: nn.Module) -> None:
    if isinstance(getattr(module, "settings", None), Settings):
        del module.settings
        module.__class__ = type(module).__mro__[1]


def convertible(model: nn.Module) -> Iterator[tuple[str, nn.Module, str]]:
    """Name, layer, and why it can't be converted (empty where it can), of all that multiply."""
    inside_attention: set[int] = set()
    for name, module in _module(model).named_modules():
        if isinstance(module, nn.MultiheadAttention):
            inside_attention |= {id(part) for part in module.modules()} - {id(module)}
        if (
            isinstance(module, _MULTIPLY)
            or any(map(_is_conv1d, type(module).__mro__))
            or _is_like_linear(module)
        ):
            yield name, module, _reason(module, id(module) in inside_attention)
        elif own := _matrices(module):
            yield name, module, f"it reads {', '.join(own)} in code of its own"


def _is_like_linear(module: nn.Module) -> bool:
    """Whether it says so itself, as quantised layers do, and leaves nothing to layers inside."""
    says = all(isinstance(getattr(module, f"{way}_features", None), int) for way in ("in", "out"))
    inside = (of for of in module.modules() if of is not module)
    return says and not any(isinstance(of, nn.Linear) for of in inside)


def _matrices(module: nn.Module) -> list[str]:
    """Names of its own parameters by which it may multiply: experts, routers, projections."""
    if isinstance(module, _NO_PRODUCTS):
        return []
    of_its_own = module.named_parameters(recurse=False)
    return [name for name, of in of_its_own if of.ndim > 1 and of.shape[0] > 1]


def _shape(module: nn.Module) -> tuple[int, ...]:
    weight = getattr(module, "weight", None)
    if not isinstance(weight, torch.Tensor):
        weight = next((of for of in module.parameters(recurse=False) if of.ndim > 1), None)
    return () if weight is None else tuple(weight.shape)


def _reason(module: nn.Module, inside_attention: bool) -> str:
    if isinstance(module, nn.MultiheadAttention):
        return "it multiplies inside one operation of torch; attention() does Q·Kᵀ and A·V"
    if inside_attention:
        return "nn.MultiheadAttention reads its weights past its forward"
    kind = type(module)
    if _is_like_linear(module) and not isinstance(module, nn.Linear):
        return f"its {kind.__name__} is of {kind.__module__}, not of torch.nn"
    if not (kind in (nn.Linear, Linear) or _is_conv1d(kind)):
        base = "a Linear with code of its own" if isinstance(module, nn.Linear) else "no Linear"
        return f"{kind.__name__} is {base}"
    weight: Any = module.weight
    if reason := cuda.refused(weight.device):
        return f"it is on {weight.device}: {reason}"
    if not weight.is_floating_point() or weight.element_size() == 1:
        return f"its weights are {weight.dtype}, no floats of 16 bits or more"
    return ""


def _converted(kind: type[nn.Module]) -> type[nn.Module]:
    if issubclass(kind, nn.Linear):
        return Linear
    from lmul.torch.conv1d import Conv1D

    return Conv1D


def _is_conv1d(kind: type) -> bool:
    return f"{kind.__module__}.{kind.__qualname__}" in _CONV1DS


def _module(model: nn.Module) -> nn.Module:
    if isinstance(model, torch.jit.ScriptModule):
        raise TypeError("A model compiled by torch.jit can't be converted: convert it before")
    if not isinstance(model, nn.Module):
        raise TypeError(f"A model must be a torch.nn.Module, not {type(model).__name__}")
    return model


def _reasons(layers: list[Layer]) -> str:
    if not layers:
        return "none multiplies by weights"
    return "; ".join(f"{layer.name or 'the model'}: {layer.reason}" for layer in layers[:3])
