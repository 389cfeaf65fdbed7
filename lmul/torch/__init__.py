"""L-Mul in PyTorch models: the products that the hardware gives, to the bit.

    >>> import lmul.torch                                            # doctest: +SKIP
    >>> report = lmul.torch.convert(model, format="e4m3", kind="lmul")
    >>> with lmul.torch.attention(format="bf16", kind="lmul"):
    ...     model(**batch)
    >>> lmul.torch.restore(model)

Needs the extra ``torch``, and g++ for the sums; see docs/torch.md.
"""
# pyright: reportMissingImports=false

from importlib import import_module, util
from typing import TYPE_CHECKING, Any

from lmul.tools.errors import ToolNotFound
from lmul.tools.installed import install_command

if TYPE_CHECKING:
    from lmul.torch.conversion import Report, convert, restore
    from lmul.torch.functional import matmul
    from lmul.torch.layer_losses import sensitivity
    from lmul.torch.scaled_dot_product import attention
    from lmul.torch.simulation import simulated

__all__ = ["Report", "attention", "convert", "matmul", "restore", "sensitivity", "simulated"]

_MODULE_OF = {
    "Report": "lmul.torch.conversion",
    "attention": "lmul.torch.scaled_dot_product",
    "convert": "lmul.torch.conversion",
    "matmul": "lmul.torch.functional",
    "restore": "lmul.torch.conversion",
    "sensitivity": "lmul.torch.layer_losses",
    "simulated": "lmul.torch.simulation",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if util.find_spec("torch") is None:
        raise ToolNotFound(f"torch is not installed: {install_command('torch')}")
    return getattr(import_module(_MODULE_OF[name]), name)
