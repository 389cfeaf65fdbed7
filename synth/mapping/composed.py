"""A circuit composed of parts that were mapped each by itself."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.netlist import Hierarchy
from lmul.synth.mapping.mapping import Mapped

__all__ = ["composed", "part_circuit", "with_modules"]


_END = re.compile(r"(?<=\bendmodule\b)")


def part_circuit(circuit: Circuit, part: str) -> Circuit:
    """A part of a circuit alone, with the modules below it.

    Its text does not tell which circuit it is of: what is the same in two is mapped once.

    Parameters
    ----------
    circuit : Circuit
    part : str
        What a module is called behind the top module's name, such as ``"pe"``.

    Raises
    ------
    LookupError
        When there is no such module.
    """
    modules = {
        match[1]: text
        for text in _END.split(circuit.verilog)
        if (match := re.search(r"^module (\w+)", text, re.M))
    }
    wanted = [f"{circuit.top}_{part}"]
    if wanted[0] not in modules:
        raise LookupError(f"Circuit {circuit.name!r} has no part {part!r}")
    for name in wanted:  # grows while it is read
        inside = re.findall(rf"\b{circuit.top}_\w+", modules[name])
        wanted += [one for one in dict.fromkeys(inside) if one not in wanted and one in modules]
    text = "".join(modules[name] for name in wanted).lstrip() + "\n"
    return Circuit(part, text.replace(f"{circuit.top}_", ""), circuit.level, f"{part} of an array")


def composed(whole: Mapped, parts: Mapping[str, Mapped]) -> Mapped:
    """A mapped circuit with other mappings of some of its parts in their place.

    Parameters
    ----------
    whole : Mapped
        Mapped by its parts.
    parts : mapping of str to Mapped
        Of :func:`part_circuit`, by part.

    Raises
    ------
    ValueError
        When a part's ports are not those of the module whose place it takes.
    """
    modules = json.loads(whole.netlist)["modules"]
    for part, mapped in parts.items():
        name = f"{whole.circuit.top}_{part}"
        module = json.loads(mapped.netlist)["modules"][mapped.circuit.top]
        shapes = [
            {port: (one["direction"], len(one["bits"])) for port, one in side["ports"].items()}
            for side in (module, modules[name])
        ]
        if shapes[0] != shapes[1]:
            raise ValueError(f"Part {part!r} of {whole.circuit.name!r} has other ports")
        # Its attributes stay: one of them says that it is kept apart.
        modules[name] = module | {"attributes": modules[name]["attributes"]}
    return with_modules(whole, modules)


def with_modules(mapped: Mapped, modules: Mapping[str, Any]) -> Mapped:
    """A mapped circuit with its modules changed, and the cells and areas that it has then.

    Parameters
    ----------
    mapped : Mapped
    modules : mapping of str to module
        Of ``write_json``, by name.
    """
    library = mapped.library
    cells = Hierarchy(modules, mapped.circuit.top).cells
    areas = {kind: number * library[kind].area for kind, number in cells.items()}
    return replace(
        mapped,
        netlist=json.dumps({"modules": modules}),
        area_um2=sum(areas.values()),
        sequential_um2=sum(v for kind, v in areas.items() if library[kind].is_flipflop),
        cells=cells,
    )
