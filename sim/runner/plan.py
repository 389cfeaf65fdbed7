"""What a bench is told: the circuits before it and the stimulus to make, as a file.

The bench runs inside the simulator's process; the plan is written beside it before it starts.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import FloatFormat, IntegerFormat
from lmul.hdl.numbers.policy import Policy
from lmul.hdl.verilog.axi_layout import AxiLayout
from lmul.sim.reference.circuit import Circuit, MacCircuit, Port
from lmul.sim.reference.vectors import SEED, WIDE_PAIRS

__all__ = ["PLAN_VARIABLE", "Plan"]


PLAN_VARIABLE = "LMUL_PLAN"


@dataclass(frozen=True)
class Plan:
    """What is simulated (without its Verilog), and count and seed of the random operands.

    ``circuits`` are what multiplies, ``mac`` is the one PE or array of a bench for those.
    """

    circuits: tuple[Circuit, ...]
    count: int = WIDE_PAIRS
    seed: int = SEED
    mac: MacCircuit | None = None

    def save(self, path: Path) -> None:
        """Write the plan as JSON."""
        content = asdict(self)
        for circuit in (*content["circuits"], *filter(None, [content["mac"]])):
            del circuit["verilog"]
        path.write_text(json.dumps(content))

    @classmethod
    def load(cls) -> "Plan":
        """The plan that the environment names; its folder is where the bench leaves its files."""
        content = json.loads(Path(os.environ[PLAN_VARIABLE]).read_text())
        return cls(
            tuple(_circuit(circuit) for circuit in content["circuits"]),
            content["count"],
            content["seed"],
            _mac(content["mac"]) if content["mac"] else None,
        )

    def generator(self) -> np.random.Generator:
        """Random numbers for a test, the same in every run."""
        return np.random.default_rng(self.seed)

    @staticmethod
    def folder() -> Path:
        """Where the plan lies, and the bench's files with it."""
        return Path(os.environ[PLAN_VARIABLE]).parent


def _circuit(content: dict) -> Circuit:
    names = ("x", "y", "p", "acc")
    sides = {side: tuple(Port(**port) for port in content[side]) for side in names}
    return Circuit(_design(content["design"]), "", **sides, exp_bias=content["exp_bias"])


def _mac(content: dict) -> MacCircuit:
    design = _design(content["design"])
    assert isinstance(design, MacDesign)
    streams = (
        AxiLayout(**(stream | {"user": tuple(map(tuple, stream["user"]))}))
        for stream in content["streams"]
    )
    return MacCircuit(design, "", tuple(content["ports"]), tuple(streams), content["out"])


def _design(content: dict) -> UnitDesign | MacDesign | DotDesign:
    policy = Policy(**content["policy"])
    fmt = (FloatFormat if "bias" in content["format"] else IntegerFormat)(**content["format"])
    if "sticky" in content:
        return DotDesign(**(content | {"format": fmt, "policy": policy}))
    if "accumulator" not in content:
        return UnitDesign(**(content | {"format": fmt, "policy": policy}))
    accumulator = content["accumulator"] and Accumulator(**content["accumulator"])
    return MacDesign(**(content | {"format": fmt, "policy": policy, "accumulator": accumulator}))
