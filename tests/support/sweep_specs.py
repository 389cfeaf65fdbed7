"""Specs of sweeps, written for a test."""

import json
from pathlib import Path

from lmul.synth.sweep.grid import Expansion, expand
from lmul.synth.sweep.spec import read_spec

__all__ = ["MINIMAL", "UNIT", "expanded", "grid"]


MINIMAL = """
[[grid]]
measures = ["gates"]
levels = ["multiplier"]
kinds = ["lmul"]
formats = ["e4m3"]
"""


def expanded(tmp_path: Path, text: str) -> Expansion:
    path = tmp_path / "spec.toml"
    path.write_text(text)
    return expand(read_spec(path))


def grid(**keys: object) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join(["[[grid]]", *lines, ""])


UNIT = {"levels": ["multiplier"], "kinds": ["lmul"], "formats": ["e4m3"]}
