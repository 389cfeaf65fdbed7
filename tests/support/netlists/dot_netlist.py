"""Dot-product units as gate netlists, their results held against the golden model."""

import numpy as np
from netlist_eval import netlists

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.verilog.emit import emit
from lmul.sim.reference.dot import draw_dots, expected_words, lane_words


def wrong_words(name: str, count: int = 2000, form: Form = "gates") -> int:
    """How many of ``count`` results differ from golden."""
    design = DotDesign.parse(name)
    netlist = netlists(emit(design, form), [design.module_name])[design.module_name]
    x, y, acc = draw_dots(design, count, np.random.default_rng(1))
    want = expected_words(design, x, y, acc)
    assert len(set(want.tolist())) > count // 4
    lanes = (np.array(lane_words(design, side), object) for side in (x, y))
    got = netlist(**dict(zip("xy", lanes, strict=True)), acc=acc.astype(np.int64))["p"]
    return int((got != want).sum())
