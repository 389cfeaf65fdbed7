"""What a bench is told: the circuits before it and the stimulus to make, as a file.

The bench runs inside the simulator's process; the plan is written beside it before it starts.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lmul.hdl.formats import FloatFormat
from lmul.hdl.policy import Policy
from lmul.hdl.unit_design import UnitDesign
from lmul.sim.circuit import Circuit, Port
from lmul.sim.vectors import SEED, WIDE_PAIRS

__all__ = ["PLAN_VARIABLE", "Plan"]

PLAN_VARIABLE = "LMUL_PLAN"


@dataclass(frozen=True)
class Plan:
    """The circuits (without their Verilog), and count and seed of the random pairs."""

    circuits: tuple[Circuit, ...]
    count: int = WIDE_PAIRS
    seed: int = SEED

    def save(self, path: Path) -> None:
        """Write the plan as JSON."""
        content = asdict(self)
        for circuit in content["circuits"]:
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
        )

    def generator(self) -> np.random.Generator:
        """Random numbers for a test, the same in every run."""
        return np.random.default_rng(self.seed)

    @staticmethod
    def folder() -> Path:
        """Where the plan lies, and the bench's files with it."""
        return Path(os.environ[PLAN_VARIABLE]).parent


def _circuit(content: dict) -> Circuit:
    design = content["design"]
    design |= {"format": FloatFormat(**design["format"]), "policy": Policy(**design["policy"])}
    sides = {side: tuple(Port(**port) for port in content[side]) for side in ("x", "y", "p")}
    return Circuit(UnitDesign(**design), "", **sides, exp_bias=content["exp_bias"])
