"""What a package says of a unit's registers: its latency, and the ports that they need."""

from collections.abc import Sequence

from lmul.sim.export.description import PortText, Section

__all__ = ["latency_section", "with_control"]


_RST = (
    "synchronous reset, active high, of o_valid alone: one edge is enough, with no initial value, "
    "whatever en and the operands are at it"
)


def latency_section(
    stages: int, inputs: str, one: str, more: str = "", result: str = "p"
) -> Section:
    """When the result is there.

    Parameters
    ----------
    stages : int
        Registers on every way through the unit.
    inputs, one : str
        Which ports it takes, and what stands there at a time.
    more : str
        What else there is to say of units with registers.
    result : str
        The port.
    """
    meaning = f"combinational: {result} follows {inputs} in the same cycle"
    if stages:
        cycles = f"{stages} cycles" if stages > 1 else "1 cycle"
        meaning = (
            f"{cycles} of clk in which en is 1; a new {one} may enter in each of them. "
            f"While en is 0 everything holds{more}"
        )
    facts = {"cycles": stages, "meaning": meaning, "initiation_interval": 1 if stages else 0}
    return Section("latency", "Latency", meaning, facts)


def with_control(stages: int, inputs: str, ports: Sequence[PortText]) -> tuple[PortText, ...]:
    """The ports, and before and behind them those of the registers, if there are any."""
    if not stages:
        return tuple(ports)
    return (
        PortText("clk", "input", 1, "clock; registers take over at its rising edge"),
        PortText("rst", "input", 1, _RST),
        PortText("en", "input", 1, "clock enable; while 0, all registers hold"),
        PortText("i_valid", "input", 1, f"{inputs} are valid; travels with them to o_valid"),
        *ports,
        PortText("o_valid", "output", 1, "p is valid; 0 after reset"),
    )
