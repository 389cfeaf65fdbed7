"""An instance of the top module, to be copied into a module that needs one."""

from collections.abc import Sequence

from lmul.sim.export.bench.pieces import connections, vector_range
from lmul.sim.export.description import PortText

__all__ = ["instance_template"]


def instance_template(module: str, licence: str, ports: Sequence[PortText]) -> str:
    """Declarations of a wire for each port, and the instance that they are connected to."""
    wires = [f"  wire {vector_range(port.width)}{port.name};" for port in ports]
    pairs = {port.name: port.name for port in ports}
    lines = [
        f"// SPDX-License-Identifier: {licence}",
        f"// To be copied into your module: an instance of {module}.",
        *wires,
        "",
        f"  {module} its_name (",
        connections(pairs),
        "  );",
    ]
    return "\n".join(lines) + "\n"
