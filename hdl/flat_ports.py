"""A port for each member of a record, so that a person can connect them."""

from amaranth import Module
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In

__all__ = ["FlatPorts"]


class FlatPorts(wiring.Component):
    """A component with one port for each member of its records: ``x.neg`` becomes ``x_neg``.

    Parameters
    ----------
    unit : wiring.Component
        With ports only: a product unit or a PE.

    Members
    -------
    PORT_MEMBER
        For each member of a port that is a struct.
    others
        As the component has them.
    """

    def __init__(self, unit: wiring.Component) -> None:
        self.unit = unit
        ports = {}
        for name, member in unit.signature.members.items():
            if isinstance(member.shape, data.StructLayout):
                for part, field in member.shape:
                    ports[f"{name}_{part}"] = wiring.Member(member.flow, field.shape)
            else:
                ports[name] = member
        super().__init__(ports)

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.submodules.unit = unit = self.unit
        for name, member in unit.signature.members.items():
            inside = getattr(unit, name)
            pairs = [(inside, name)]
            if isinstance(member.shape, data.StructLayout):
                pairs = [(inside[part], f"{name}_{part}") for part, _ in member.shape]
            for signal, port in pairs:
                if member.flow == In:
                    m.d.comb += signal.eq(getattr(self, port))
                else:
                    m.d.comb += getattr(self, port).eq(signal)
        return m
