"""`lmul explain`: one multiplication, bit by bit."""

import json
from typing import Annotated

import typer

from lmul.hdl.formats import FloatFormat
from lmul.hdl.kinds import check_kind
from lmul.sim.codec import as_format, decode

__all__ = ["explain"]


def explain(
    x: Annotated[str, typer.Argument(help="A number, such as 1.5, or a code, such as 0x3c.")],
    y: Annotated[str, typer.Argument(help="The other one.")],
    format_name: Annotated[str, typer.Option("--format", help="The operands' format.")] = "e4m3",
    kind: Annotated[str, typer.Option(help="What kind of product.")] = "lmul",
    policy: Annotated[str, typer.Option(help="What happens in special cases.")] = "ocp",
    offset: Annotated[
        int | None, typer.Option(help="The added constant in units of 2^-m; the paper's if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Explain one multiplication: codes, fields, the addition, the result and its error."""
    from lmul.sim.explain import explain as explain_product

    fmt = as_format(format_name)
    told = explain_product(
        _number(x, fmt), _number(y, fmt), fmt, check_kind(kind, fmt), policy, offset
    )
    print(json.dumps(told.to_dict(), indent=1) if as_json else told.render())


def _number(text: str, fmt: FloatFormat) -> float:
    try:
        if text.lower().startswith("0x"):
            return float(decode(int(text, 16), fmt))
        return float(text)
    except ValueError as error:
        if text.lower().startswith("0x") and "bits" in str(error):
            raise
        raise ValueError(
            f"{text!r} is neither a number, such as -1.5 or inf, nor a code, such as 0x3c"
        ) from None
