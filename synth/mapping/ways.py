"""Ways to map a circuit for a clock: adders, how chains are flattened, how cells are chosen.

A way has a name, ``ADDER-CHAINS-CELLS-TARGET``, such as ``sklansky-4-map-4250``: what it takes to
have the same circuit again. :data:`ADDERS` and :data:`CELLS` are all the choices; one more is one
more entry, and :data:`TRIED` says which of them a search takes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lmul.hdl.arithmetic.form import Form

__all__ = ["ADDERS", "CELLS", "FEW", "PROBES", "QUICKER", "TRIED", "Adder", "Way"]


@dataclass(frozen=True)
class Adder:
    """How sums are made.

    Parameters
    ----------
    form : str
        How the circuit is written, one of :mod:`lmul.hdl.arithmetic.form`: ``"gates"`` are the
        chains of its own, ``"fast"`` leaves adders of words to Yosys, behind trees of its own,
        ``"fastest"`` adds floats in two paths besides.
    options : str
        What Yosys's ``synth`` is told, with a space in front.
    """

    form: Form
    options: str = ""


ADDERS: Mapping[str, Adder] = {
    "ripple": Adder("gates"),
    "brent_kung": Adder("fast"),
    "sklansky": Adder("fast", " -extra-map +/choices/sklansky.v"),
    "han_carlson": Adder("fast", " -extra-map +/choices/han-carlson.v"),
    "kogge_stone": Adder("fast", " -extra-map +/choices/kogge-stone.v"),
    "two_path_brent_kung": Adder("fastest"),
    "two_path_sklansky": Adder("fastest", " -extra-map +/choices/sklansky.v"),
    "two_path_han_carlson": Adder("fastest", " -extra-map +/choices/han-carlson.v"),
}
"""By name. A circuit of the form ``products`` with the option ``-booth`` or without was larger and
slower for every PE that was tried."""

CELLS: Mapping[str, str] = {
    "amap": """\
strash
&get -n
&fraig -x
&put
scorr
dc2
strash
{rounds}{choices}
amap
""",
    "direct": """\
strash
{rounds}{choices}
amap
""",
    "map": """\
strash
{rounds}{choices}
map -B 0.9 -D {target}
""",
}
"""ABC's commands up to the cells, by name: ``amap`` for area, before drive strengths; ``direct``
the same of the circuit as it is written; ``map`` for the target."""

TRIED: Sequence[tuple[str, Sequence[str], Sequence[str], Sequence[float]]] = (
    ("amap", ("ripple", "brent_kung", "sklansky"), ("0",), (0,)),
    ("direct", ("han_carlson",), ("3", "4", "43", "5", "6", "36"), (0,)),
    ("direct", ("brent_kung",), ("4", "43"), (0,)),
    ("map", ("han_carlson",), ("0", "3"), (0.85, 0.6)),
    ("map", ("han_carlson",), ("4", "43", "6"), (0.6,)),
    ("map", ("sklansky",), ("3", "4"), (0.6,)),
    ("map", ("brent_kung",), ("43", "6"), (0.6,)),
    ("map", ("two_path_han_carlson",), ("4", "43", "6"), (0.6,)),
    ("map", ("two_path_sklansky",), ("3", "4"), (0.6,)),
    ("map", ("two_path_brent_kung",), ("43", "6"), (0.6,)),
)
"""What a search for a clock tries: cells with each of some adders, each of some chains and each of
some targets, as shares of the clock: 0 is as fast as they come. They are those that were the
smallest for some PE at some clock. Two paths make no difference where no float is added up: then
they are not tried."""

PROBES: Sequence[tuple[str, str, str]] = (
    ("direct", "han_carlson", "4"),
    ("direct", "han_carlson", "6"),
    ("map", "han_carlson", "43"),
    ("map", "han_carlson", "6"),
    ("map", "two_path_han_carlson", "6"),
)
"""Of these the ones by which a pipeline is chosen, before all are tried with it."""

FEW: Sequence[tuple[str, Sequence[str], Sequence[str], Sequence[float]]] = (
    ("map", ("han_carlson",), ("36", "43", "4"), (0.6,)),
)
"""What is tried of dot-product units, the quickest first: thousands of gates take seconds each."""

QUICKER: Sequence[tuple[str, Sequence[str], Sequence[str], Sequence[float]]] = (
    ("map", ("brent_kung",), ("36", "366"), (0.6,)),
    ("map", ("han_carlson",), ("366",), (0.6,)),
)
"""What is tried of them besides where all of those miss a clock."""

_SIZES = """\
topo
buffer -c -N 8
upsize -D {target}
dnsize -D {target}
"""

_CHAINS = re.compile(r"0|[2-9]+")
_NAME = re.compile(r"([a-z_]+)-(0|[2-9]+)-([a-z]+)-([0-9.]+)")


@dataclass(frozen=True)
class Way:
    """One way to map.

    Parameters
    ----------
    adder : str
        One of :data:`ADDERS`.
    chains : str
        How long chains, such as carries, are flattened: a digit from 2 to 9 for each round, the
        inputs that ABC rebuilds a piece of logic from at a time; more are faster and larger. "0":
        not at all.
    cells : str
        One of :data:`CELLS`.
    target_ps : float
        The delay that ABC is asked for.

    Raises
    ------
    ValueError
        For an unknown choice, or a number out of range.
    """

    adder: str
    chains: str
    cells: str
    target_ps: float

    def __post_init__(self) -> None:
        for what, name, known in (("adder", self.adder, ADDERS), ("cells", self.cells, CELLS)):
            if name not in known:
                raise ValueError(f"unknown {what} {name!r}, use {', '.join(known)}")
        if not _CHAINS.fullmatch(self.chains):
            raise ValueError(f"chains must be 0, or digits from 2 to 9, not {self.chains!r}")
        if not self.target_ps > 0:
            raise ValueError(
                f"A delay target must be a positive number of ps, not {self.target_ps!r}"
            )

    @property
    def name(self) -> str:
        """``ADDER-CHAINS-CELLS-TARGET``."""
        return f"{self.adder}-{self.chains}-{self.cells}-{self.target_ps:g}"

    @property
    def abc(self) -> str:
        """ABC's commands, but for ``{choices}``, which restructure a circuit."""
        rounds = "".join(f"if -g -K {inputs}\nstrash\n" for inputs in self.chains if inputs != "0")
        commands = CELLS[self.cells] + _SIZES
        return commands.replace("{rounds}", rounds).replace("{target}", f"{self.target_ps:g}")

    @classmethod
    def parse(cls, name: str) -> "Way":
        """The way of a name.

        Raises
        ------
        ValueError
            For a name that is none's.
        """
        match = _NAME.fullmatch(name)
        if not match:
            raise ValueError(
                f"Mapping {name!r} is none: use ADDER-CHAINS-CELLS-TARGET in ps, such as "
                "sklansky-4-map-4250"
            )
        try:
            return cls(match[1], match[2], match[3], float(match[4]))
        except ValueError as error:
            raise ValueError(f"Mapping {name!r}: {error}") from None
