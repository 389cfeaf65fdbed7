"""Repeated parts as modules that are made once and instantiated, for Verilog for people.

Amaranth's simulator and other people's designs want submodules. Verilog that a person reads wants
one module for each distinct thing; it is written much quicker, too.
"""

from collections.abc import Callable

from amaranth import ClockSignal, ResetSignal
from amaranth.hdl import Instance
from amaranth.lib import wiring
from amaranth.lib.wiring import Signature

from lmul.hdl.array.parts import _Part
from lmul.hdl.verilog.convert import convert
from lmul.hdl.verilog.ports import read_ports

__all__ = ["ModuleInstance", "SharedModules"]


class SharedModules:
    """Each part is one Verilog module, made when it is first asked for.

    Parameters
    ----------
    prefix : str
        Modules are called ``prefix_name``.

    Attributes
    ----------
    texts : dict of str to str
        The Verilog of each part by its module's name, inner parts first.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.texts: dict[str, str] = {}
        self._signatures: dict[str, Signature] = {}

    def __call__(self, name: str, make: Callable[[], _Part]) -> _Part:
        """An instance of the part's module."""
        module = f"{self.prefix}_{name}"
        if module not in self._signatures:
            component = make()
            self._signatures[module] = component.signature
            self.texts[module] = convert(component, module)
        return ModuleInstance(self._signatures[module], module, self.texts[module])  # pyright: ignore[reportReturnType]


class ModuleInstance(wiring.Component):
    """A component that is written elsewhere, as a Verilog module.

    Parameters
    ----------
    signature : Signature
        Of the component.
    module : str
        Its name in Verilog.
    text : str
        Its Verilog, which shows whether it has a clock and a reset.
    """

    def __init__(self, signature: Signature, module: str, text: str) -> None:
        self._module = module
        self._has = set(read_ports(text, module))
        super().__init__(signature)

    def elaborate(self, platform: object) -> Instance:
        """Build the instance."""
        ports: dict[str, object] = {}
        for path, member, value in self.signature.flatten(self):
            name = "__".join(str(part) for part in path)
            direction = "i" if member.flow == wiring.In else "o"
            if name in self._has:
                ports[f"{direction}_{name}"] = value
        if "clk" in self._has:
            ports["i_clk"] = ClockSignal()
        if "rst" in self._has:
            ports["i_rst"] = ResetSignal()
        return Instance(self._module, **ports)
