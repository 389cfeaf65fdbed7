import os
import re
import subprocess
import sys

import pytest

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.verilog.emit import emit

pytestmark = pytest.mark.slow  # runs tools

NAMES = ["lmul-e4m3-ftz", "lmul_rne-e5m2-s1", "exact-e4m3-s3", "product-lmul-bf16-o3"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("lmul-e4m3-ftz", "x y p"),
        ("lmul-e4m3-ftz-s1", "x y p clk rst en i_valid o_valid"),
        (
            "product-lmul-e4m3",
            "x_neg x_zero x_exp x_man y_neg y_zero y_exp y_man p_neg p_exp p_sig",
        ),
    ],
)
def test_ports(name, wanted):
    design = UnitDesign.parse(name)
    text = emit(design)
    listed = re.search(rf"module {design.module_name}\s*\((.*?)\);", text, re.DOTALL)
    assert listed
    names = {re.findall(r"\w+", port)[-1] for port in listed[1].split(",")}
    assert names == set(wanted.split())


def test_same_bytes_whatever_the_hash_seed():
    code = (
        "from lmul.hdl.designs.unit import UnitDesign; from lmul.hdl.verilog.emit import emit; "
        "import hashlib; "
        f"text = ''.join(emit(UnitDesign.parse(n)) for n in {NAMES!r}); "
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("name", NAMES)
def test_names_no_path_and_no_escaped_module(name):
    text = emit(UnitDesign.parse(name))
    assert ".py" not in text
    assert os.sep + "home" not in text
    modules = re.findall(r"^module (\S+)", text, re.MULTILINE)
    module_name = UnitDesign.parse(name).module_name
    assert module_name in {m.split("(")[0] for m in modules}
    assert all(re.match(rf"{module_name}\w*\W?", m) for m in modules), modules


def test_environment_is_left_alone(monkeypatch):
    monkeypatch.setenv("AMARANTH_USE_YOSYS", "system")
    emit(UnitDesign.parse("lmul-e2m1-bare"))
    assert os.environ["AMARANTH_USE_YOSYS"] == "system"
    monkeypatch.delenv("AMARANTH_USE_YOSYS")
    emit(UnitDesign.parse("lmul-e2m1-bare"))
    assert "AMARANTH_USE_YOSYS" not in os.environ
