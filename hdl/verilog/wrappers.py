"""A port for each member of a record, so that a person can connect them."""

from collections.abc import Iterator

from amaranth import Cat, ClockDomain, Module, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.group.lanes import lanes

__all__ = ["FlatPorts", "ShiftWrapper"]


class FlatPorts(wiring.Component):
    """A component with one port for each member of its records: ``x.neg`` becomes ``x_neg``.

    Of several lanes side by side a port has that member of each, the first lane's lowest.

    Parameters
    ----------
    unit : wiring.Component
        With ports only: a product unit or a PE.

    Members
    -------
    PORT_MEMBER
        For each member of a port that is a struct, or several.
    others
        As the component has them.
    """

    def __init__(self, unit: wiring.Component) -> None:
        self.unit = unit
        ports = {}
        for name, member in unit.signature.members.items():
            for port, inside in _flat(name, getattr(unit, name)):
                ports[port] = wiring.Member(member.flow, inside.shape())
        super().__init__(ports)

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.submodules.unit = unit = self.unit
        for name, member in unit.signature.members.items():
            for port, inside in _flat(name, getattr(unit, name)):
                if member.flow == In:
                    m.d.comb += inside.eq(getattr(self, port))
                else:
                    m.d.comb += getattr(self, port).eq(inside)
        return m


def _flat(name: str, port: Value | data.View) -> Iterator[tuple[str, Value]]:
    """What a port is flattened to, by name."""
    if not isinstance(port, data.View):
        yield name, port
        return
    first, *others = lanes(port)
    for part, _ in first.shape():
        own = first[part]
        yield f"{name}_{part}", Cat(own, *(lane[part] for lane in others)) if others else own


class ShiftWrapper(wiring.Component):
    """Place a component between registers, so that its clock is limited by its own paths.

    All inputs of the component, its reset among them, come from the stages of one shift register;
    all its outputs go to registers and from these, each by an XOR of its own, into a second shift
    register. So every input can be any value, and every output, at its own time, is seen at
    ``so``: no synthesis can leave anything out. No path of the wrapper is longer than that XOR.

    With I bits of inputs and O bits of outputs it takes ``I + 2 O`` flip-flops and ``O - 1``
    look-up tables, whatever the component is.

    Parameters
    ----------
    unit : wiring.Component
        With ports only; not yet elaborated anywhere else.

    Members
    -------
    clk : In(1)
    si : In(1)
        Shifted into the inputs: the bit of a cycle reaches the last of them I cycles later.
    so : Out(1)

    Attributes
    ----------
    unit
    inputs, outputs : list of Value
        The component's ports in the order in which the shift registers pass them; behind its last
        input comes its reset.
    """

    def __init__(self, unit: wiring.Component) -> None:
        self.unit = unit
        self.inputs: list[Value] = []
        self.outputs: list[Value] = []
        for _, member, value in unit.signature.flatten(unit):
            ports = self.inputs if member.flow == In else self.outputs
            ports.append(Value.cast(value))
        super().__init__({"clk": In(1), "si": In(1), "so": Out(1)})

    @property
    def input_bits(self) -> int:
        """I: the component's inputs and its reset."""
        return sum(map(len, self.inputs)) + 1

    @property
    def output_bits(self) -> int:
        """O: the component's outputs."""
        return sum(map(len, self.outputs))

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.domains.shift = shift = ClockDomain("shift", reset_less=True)
        m.domains.sync = sync = ClockDomain("sync")
        m.submodules.unit = self.unit
        given = Signal(self.input_bits)
        taken = Signal(self.output_bits)
        gathered = Signal(self.output_bits)
        m.d.comb += [shift.clk.eq(self.clk), sync.clk.eq(self.clk), sync.rst.eq(given[-1])]
        m.d.shift += [given.eq(given << 1 | self.si), gathered.eq(gathered << 1 ^ taken)]
        place = 0
        for port in self.inputs:
            m.d.comb += port.eq(given[place : place + len(port)])
            place += len(port)
        place = 0
        for port in self.outputs:
            m.d.shift += taken[place : place + len(port)].eq(port)
            place += len(port)
        m.d.comb += self.so.eq(gathered[-1])
        return m
