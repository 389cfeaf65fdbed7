"""Energies of libraries that tell supply pins apart (``related_pg_pin``), added up by hand."""

import re
from pathlib import Path

import numpy as np
import pytest
from toy_cells import FULL_ADDER, TEXT, netlist

from lmul.synth.energy.power import cell_costs
from lmul.synth.gatesim.bit_parallel import pack
from lmul.synth.gatesim.simulation import simulate
from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.library import Library
from lmul.synth.timing.arrivals import electrical

_POWER = re.compile(r"internal_power \(\) \{((?:[^{}]|\{[^{}]*\})*)\}")
_LEAKAGE = re.compile(r"cell_leakage_power : (\d+);")
_TYPES = {
    "VDD": "primary_power",
    "VDDB": "backup_power",
    "VSS": "primary_ground",
    "VPW": "pwell",
}


def told_apart(*supplies, attribute="related_pg_pin"):
    """The toy library with each energy and leakage stated anew for each supply."""
    text = _POWER.sub(
        lambda m: "".join(
            f"internal_power () {{ {attribute} : {name}; {m[1]} }}" for name in supplies
        ),
        TEXT,
    )
    text = _LEAKAGE.sub(
        lambda m: "".join(
            f'leakage_power () {{ {attribute} : "{name}"; value : {m[1]}; }}' for name in supplies
        ),
        text,
    )
    pins = "".join(f"pg_pin ({name}) {{ pg_type : {kind}; }}" for name, kind in _TYPES.items())
    return Library(
        LibertyText(Path("toy.lib"), re.sub(r"cell \(\w+\) \{", lambda m: m[0] + pins, text))
    )


def power(library, inputs, outputs, *cells, **columns):
    circuit = netlist(inputs, outputs, *cells, library=library)
    driven = {
        name: pack(np.repeat(np.array(column, np.int64)[:, None], 64, axis=1), 1)
        for name, column in columns.items()
    }
    run = simulate(circuit, driven)
    return cell_costs(circuit, run.values, electrical(circuit, 50), 2.0).power(run.toggles)


@pytest.mark.parametrize(
    ("supplies", "times"),
    [
        (["VDD"], 1),
        (["VDD", "VSS"], 1),  # the same charge at either end
        (["VSS", "VDD", "VPW"], 1),
        (["VSS"], 1),  # told nowhere else
        (["VDD", "VDDB"], 2),
        (["VDD", "VDDB", "VSS"], 2),
    ],
)
def test_supplies_add_up_and_grounds_do_not(supplies, times):
    library = told_apart(*supplies)
    wires = "s co q n1 n2 n3 h n4 n5 n6"
    columns = {"a": [0, 1, 1, 1], "b": [0, 1, 0, 0], "c": [0, 1, 0, 1]}
    found = power(library, "a b c", wires, *FULL_ADDER, **columns)
    # As tests/synth/energy/test_power.py adds it up for one supply.
    assert found.internal.sum() * 3 == pytest.approx(times * (14 * 4 + 3 * 1.5 + 3 * 0.1 + 11))
    assert found.switching.sum() * 3 == pytest.approx(70)  # of nets: nothing to do with tables
    assert found.leakage.sum() == times * (9 * 2 + 1)
    found = power(library, "c x", "q", "inv a=x y=d", "dff c=c d=d q=q", x=[0, 1, 1, 0, 0])
    assert found.clock.sum() == pytest.approx(times * (2 * 10 + 2 * 2) / 4)
    assert found.internal.sum() * 4 == pytest.approx(times * (3 * 8 + 2 * 1.5 + 2 * 1.5 + 2 * 0.1))


def test_the_older_word_for_a_supply():
    library = told_apart("VDD", "VDDB", attribute="power_level")
    found = power(library, "a", "y", "inv a=a y=y", a=[0, 1])
    assert found.internal.sum() == pytest.approx(2 * (1.5 + 0.1))


def test_arcs_of_one_supply_are_weighed_among_themselves():
    """The clock's tables by state, on one supply for all states and on another for one of them."""
    cell = """
  cell (sink) {{ area : 1; pg_pin (VDD) {{ pg_type : primary_power; }}
    pg_pin (VDDB) {{ pg_type : backup_power; }}
    leakage_power () {{ related_pg_pin : VDD; when : "a"; value : 5; }}
    leakage_power () {{ related_pg_pin : VDD; value : 1; }}
    leakage_power () {{ related_pg_pin : VDDB; when : "!a"; value : 20; }}
    pin (a) {{ direction : input; capacitance : 1;
      internal_power () {{ related_pg_pin : VDD; {} }}
      internal_power () {{ related_pg_pin : VDDB; when : "y"; {} }} }}
    pin (y) {{ direction : output; function : "a"; }} }}
}}"""
    constant = 'power (scalar) {{ values ("{}"); }}'
    text = TEXT.rstrip().removesuffix("}") + cell.format(constant.format(3), constant.format(100))
    library = Library(LibertyText(Path("toy.lib"), text))
    found = power(library, "a", "y", "sink a=a y=y", a=[0, 1, 0, 1, 0])
    # y is what a has become: 1 at half of the changes. VDD's table holds at all of them.
    assert found.internal.sum() == pytest.approx(3 + 100 / 2)
    assert found.leakage.sum() == pytest.approx((5 + 1) / 2 + 20 / 2)
