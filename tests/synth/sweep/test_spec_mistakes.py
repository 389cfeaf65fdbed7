"""What is wrong with a sweep's spec is one line that names the file and the key."""

import re

import pytest
from sweep_specs import MINIMAL, UNIT, expanded, grid


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[grid", "is no TOML: "),
        ("", "a sweep needs one or more [[grid]] tables"),
        ("grid = 3", "a sweep needs one or more [[grid]] tables"),
        ("grids = 3", "unknown key 'grids': a sweep has [[grid]] tables only"),
        (MINIMAL + grid(kind=["lmul"]), "grid 2: unknown key 'kind': use measures, levels, kinds"),
        (grid(**UNIT), "grid 1: measures is missing: use gates, area, cells, curve, energy, clock"),
        (grid(measures=["areas"]), "measures: unknown value 'areas': use gates, area, cells"),
        (grid(measures="gates"), "measures must be a list of one value or more, not 'gates'"),
        (grid(measures=[]), "measures must be a list of one value or more, not []"),
        (grid(measures=["gates"]), "levels is missing (or designs): use product, multiplier"),
        (
            grid(measures=["gates"], levels=["pe"], kinds=["lmul", "int8"]),
            "formats is missing: use e4m3, e5m2",
        ),
        (grid(measures=["gates"], **UNIT | {"kinds": ["lmull"]}), "kinds: unknown value 'lmull'"),
        (grid(measures=["gates"], **UNIT, policies=["ftx"]), "policies: Unknown policy 'ftx': use"),
        (
            grid(measures=["gates"], **UNIT, accumulators=["fix99_0"]),
            "accumulators: A window has from 2 to 62 bits, not 99",
        ),
        (
            grid(measures=["gates"], levels=["array"], kinds=["int8"]),
            "sizes is missing, for arrays: use RxC, such as 8x8",
        ),
        (
            grid(measures=["gates"], levels=["array"], kinds=["int8"], sizes=["8x65"]),
            "sizes: unknown value '8x65': use RxC, from 1x1 to 64x64",
        ),
        (
            grid(measures=["error"], levels=["dot"], kinds=["lmul"], formats=["e4m3"], terms=[8]),
            "windows is missing, for dot-product units: use numbers of bits",
        ),
        (
            grid(measures=["error"], levels=["dot"], kinds=["int8"], terms=[33]),
            "terms: must be an integer from 1 to 32, not 33",
        ),
        (
            grid(measures=["gates"], **UNIT, sizes=["8x8"]),
            "sizes is for array, and the grid has none",
        ),
        (
            grid(measures=["gates"], **UNIT, stimuli=["gaussian"]),
            "stimuli is for energy, clock, error and core, and the grid has none",
        ),
        (grid(measures=["energy"], **UNIT, stimuli=["normal"]), "stimuli: unknown value 'normal'"),
        (
            grid(measures=["luts"], **UNIT),
            "devices is missing: use ice40, ecp5, xilinx for luts, ice40-hx1k",
        ),
        (
            grid(measures=["gates"], **UNIT, stages=[15]),
            "stages: must be an integer from 0 to 14, not 15",
        ),
        (
            grid(measures=["gates"], **UNIT | {"levels": ["pe"]}, carries=["8"]),
            "carries: must be an integer from 0 to 64, not '8'",
        ),
        (
            grid(measures=["gates"], **UNIT, carries=[8]),
            "carries is for pe and array, and the grid has none",
        ),
        (
            grid(measures=["clock"], **UNIT),
            "clocks is missing, for clock: use periods, such as 60fo4 or 5 (ns), or fastest",
        ),
        (
            grid(measures=["clock"], **UNIT, clocks=[5]),
            "clocks: Clock must be a period in ns, such as 5, or 60fo4, not 5",
        ),
        (
            grid(measures=["area"], **UNIT, clocks=["5"]),
            "clocks is for clock, and the grid has none",
        ),
        (
            grid(measures=["fpga"], **UNIT, devices=["ice40"], seeds=[-1]),
            "seeds: must be an integer from 0 to 2147483647, not -1",
        ),
        (
            grid(measures=["cells"], **UNIT, libraries=["lost.lib"]),
            "lost.lib': use embedded, asap7, a file, or a list of files",
        ),
        (
            grid(measures=["gates"], **UNIT, designs=["pe-int8"]),
            "levels can't stand beside designs, which says it all",
        ),
        (
            grid(measures=["gates"], designs=["pe-int9"]),
            "designs: Design 'pe-int9': unknown kind 'int9', use lmul",
        ),
    ],
)
def test_mistakes(tmp_path, text, reason):
    with pytest.raises(ValueError, match=re.escape(reason)) as caught:
        expanded(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path}/spec.toml")
    assert "\n" not in str(caught.value)
