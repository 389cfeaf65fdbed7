"""`lmul explain`: one multiplication, bit by bit."""

import json
from typing import Annotated

import typer

from lmul.hdl.numbers.kinds import check_kind
from lmul.sim.golden.codec import as_format

__all__ = ["explain"]


def explain(
    x: Annotated[
        str, typer.Argument(metavar="X", help="A number, such as 1.5, or a code, such as 0x3c.")
    ],
    y: Annotated[str, typer.Argument(metavar="Y", help="The other one, of the same sort.")],
    format_name: Annotated[str, typer.Option("--format", help="The operands' format.")] = "e4m3",
    kind: Annotated[str, typer.Option(help="What kind of product.")] = "lmul",
    policy: Annotated[str, typer.Option(help="What happens in special cases.")] = "ocp",
    offset: Annotated[
        int | None, typer.Option(help="The added constant, in units of 2^-m; else the paper's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Explain one multiplication, bit by bit.

    Shows codes, fields, the addition, the result and its error.
    """
    from lmul.sim.explain.explanation import explain as explain_numbers
    from lmul.sim.explain.explanation import explain_codes

    fmt = as_format(format_name)
    checked = check_kind(kind, fmt)
    if _is_code(x) != _is_code(y):
        raise ValueError(f"{x!r} and {y!r} must be two numbers or two codes, not one of each")
    if _is_code(x):
        told = explain_codes(_code(x), _code(y), fmt, checked, policy, offset)
    else:
        told = explain_numbers(_number(x), _number(y), fmt, checked, policy, offset)
    print(json.dumps(told.to_dict(), indent=1) if as_json else told.render())


def _is_code(text: str) -> bool:
    return text.lower().startswith("0x")


def _code(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        raise ValueError(f"{text!r} is no code: write it as 0x3c") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is neither a number, such as -1.5 or inf, nor a code, such as 0x3c"
        ) from None
