"""What infinite operands do to a sum: marks that go round its arithmetic."""

from amaranth import Cat, Module, Value
from amaranth.lib import data

from lmul.hdl.arithmetic.adders import bit_signal
from lmul.hdl.group.lanes import LanesLayout, members

__all__ = ["special_product", "special_products"]


def special_product(m: Module, x: dict[str, Value], y: dict[str, Value]) -> dict[str, Value]:
    """What a product does to the marks of its sum, by the members of two operands.

    Returns
    -------
    dict
        ``pos``: the product is Inf, ``neg``: it is -Inf, both: it is NaN (Inf times 0).
    """
    infinite = bit_signal(m, x["inf"] | y["inf"])
    zero = bit_signal(m, x["zero"] | y["zero"])
    neg = bit_signal(m, x["neg"] ^ y["neg"])
    return {
        "pos": bit_signal(m, infinite & (zero | ~neg)),
        "neg": bit_signal(m, infinite & (zero | neg)),
    }


def special_products(
    m: Module, x: dict[str, Value], y: dict[str, Value], layout: data.StructLayout
) -> dict[str, Value]:
    """The same for a group of products, by the members of its operands, which are of a layout."""
    if not isinstance(layout, LanesLayout):
        return special_product(m, x, y)
    marks = [
        special_product(
            m, *(members(data.View(field.shape, Value.cast(side[name]))) for side in (x, y))
        )
        for name, field in layout
    ]
    return {name: bit_signal(m, Cat(mark[name] for mark in marks).any()) for name in ("pos", "neg")}
