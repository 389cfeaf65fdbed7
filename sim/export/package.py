"""A design as files: its Verilog, a file list, waivers, a bench with vectors, a manifest.

The same design gives the same bytes, whatever the machine and folder.
"""

import hashlib
import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.verilog.writer.names import check_identifier
from lmul.sim.export.array import array_contents
from lmul.sim.export.description import Contents, PortText, Section, Words
from lmul.sim.export.dot import dot_contents
from lmul.sim.export.flow.constraints import constraints
from lmul.sim.export.flow.fusesoc import core_file
from lmul.sim.export.flow.template import instance_template
from lmul.sim.export.flow.vivado import with_interfaces
from lmul.sim.export.pe import pe_contents
from lmul.sim.export.unit import int_product_contents, unit_contents
from lmul.tools.files import write_whole

__all__ = ["LICENCE", "comment", "export", "package", "paragraph", "port_lines", "section_lines"]


_WIDTH = 96  # with the slashes before it, 99


def paragraph(text: str, indent: str = "") -> list[str]:
    """Lines of a text, those after the first indented, a formula's terms kept together."""
    kept = re.sub(r" ([-+*/]|\*\*) ", "\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text)
    lines = textwrap.wrap(
        kept, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def port_lines(ports: Sequence[PortText]) -> Iterator[str]:
    """A table of ports: name, direction, width, meaning."""
    wide = max(len(port.name) for port in ports)
    digits = max(2, *(len(str(port.width)) for port in ports))
    for port in ports:
        head = f"  {port.name:<{wide}}  {port.direction:<6}  {port.width:>{digits}}  "
        yield from paragraph(head + port.meaning, " " * len(head))


def section_lines(title: str, words: Words, indent: str = "") -> Iterator[str]:
    """A title and its text on one line, or with an indented line for each entry below it."""
    if isinstance(words, str):
        text = words if words.endswith((".", ":")) or indent else f"{words}."
        yield from paragraph(f"{indent}{title}: {text}", f"{indent}  ")
        return
    yield f"{indent}{title}"
    for name, inner in words.items():
        yield from section_lines(name, inner, f"{indent}  ")


def comment(lines: Sequence[str]) -> str:
    """The lines as a Verilog comment."""
    return "".join(f"// {line}".rstrip() + "\n" for line in lines)


LICENCE = "Apache-2.0"
"""Of the generated files: the project's own."""

_TOOLS = ("lmul", "amaranth")  # what the Verilog's bytes depend on


_FORMS: dict[Form, str] = {
    "gates": "sums and products are written as gates, as standard cells get them",
    "sums": "sums are written as +, for which FPGAs have carry chains",
    "products": "sums are written as + and products as *, for which FPGAs have carry chains and "
    "DSP blocks",
    "fast": "sums are written as + and products as trees of full adders, for cells at a short "
    "clock",
    "fastest": "sums are written as + and products as trees of full adders, float accumulators add "
    "in two paths, for cells at the shortest clock",
}

_FILE_LIST = """\
// From this folder: iverilog -f, verilator -f. From any other: verilator -F PATH/{module}.f
{module}.v
"""

# Rules of `verilator -Wall` that are waived for the Verilog, with reasons; without -Wall nothing
# is. Old and new Verilators know these names.
_WAIVERS = {
    "DECLFILENAME": "Modules that only this design has stand in its file.",
    "PINCONNECTEMPTY": "An output of a shared module that nothing reads here is left open.",
    "UNUSED": "Some bits of buses are not read where a format or policy does not need them.",
}


def export(
    design: Design,
    directory: Path,
    form: Form = "gates",
    name: str | None = None,
    vivado: bool = False,
) -> list[Path]:
    """Write the package of a design into a folder, whole or not at all.

    Parameters
    ----------
    design : Design
        Of any level.
    directory : Path
        Made when missing; files of the same names are replaced.
    form : str
        How arithmetic is written: see :mod:`lmul.hdl.arithmetic.form`. The results are the same.
    name : str or None
        Of the top module; files and the modules below are called after it. None: the design's.
    vivado : bool
        Mark streams, clock and reset for Vivado's IP integrator.

    Returns
    -------
    list of Path
        The written files: Verilog, bench, vectors, file list, waivers, a FuseSoC core, a template
        of an instance, constraints, the licence, the manifest.

    Raises
    ------
    ValueError
        For an unknown form; when the name is no Verilog identifier or a reserved word; for
        ``vivado`` where the design has no clock.
    OSError
        When the folder can't be made or written; nothing has changed then.
    """
    return write_whole(directory, package(design, form, name, vivado))


def package(
    design: Design, form: Form = "gates", name: str | None = None, vivado: bool = False
) -> dict[str, str]:
    """The files of :func:`export`, name to content, without writing them."""
    own = design.module_name
    module = own if name is None else check_identifier(name, "A module's name")
    contents = _contents(design, form)
    arithmetic = Section("form", "Arithmetic", _FORMS[form], form)
    contents = replace(contents, sections=(*contents.sections, arithmetic))
    verilog = _head(design, contents) + "\n" + contents.verilog
    about = f"{design.name}, generated by lmul"
    files = {
        f"{own}.v": with_interfaces(verilog, own) if vivado else verilog,
        f"{own}_tb.v": contents.bench.text,
        **contents.bench.vectors,
        f"{own}.f": _FILE_LIST.format(module=own),
        f"{own}.vlt": _waivers(own),
        f"{own}.core": core_file(own, _versions()["lmul"], about, list(contents.bench.vectors)),
        f"{own}_inst.v": instance_template(own, LICENCE, contents.ports),
        f"{own}.sdc": constraints(own, LICENCE, contents.ports, "sdc"),
        f"{own}.xdc": constraints(own, LICENCE, contents.ports, "xdc"),
        f"{own}.LICENSE.txt": _licence_text(),
    }
    files = {_called(file, own, module): _called(text, own, module) for file, text in files.items()}
    manifest = _manifest(design, contents, own)
    renamed = json.loads(_called(json.dumps(manifest), own, module))
    renamed["files"] = {
        file: {"sha256": hashlib.sha256(text.encode()).hexdigest()} for file, text in files.items()
    }
    text = json.dumps(renamed, indent=2, ensure_ascii=False) + "\n"
    return files | {f"{module}.json": text}


def _called(text: str, own: str, module: str) -> str:
    """A text in which the top module, and so what is called after it, has another name.

    V before it: Verilator's program.
    """
    return text if own == module else re.sub(rf"\b(V?){own}(?=\b|_)", rf"\g<1>{module}", text)


def _contents(design: Design, form: Form) -> Contents:
    match design:
        case UnitDesign():
            return unit_contents(design, form)
        case MacDesign(level="pe"):
            return pe_contents(design, form)
        case MacDesign(level="product"):
            return int_product_contents(design, form)
        case MacDesign():
            return array_contents(design, form)
        case DotDesign():
            return dot_contents(design, form)
        case _:
            raise TypeError(f"A design must be a Design, not {design!r}")


def _head(design: Design, contents: Contents) -> str:
    versions = _versions()
    generator = f"amaranth {versions['amaranth']}"
    lines = [
        f"SPDX-License-Identifier: {LICENCE}",
        f"Generated by lmul {versions['lmul']} ({generator}); do not edit.",
        "",
        f"{design.module_name}: the design {design.name}",
        "",
        *paragraph(f"Computes {contents.computes}"),
        "",
        "Ports",
        *port_lines(contents.ports),
    ]
    for section in contents.sections:
        lines += ["", *section_lines(section.title, section.words)]
    return comment(lines)


def _waivers(module: str) -> str:
    lines = ["`verilator_config"]
    for rule, reason in _WAIVERS.items():
        lines += [f"// {reason}", f'lint_off -rule {rule} -file "*{module}.v"']
    return "\n".join(lines) + "\n"


def _manifest(design: Design, contents: Contents, module: str) -> dict[str, Any]:
    return {
        "schema": 1,
        "design": design.name,
        "module": module,
        "licence": LICENCE,
        "computes": contents.computes,
        "parameters": contents.parameters,
        **{
            section.key: section.words if section.data is None else section.data
            for section in contents.sections
            if section.key
        },
        "ports": [
            {
                "name": port.name,
                "direction": port.direction,
                "width": port.width,
                "meaning": port.meaning,
            }
            for port in contents.ports
        ],
        "bench": {
            "module": f"{module}_tb",
            **contents.bench.facts,
            "verdict": "one line begins with PASS or FAIL; after FAIL the exit code is not 0",
        },
        "tools": _versions(),
    }


def _licence_text() -> str:
    return (resources.files("lmul.sim.export.flow") / "LICENSE.txt").read_text()


def _versions() -> dict[str, str]:
    return {tool: metadata.version(tool) for tool in _TOOLS}
