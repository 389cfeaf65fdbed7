from dataclasses import replace

import numpy as np
import pytest
from dot_netlist import wrong_words
from netlist_eval import netlists

from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.verilog.emit import emit
from lmul.sim.reference.dot import expected_words

QUICK = ["dot-lmul-e4m3-n2-w8-ftz", "dot-int8-n3"]
LONG = [
    "dot-lmul-bf16-n2-w16-ftz",
    "dot-lmul-e4m3-n8-w12",
    "dot-exact-e4m3-n3-w6-sticky",
    "dot-lmul_rne-e5m2-n4-w8-lax",
    "dot-mitchell-e4m3-n2-w4-bare-sticky",
    "dot-lmul-e4m3fnuz-n7-w40",
    "dot-exact-bf16-n5-w24-ftz",
    "dot-lmul-e4m3-n32-w16",
    "dot-exact-fp16-n8-w8-sticky",
    "dot-lmul-fp16-n4-w24",
    "dot-exact-fp32-n2-w30-sticky",
    "dot-lmul-fp32-n2-w48-lax",
    "dot-lmul_formula-e3m4-n6-w9-lax",
    "dot-exact-e5m2-n16-w13-ftz-sticky",
    "dot-mitchell-e2m3-n9-w5-sticky",
    "dot-int8-n32",
]


@pytest.mark.parametrize("name", QUICK)
def test_equals_golden(name):
    assert wrong_words(name) == 0


@pytest.mark.evidence
@pytest.mark.parametrize("name", LONG)
def test_equals_golden_long(name):
    assert wrong_words(name, 4000) == 0


@pytest.mark.evidence
@pytest.mark.parametrize("form", ["sums", "products", "fast"])
@pytest.mark.parametrize("name", ["dot-exact-e4m3-n5-w9", "dot-int8-n5"])
def test_forms_equal_golden(name, form):
    assert wrong_words(name, form=form) == 0


@pytest.mark.slow  # 65,536 groups
def test_every_pair_of_fp4():
    """All codes in both lanes: 65,536 groups of two pairs; a narrower window would be found."""
    design = DotDesign.parse("dot-exact-e2m1-n2-w4-sticky")
    netlist = netlists(emit(design), [design.module_name])[design.module_name]
    every = np.arange(1 << 16)
    x = np.stack([every & 15, every >> 4 & 15], 1).astype(np.uint8)
    y = np.stack([every >> 8 & 15, every >> 12], 1).astype(np.uint8)
    acc = np.zeros(len(every), np.uint32)
    got = netlist(x=every & 255, y=every >> 8, acc=acc.astype(np.int64))["p"]
    np.testing.assert_array_equal(got, expected_words(design, x, y, acc))
    assert (got != expected_words(replace(design, window=5), x, y, acc)).any()
    assert (got != expected_words(replace(design, sticky=False), x, y, acc)).any()
