"""A library's text for tools from outside: under the conditions of our own figures."""

import math
import re

from lmul.synth.liberty.library import Library

__all__ = ["CONDITIONS", "tool_library"]


CONDITIONS = "lmul_nominal"
"""What the operating conditions are called that the text gets."""

_VALUE = r"\s*:\s*(?:\"[^\"]*\"|[^;\n\"]*)\s*;"
# Figures here are without wires.
_LEFT_OUT = re.compile(rf"\bdefault_(?:wire_load|wire_load_selection|operating_conditions){_VALUE}")
_HEAD = re.compile(r"\blibrary\s*\(\s*(?:\"[^\"]*\"|[^()]*)\s*\)\s*\{")
_NOMINAL = r"\bnom_{}\s*:\s*\"?([-+.\deE]+)\"?\s*;"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PROCESS, _TEMPERATURE = 1.0, 25.0  # Liberty's defaults


def tool_library(library: Library) -> list[str]:
    """The library's files without default wire loads, and with default operating conditions.

    Power tools take the supply's voltage from operating conditions, and where a library states
    none, they find no switching power at all. Those put in are the nominal ones, with the voltage
    that energies here are for, so that a tool scales no table and means the same. A library that
    states no voltage gets none. What a file includes stands in it.
    """
    return [_for_tools(text.whole, library) for text in library.texts]


def _for_tools(text: str, library: Library) -> str:
    plain = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)
    changes = [(*found.span(), "") for found in _LEFT_OUT.finditer(plain)]
    if library.voltage is not None:
        for head in _HEAD.finditer(plain):
            changes.append((head.end(), head.end(), _conditions(plain, library.voltage, library)))
    changed, done = "", 0
    for start, end, new in sorted(changes):
        changed += text[done:start] + new
        done = end
    return changed + text[done:]


def _conditions(plain: str, voltage: float, library: Library) -> str:
    unit = math.sqrt(library.energy_unit / library.capacitance_unit)  # volts
    values = {
        "process": _nominal(plain, "process", _PROCESS),
        "temperature": _nominal(plain, "temperature", _TEMPERATURE),
        "voltage": voltage / unit,
    }
    said = " ".join(f"{name} : {value:.10g};" for name, value in values.items())
    return (
        f"\n  operating_conditions ({CONDITIONS}) {{ {said} }}"
        f"\n  default_operating_conditions : {CONDITIONS};"
    )


def _nominal(text: str, name: str, default: float) -> float:
    found = re.search(_NOMINAL.format(name), text, re.MULTILINE)
    return float(found[1]) if found else default
