"""Timing constraints to begin with, for ASIC tools (SDC) and for Vivado (XDC)."""

from collections.abc import Sequence

from lmul.sim.export.description import PortText

__all__ = ["constraints"]

_PERIOD_NS = 10.0
_OUTSIDE_NS = 2.0


def constraints(module: str, licence: str, ports: Sequence[PortText], suffix: str) -> str:
    """A clock and the time that what is outside takes; of a module without a clock, one limit.

    Parameters
    ----------
    module, licence : str
    ports : sequence of PortText
    suffix : str
        ``"sdc"`` or ``"xdc"``.
    """
    use = {
        "sdc": "For a module of its own, as synthesis or timing analysis gets it.",
        "xdc": "For Vivado, out of context: set_property USED_IN {synthesis implementation "
        "out_of_context}.",
    }[suffix]
    head = [f"# SPDX-License-Identifier: {licence}", f"# {module}: {use}"]
    if any(port.name == "clk" for port in ports):
        lines = [
            "# One clock; every register takes its rising edge. The period is yours to set.",
            f"create_clock -name clk -period {_PERIOD_NS:.3f} [get_ports clk]",
            "# What stands before and behind the ports takes so much of it.",
            *_delays("input", "clk", ports),
            *_delays("output", "clk", ports),
        ]
    else:
        lines = [
            "# No register: a limit from any input to any output. It is yours to set.",
            f"set_max_delay {_PERIOD_NS:.3f} -from [all_inputs] -to [all_outputs]",
        ]
    return "\n".join([*head, *lines]) + "\n"


def _delays(direction: str, clock: str, ports: Sequence[PortText]) -> list[str]:
    names = [
        port.name if port.width == 1 else f"{port.name}[*]"
        for port in ports
        if port.direction == direction and port.name != clock
    ]
    return [
        f"set_{direction}_delay -clock {clock} {_OUTSIDE_NS:.3f} [get_ports {{{name}}}]"
        for name in names
    ]
