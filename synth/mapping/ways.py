"""Ways to map a circuit for a clock: adders, how chains are flattened, how cells are chosen.

A way has a name, ``ADDER-CHAINS-CELLS-TARGET``, such as ``sklansky-4-map-4250``: what it takes to
have the same circuit again. :data:`ADDERS` and :data:`CELLS` are all the choices; one more is one
more entry, and :data:`TRIED` says which of them a search takes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lmul.hdl.arithmetic.form import Form

__all__ = ["ADDERS", "CELLS", "TRIED", "Adder", "Way"]


@dataclass(frozen=True)
class Adder:
    """How sums are made.

    Parameters
    ----------
    form : str
        As what the circuit is written: ``"gates"`` are the chains of its own, ``"sums"`` leave the
        adder to Yosys, ``"products"`` the multiplier too.
    options : str
        What Yosys's ``synth`` is told, with a space in front.
    """

    form: Form
    options: str = ""


ADDERS: Mapping[str, Adder] = {
    "ripple": Adder("gates"),
    "brent_kung": Adder("sums"),
    "sklansky": Adder("sums", " -extra-map +/choices/sklansky.v"),
    "han_carlson": Adder("sums", " -extra-map +/choices/han-carlson.v"),
    "kogge_stone": Adder("sums", " -extra-map +/choices/kogge-stone.v"),
    "booth_brent_kung": Adder("products", " -booth"),
    "booth_han_carlson": Adder("products", " -booth -extra-map +/choices/han-carlson.v"),
}
"""By name; those of ``booth`` make multipliers by Booth's recoding, where a circuit has any."""

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
    "map": """\
strash
{rounds}{choices}
map -B 0.9 -D {target}
""",
}
"""ABC's commands up to the cells, by name: ``amap`` for area, before drive strengths; ``map`` for
the target."""

TRIED: Sequence[tuple[str, Sequence[str], Sequence[str]]] = (
    ("amap", ("ripple", "brent_kung", "han_carlson"), ("0",)),
    ("amap", ("booth_brent_kung",), ("0",)),
    ("map", ("ripple",), ("0", "3", "6")),
    ("map", ("booth_brent_kung", "booth_han_carlson"), ("0", "3", "4")),
    ("map", ("brent_kung", "han_carlson"), ("0", "3", "4", "43", "6", "66")),
)
"""What a search for a clock tries: cells with each of some adders and each of some chains. They are
those that were the smallest for some PE at some clock."""

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
