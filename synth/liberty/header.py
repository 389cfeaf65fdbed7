"""What a Liberty library says once for all its cells: units, conditions, thresholds."""

import math
import re
from dataclasses import dataclass

from lmul.synth.liberty.reader import number
from lmul.synth.liberty.syntax import Group, split

__all__ = ["Header"]


_UNIT = re.compile(r"([\d.]+(?:e[-+]?\d+)?)?\s*([munpfa]?)([a-z]+)", re.IGNORECASE)
_PREFIX = {"": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18}
_THRESHOLDS = tuple(
    f"{what}_threshold_pct_{edge}"
    for what in ("input", "output", "slew_lower", "slew_upper")
    for edge in ("rise", "fall")
)
# What may stand in one file of a library must stand in all of them.
_ALIKE = ("nom_process", "nom_temperature", "slew_derate_from_library", *_THRESHOLDS)


@dataclass(frozen=True)
class Header:
    """Units and conditions.

    Attributes
    ----------
    voltage : float or None
        The supply voltage that the figures are for, V: ``nom_voltage``; without it, that of
        ``default_operating_conditions``; without that, of the only ``operating_conditions``. None
        when the library tells none of them, or several and no default.
    time_unit, capacitance_unit, leakage_unit, voltage_unit : float
        The library's own units in s, F, W and V.
    alike : tuple of (str, float or None)
        What further figures depend on, by name.
    """

    voltage: float | None
    time_unit: float
    capacitance_unit: float
    leakage_unit: float
    voltage_unit: float
    alike: tuple[tuple[str, float | None], ...]

    @classmethod
    def of(cls, group: Group) -> "Header":
        """Of a ``library`` group.

        Raises
        ------
        ValueError
            When a unit or number in it can't be read.
        """
        voltage_unit = _unit(group, "voltage_unit", "1V", "V")
        return cls(
            voltage=_voltage(group, voltage_unit),
            time_unit=_unit(group, "time_unit", "1ns", "s"),
            capacitance_unit=_load_unit(group),
            leakage_unit=_unit(group, "leakage_power_unit", "1nW", "W"),
            voltage_unit=voltage_unit,
            alike=tuple(
                (name, number(group, name, 0.0) if name in group.values else None)
                for name in _ALIKE
            ),
        )

    @property
    def energy_unit(self) -> float:
        """J: V² times the unit of capacitance."""
        return self.voltage_unit**2 * self.capacitance_unit

    def difference(self, other: "Header") -> str | None:
        """What another one has otherwise, such as ``voltage 0.7 V against 0.77 V``, or None."""
        for name, unit in (
            ("time_unit", "s"),
            ("capacitance_unit", "F"),
            ("leakage_unit", "W"),
            ("voltage_unit", "V"),
            ("voltage", "V"),
        ):
            mine, theirs = getattr(self, name), getattr(other, name)
            if not _equal(mine, theirs):
                return f"{name.replace('_', ' ')} {_shown(mine, unit)} against " + _shown(
                    theirs, unit
                )
        for (name, mine), (_, theirs) in zip(self.alike, other.alike, strict=True):
            if not _equal(mine, theirs):
                return f"{name} {_shown(mine)} against {_shown(theirs)}"
        return None


def _equal(a: float | None, b: float | None) -> bool:
    return a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9))


def _shown(value: float | None, unit: str = "") -> str:
    return "none" if value is None else f"{value:g} {unit}".rstrip()


def _voltage(group: Group, unit: float) -> float | None:
    if "nom_voltage" in group.values:
        return number(group, "nom_voltage", 0.0) * unit
    conditions = {one.name: one for one in group.of_kind("operating_conditions")}
    if "default_operating_conditions" in group.values:
        name = group.values["default_operating_conditions"]
        if name not in conditions:
            raise ValueError(
                f"default_operating_conditions {name!r} are none of its operating_conditions"
                + (f": {', '.join(conditions)}" if conditions else "")
            )
        conditions = {name: conditions[name]}
    found = {
        number(one, "voltage", 0.0) * unit for one in conditions.values() if "voltage" in one.values
    }
    return found.pop() if len(found) == 1 else None


def _unit(group: Group, name: str, default: str, base: str) -> float:
    text = group.values.get(name, default)
    match = _UNIT.fullmatch(text.strip())
    if not match or match[3].lower() != base.lower():
        raise ValueError(f"{name} must be like {default!r}, not {text!r}")
    return float(match[1] or 1) * _PREFIX[match[2].lower()]


def _load_unit(group: Group) -> float:
    text = group.lists.get("capacitive_load_unit", "1, pf")
    try:
        size, unit = split(text)
        [base] = re.findall(r"^([munpfa]?)f$", unit, re.IGNORECASE)
        return float(size) * _PREFIX[base.lower()]
    except ValueError:
        raise ValueError(f"capacitive_load_unit must be like (1, pf), not ({text})") from None
