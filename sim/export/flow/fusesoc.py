"""The package as a core of FuseSoC (CAPI2): others depend on it, and its bench is a target."""

from collections.abc import Sequence

__all__ = ["core_file"]

_CORE = """\
CAPI=2:
# fusesoc --cores-root . run --target sim {name}
name: {name}
description: {description}

filesets:
  rtl:
    files:
      - {module}.v
    file_type: verilogSource-2005
  waivers:
    files:
      - {module}.vlt
    file_type: vlt
  bench:
    files:
      - {module}_tb.v: {{file_type: verilogSource-2005}}
{vectors}

targets:
  default:
    filesets: [rtl]
    toplevel: {module}
  lint:
    description: Verilator's lint, its warnings waived with reasons
    default_tool: verilator
    filesets: [waivers, rtl]
    toplevel: {module}
    tools:
      verilator:
        mode: lint-only
        verilator_options: [-Wall]
  sim:
    description: The self-checking bench; it fails when one bit is wrong
    default_tool: icarus
    filesets: ["tool_verilator? (waivers)", rtl, bench]
    toplevel: {module}_tb
    tools:
      icarus:
        iverilog_options: [-g2005]
      verilator:
        mode: binary
        verilator_options: [--timing]
"""


def core_file(module: str, version: str, description: str, vectors: Sequence[str]) -> str:
    """The core of a module whose bench reads ``vectors``.

    Its name is ``lmul:designs:MODULE:VERSION``.
    """
    # The bench reads its vectors from the folder that it runs in.
    files = (f"      - {file}: {{file_type: user, copyto: {file}}}" for file in vectors)
    name = f"lmul:designs:{module}:{version}"
    return _CORE.format(name=name, module=module, description=description, vectors="\n".join(files))
