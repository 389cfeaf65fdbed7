"""Designs drawn from all that a name can say, the same ones for the same seed."""

import random
from collections.abc import Iterator

from lmul.hdl.designs.design import Design
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import KINDS
from lmul.hdl.numbers.policy import POLICIES

_CODES = ("zffni", "zffnp", "zngni", "xffni")  # policies that are no preset: a letter a knob
_ACCUMULATORS = ("", "", "exact", "fp32", "bf16", "e4m3", "fix24_-9")


def drawn(seed: int, count: int, level: str = "") -> list[Design]:
    """Distinct designs of a level, or of any; wide formats and large arrays are rare."""
    found: dict[str, Design] = {}
    names = _names(random.Random(seed))
    while len(found) < count:
        try:
            design = Design.parse(next(names))
        except ValueError:
            continue  # an accumulator that the format's sums do not fit, a policy that it lacks
        if not level or design.level == level:
            found[design.name] = design
    return list(found.values())


def _names(draw: random.Random) -> Iterator[str]:
    formats = [name for name, fmt in FORMATS.items() if fmt.width <= 16]
    while True:
        level = draw.choice(("", "product-", "pe-", "pe-", "array-"))
        kind = draw.choice([*KINDS, "int8"] if level else list(KINDS))
        parts = [kind]
        if kind != "int8":
            wide = draw.random() < 0.05
            parts.append("fp32" if wide and not level.startswith("array") else draw.choice(formats))
        if level == "array-":
            flow = draw.choice(("os", "ws"))
            parts.append(f"{draw.randint(1, 3)}x{draw.randint(1, 3)}-{flow}")
        if kind != "int8" and level != "product-":
            parts.append(draw.choice((*POLICIES, *_CODES)))
        if kind != "int8" and level in ("pe-", "array-"):
            parts.append(draw.choice(_ACCUMULATORS))
        if level != "product-":
            parts.append(draw.choice(("", "", "s1", "s2")))
        yield level + "-".join(part for part in parts if part)
