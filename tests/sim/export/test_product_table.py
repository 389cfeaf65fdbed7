"""Tables for emulators, read as their own sources read them."""

import ctypes
import hashlib
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

import lmul
from lmul.cli import main
from lmul.hdl.designs.unit import UnitDesign
from lmul.sim.export.product_table import write_table


def written(path: Path, design: str, emulator: str) -> list[str]:
    return write_table(UnitDesign.parse(f"product-{design}"), emulator, path)


def approxtrain_product(table: bytes, x: float, y: float, m: int) -> float:
    """What ApproxTrain's simulator makes of two float32 numbers, for normal results."""
    a, b = (int(np.float32(v).view(np.uint32)) for v in (x, y))
    mask = ((1 << m) - 1) << (23 - m)
    entry = table[(a & mask) >> (23 - 2 * m) | (b & mask) >> (23 - m)]
    exponent = (a >> 23 & 255) + (b >> 23 & 255) - 127 + (entry >> 7)
    bits = ((a ^ b) & 1 << 31) + (exponent << 23) + ((entry & 127) << (23 - m))
    return float(np.uint32(bits).view(np.float32))


def test_mitchells_table_of_approxtrain_is_x_plus_y(tmp_path: Path) -> None:
    path = tmp_path / "mitchell_7.bin"
    assert written(path, "mitchell-bf16", "approxtrain") == []
    x = np.arange(128)
    assert np.array_equal(np.frombuffer(path.read_bytes(), np.uint8), (x[:, None] + x).ravel())


@pytest.mark.parametrize("design", ["lmul-e4m3", "exact-e4m3", "lmul_formula-e5m2", "lmul-bf16"])
def test_approxtrain_computes_the_golden_products(tmp_path: Path, design: str) -> None:
    unit = UnitDesign.parse(f"product-{design}")
    kind, fmt = unit.kind, unit.format
    m = fmt.mantissa_bits
    path = tmp_path / f"table_{m}.bin"
    notes = written(path, design, "approxtrain")
    table = path.read_bytes()
    assert len(table) == 1 << 2 * m
    for x, y in ((1.5, 1.25), (-1.75, 1.5), (1.0, 1.0), (0.75, -3.5), (1.5, 1.5)):
        codes = lmul.encode([x, y], fmt)
        want = lmul.decode(lmul.multiply(codes[0], codes[1], fmt, kind, "ftz"), fmt)
        assert approxtrain_product(table, x, y, m) == want
    # 127 + 127 + 8 = 262 carries twice: so do the pairs of bf16 whose sum is 248 and more.
    twice = ["28 of 16384 products have two carries; the table has room for one, and holds the "
             "largest product with one in their place"]  # fmt: skip
    assert notes == (twice if design == "lmul-bf16" else [])


def test_approxtorch_reads_a_manifest_beside_its_table(tmp_path: Path) -> None:
    path = tmp_path / "fp16_exact_mantissa_lut.bin"
    written(path, "exact-fp16", "approxtorch")
    manifest = json.loads((tmp_path / "fp16_exact_mantissa_lut.manifest.json").read_text())
    data = path.read_bytes()
    assert manifest["kind"] == "fp16"
    assert manifest["shape"] == [1024, 1024]
    assert manifest["logical_dtype"] == "uint16"
    assert manifest["data_sha256"] == hashlib.sha256(data).hexdigest()
    table = np.frombuffer(data, "<u2").reshape(1024, 1024).astype(np.int64)
    x = np.float64(1) + np.arange(1024) / 1024
    want = np.multiply.outer(x, x).astype(np.float16).astype(np.float64)
    carry, mantissa = table >> 10, table & 1023
    assert np.array_equal((1 + mantissa / 1024) * 2.0**carry, want)


def test_integers_of_tfapprox_and_adapt(tmp_path: Path) -> None:
    """bf16 holds every byte, so that exact products are the integers' own."""
    path = tmp_path / "exact.bin"
    assert written(path, "exact-bf16", "tfapprox") == []
    table = np.frombuffer(path.read_bytes(), "<u2").reshape(256, 256)
    byte = np.arange(256)
    assert np.array_equal(table, np.multiply.outer(byte, byte))
    notes = written(path, "mitchell-e4m3", "tfapprox")
    # Four significant bits: 0 to 15, and eight in each octave above. 248 to 255 become 256.
    assert notes == [
        f"{256 - 16 - 4 * 8} of 256 integers are no numbers of e4m3, and were rounded",
        f"{8 * 8} products beyond 0 to 65535 were cut to that",
    ]
    header = tmp_path / "mul8s_exact.h"
    assert written(header, "exact-bf16", "adapt") == []
    library = tmp_path / "table.so"
    command = ["g++", "-shared", "-fPIC", "-x", "c++", "-", "-o", library]
    source = f'#include "{header}"\nextern "C" int product(int8_t x, int8_t y) {{\n'
    source += "  return lut[uint8_t(x)][uint8_t(y)];\n}\n"
    subprocess.run(command, input=source, text=True, check=True)
    found = ctypes.CDLL(str(library)).product
    for x, y in ((-128, -128), (-128, 127), (127, 127), (-1, 1), (0, -5), (100, -100)):
        assert found(x, y) == x * y


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lmul-fp16", "approxtrain", "x_10.bin"), "lmul: ApproxTrain's entries have a byte: m"),
        (("lmul-bf16", "approxtrain", "x.bin"), "lmul: ApproxTrain reads m from the name: it must"),
        (("lmul-e4m3", "approxtorch", "x.bin"), "lmul: ApproxTorch's tables of mantissas are for"),
        (("lmul-bf16", "approxtorch", "x.bin"), "lmul: ApproxTorch reads a file of this name alo"),
        (("lmul-e2m1", "adapt", "x.h"), "lmul: Format 'e2m1' ends at 6: it has no 128"),
        (("lmul-bf16", "gpt", "x.h"), "lmul: Unknown emulator 'gpt': use approxtrain (a byte"),
        (("lmul-bf17", "adapt", "x.h"), "lmul: Design 'product-lmul-bf17': unknown format"),
    ],
)
def test_mistakes_are_one_line(arguments, message, tmp_path, capsys) -> None:
    design, emulator, name = arguments
    code = main(["lut", design, "--for", emulator, "-o", str(tmp_path / name)])
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert said.err.startswith(message)
    assert said.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_command_says_what_it_wrote(tmp_path, capsys) -> None:
    path = tmp_path / "lmul_3.bin"
    assert main(["lut", "lmul-e4m3", "--for", "approxtrain", "-o", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: lmul e4m3 for github.com/AaronJing/ApproxTrain\n"
