"""`lmul explain`: one multiplication, bit by bit; or the sums of a PE or an array."""

import json
from typing import Annotated

import typer

from lmul.hdl.numbers.kind_checks import check_kind
from lmul.sim.golden.codec import as_format

__all__ = ["explain"]


def explain(
    x: Annotated[
        str,
        typer.Argument(
            metavar="X", help="A number, such as 1.5, or a code, such as 0x3c; or a design."
        ),
    ],
    y: Annotated[
        str | None, typer.Argument(metavar="Y", help="The other one, of the same sort.")
    ] = None,
    format_name: Annotated[str, typer.Option("--format", help="The operands' format.")] = "e4m3",
    kind: Annotated[str, typer.Option(help="What kind of product.")] = "lmul",
    policy: Annotated[str, typer.Option(help="What happens in special cases.")] = "ocp",
    offset: Annotated[
        int | None, typer.Option(help="The added constant, in units of 2^-m; else the paper's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Explain one multiplication, bit by bit.

    Shows codes, fields, the addition, the result and its error. Of a PE or an array, given alone:
    the range of its sums, and for which K it is wide enough.
    """
    if y is None:
        _explain_design(x, as_json)
        return
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


def _explain_design(name: str, as_json: bool) -> None:
    from lmul.hdl.designs.design import Design
    from lmul.hdl.designs.mac import MacDesign
    from lmul.sim.explain.sums import explain_sums, sums_facts

    if _is_code(name) or name.lstrip("+-.")[:1].isdigit():
        raise ValueError(f"{name!r} is one operand: give two, or a PE's or an array's name")
    design = Design.parse(name)
    if not isinstance(design, MacDesign) or design.level == "product":
        raise ValueError(
            f"Design {name!r} has no sums of K products, as a PE or an array has; of a "
            "multiplier give two operands, such as lmul explain 1.5 2.25 --format e4m3"
        )
    print(json.dumps(sums_facts(design), indent=1) if as_json else explain_sums(design))


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
