"""What a multiplier does where the paper says nothing: zeros, subnormals, overflow, NaN and Inf.

Each knob is independent and each costs gates; four presets name the useful combinations.
"""

from dataclasses import dataclass, fields
from typing import Literal, get_args

__all__ = ["POLICIES", "Overflow", "Policy", "SpecialOperands", "Subnormals", "Tiny", "Zero"]


Zero = Literal["wrap", "zero"]
Subnormals = Literal["raw", "flush", "normalize"]
Tiny = Literal["raw", "flush", "gradual"]
Overflow = Literal["wrap", "saturate", "nonsaturating"]
SpecialOperands = Literal["ignore", "propagate"]

_VALUES: dict[str, tuple[str, ...]] = {
    "zero": get_args(Zero),
    "subnormals": get_args(Subnormals),
    "tiny": get_args(Tiny),
    "overflow": get_args(Overflow),
    "specials": get_args(SpecialOperands),
}
_BARE = {
    "zero": "wrap",
    "subnormals": "raw",
    "tiny": "raw",
    "overflow": "wrap",
    "specials": "ignore",
}


@dataclass(frozen=True)
class Policy:
    """A choice for every case that L-Mul's bit addition leaves open.

    Parameters
    ----------
    zero : str
        ``"zero"``: a zero operand gives zero; ``"wrap"``: zero is not looked for.
    subnormals : str
        Subnormal operands: ``"flush"`` to signed zero, ``"normalize"`` (exact), or ``"raw"``:
        E = 0 is read as ``2**(0 - bias) * (1 + M / 2**m)``.
    tiny : str
        Results below the smallest normal: ``"flush"`` to signed zero, ``"gradual"`` (a subnormal,
        rounded to nearest even), or ``"raw"``: the magnitude code modulo ``2**(e + m)``.
    overflow : str
        ``"saturate"`` to the largest finite, ``"nonsaturating"`` (Inf; NaN where there is no Inf;
        the largest finite where there is neither), or ``"wrap"``.
    specials : str
        NaN and Inf operands: ``"propagate"`` as IEEE 754 does, or ``"ignore"``: they are read as
        the numbers that their fields spell.

    Raises
    ------
    ValueError
        For an unknown value, and for ``wrap`` or ``raw`` anywhere but in ``bare``, where all
        knobs have them.
    """

    zero: Zero
    subnormals: Subnormals
    tiny: Tiny
    overflow: Overflow
    specials: SpecialOperands

    def __post_init__(self) -> None:
        for knob, allowed in _VALUES.items():
            value = getattr(self, knob)
            if value not in allowed:
                raise ValueError(
                    f"Policy knob {knob!r} must be one of {', '.join(allowed)}, not {value!r}"
                )
        raw = [k for k in _VALUES if k != "specials" and getattr(self, k) == _BARE[k]]
        if raw and any(getattr(self, k) != value for k, value in _BARE.items()):
            raise ValueError(
                f"Policy {self.knobs!r} mixes {raw[0]}={getattr(self, raw[0])} with knobs that "
                "handle special cases; wrap and raw go only together, as the preset 'bare'"
            )

    @property
    def knobs(self) -> str:
        """All knobs as text, such as ``zero=zero subnormals=flush …``."""
        return " ".join(f"{f.name}={getattr(self, f.name)}" for f in fields(self))

    @property
    def is_bare(self) -> bool:
        """Whether this is the paper's own arithmetic, where everything wraps."""
        return self.zero == "wrap"

    @property
    def name(self) -> str:
        """A preset's name, or one letter a knob: ``zffsi`` would be ``lax``."""
        for name, preset in POLICIES.items():
            if preset == self:
                return name
        return "".join(getattr(self, knob)[0] for knob in _VALUES)

    @classmethod
    def parse(cls, name: "str | Policy") -> "Policy":
        """The policy of a preset's name or of five knob letters; a Policy is returned as it is.

        Raises
        ------
        TypeError, ValueError
            When ``name`` is no string or Policy; when it is no preset and no legal letters.
        """
        if isinstance(name, Policy):
            return name
        if not isinstance(name, str):
            raise TypeError(f"Policy must be a preset's name or a Policy, not {name!r}")
        if name in POLICIES:
            return POLICIES[name]
        if len(name) == len(_VALUES):
            chosen = {
                knob: [v for v in values if v[0] == letter]
                for letter, (knob, values) in zip(name, _VALUES.items(), strict=True)
            }
            if all(chosen.values()):
                return cls(**{knob: values[0] for knob, values in chosen.items()})  # pyright: ignore[reportArgumentType]
        raise ValueError(
            f"Unknown policy {name!r}: use {', '.join(POLICIES)}, or five letters for zero (z), "
            "subnormals (f, n), tiny (f, g), overflow (s, n) and specials (i, p), such as zfgsp"
        )

    def __str__(self) -> str:
        return self.name


POLICIES: dict[str, Policy] = {
    "bare": Policy("wrap", "raw", "raw", "wrap", "ignore"),
    "lax": Policy("zero", "flush", "flush", "saturate", "ignore"),
    "ftz": Policy("zero", "flush", "flush", "saturate", "propagate"),
    "ocp": Policy("zero", "normalize", "gradual", "nonsaturating", "propagate"),
}
"""The presets, from the paper's own arithmetic to full OCP/IEEE behaviour."""
