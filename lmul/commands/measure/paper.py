"""`lmul paper`: the paper's gate and energy arithmetic, recomputed."""

from typing import Annotated

import typer

from lmul.console.terminal import progress_bar, table_console
from lmul.hdl.designs.unit import UnitDesign

__all__ = ["paper"]

_FORMATS = ("e4m3", "e5m2", "bf16", "fp16", "fp32")
_PATTERNS = ("product-{}-{}", "{}-{}-ftz")


def paper(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Recompute the paper's gate counts, beside Yosys's own.

    The corrected counts stand there too. All are in the paper's own unit: AND and OR weigh 1, XOR
    4. Source: arXiv 2410.00907v2, 2.3.2.
    """
    from lmul.console.paper import paper_tables
    from lmul.synth.comparison.paper.gates import to_report
    from lmul.synth.gates.count import count
    from lmul.tools.yosys import tool_versions

    designs = [
        UnitDesign.parse(pattern.format(kind, name))
        for name in _FORMATS
        for pattern in _PATTERNS
        for kind in ("exact", "lmul")
    ]
    weights = {}
    with progress_bar("paper") as on_progress:
        for done, design in enumerate(designs):
            on_progress(done, len(designs), f"counting {design.name}")
            weights[design.name] = count(design).paper_weight
    if as_json:
        print(to_report(weights, tool_versions()).to_json(), end="")
    else:
        table_console().print(paper_tables(weights))
