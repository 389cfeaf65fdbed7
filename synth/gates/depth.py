"""The longest combinational path of a netlist, through whatever modules it runs."""

from collections.abc import Mapping

from lmul.synth.gates.netlist import Cell, Hierarchy, Module, bits_of, gate_order

__all__ = ["logic_depth"]


Arrivals = tuple[tuple[str, int, int], ...]
"""A port, a bit of it, and the gates in front of that; bits without any are left out."""


def logic_depth(netlist: Hierarchy) -> int:
    """Gates on the longest path from an input or flip-flop to an output or flip-flop.

    Every gate counts one, inverters included; a wire from input to output has depth 0.

    Raises
    ------
    ValueError
        When gates, or modules among each other, form a loop, which has no depth.
    """
    return _Depths(netlist.modules).of(netlist.top, ())[1]


class _Depths:
    """Arrivals, module by module.

    The cells of an array are alike and meet the same arrivals, so a module is worked out once for
    each set of them.
    """

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules
        self._known: dict[tuple[str, Arrivals], tuple[Arrivals, int]] = {}
        self._gates: dict[str, list[tuple[list[int], list[int]]]] = {}

    def of(self, name: str, inputs: Arrivals) -> tuple[Arrivals, int]:
        """Arrivals at a module's outputs, and the longest path inside it."""
        key = (name, inputs)
        if key not in self._known:
            self._known[key] = self._worked_out(name, inputs)
        return self._known[key]

    def _worked_out(self, name: str, inputs: Arrivals) -> tuple[Arrivals, int]:
        module = self._modules[name]
        if name not in self._gates:
            self._gates[name] = [
                (list(bits_of(gate, "input")), list(bits_of(gate, "output")))
                for gate in gate_order(module)
            ]
        inner = [cell for cell in module["cells"].values() if cell["type"] in self._modules]
        at: dict[int, int] = {}
        for port, place, depth in inputs:
            bit = module["ports"][port]["bits"][place]
            if isinstance(bit, int):
                at[bit] = depth
        inside = 0
        # What leaves one module may enter another: each turn takes paths one module further.
        for _ in range(len(inner) + 1):
            for before, after in self._gates[name]:
                depth = 1 + max((at.get(bit, 0) for bit in before), default=0)
                at.update(dict.fromkeys(after, depth))
            changed = False
            for cell in inner:
                given, longest = self.of(cell["type"], _seen(cell, at))
                inside = max(inside, longest)
                for port, place, depth in given:
                    bit = cell["connections"][port][place]
                    changed |= at.get(bit, 0) != depth
                    at[bit] = depth
            if not changed:
                return _at_outputs(module, at), max(inside, *at.values(), 0)
        raise ValueError(f"The netlist has a combinational loop through modules of {name!r}")


def _seen(cell: Cell, at: Mapping[int, int]) -> Arrivals:
    return tuple(
        (port, place, at[bit])
        for port, way in cell["port_directions"].items()
        if way == "input"
        for place, bit in enumerate(cell["connections"][port])
        if at.get(bit)
    )


def _at_outputs(module: Module, at: Mapping[int, int]) -> Arrivals:
    return tuple(
        (name, place, at[bit])
        for name, port in module["ports"].items()
        if port["direction"] == "output"
        for place, bit in enumerate(port["bits"])
        if at.get(bit)
    )
