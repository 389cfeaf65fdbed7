"""Amaranth's Verilog made readable, without changing what it describes.

Amaranth escapes most identifiers and declares ports in no order. Here identifiers become plain
ones, ports stand in the header, clock and inputs first, each stream's together, a register with
enable and reset is written as one, and members of records that nothing reads are dropped. Other
signals that nothing reads are called ``unused_…`` and stay: no expression is rewritten and no
assignment moves or goes, because Yosys's and ABC's results hang on such things by a few gates, and
the text that is counted is the text that is handed out.
"""

import re
from dataclasses import dataclass, field

__all__ = ["tidy"]

_MODULE = re.compile(r"^module (\S+) ?\(.*?\);\n(.*?)^endmodule$", re.M | re.S)
# A declaration, alone on its line; its initial value if it has one.
_DECLARATION = re.compile(
    r"  (input|output|wire|reg) ((?:\[\d+:\d+\] )?)(\\\S+ |\w+)(?: = (\S+))?;$"
)
_ATTRIBUTE = re.compile(r"  \(\* .* \*\)$")
_ASSIGN = re.compile(r"  assign (\\\S+ |\w+)( ?(?:\[[\d:]+\] )?)= (.*);$")
# Strings of digits with a base are no names; an escaped name ends with a space.
_NAME = re.compile(r"\\\S+ |(?<![\w'$.])[A-Za-z_]\w*")
_REGISTER = re.compile(
    r"  always @\* begin\n"
    r"(?:    if \(\\\$auto\$\S+ \) begin end\n)?"
    r"    (?P<next>\\\S+ ) ?= (?P<now>\\\S+ |\w+);\n"
    r"    if \(en\) begin\n      (?P=next) ?= (?P<enabled>.*);\n    end\n"
    r"(?:    if \(rst\) begin\n      (?P=next) ?= (?P<reset>.*);\n    end\n)?"
    r"  end\n"
)
# A port that Amaranth could not name: it carries a part of a signal, bits from anywhere.
_ANONYMOUS = re.compile(r"  (?:input|output) (?:\[\d+:\d+\] )?(\\\S+ );$", re.M)
_WHOLE = re.compile(r"  assign (\w+) = \{ (.*) \};$", re.M)
# Words that Verilog and SystemVerilog reserve and a person might call a signal; Yosys escapes
# the former, and the latter break the text for those who read it as SystemVerilog.
_RESERVED_WORDS = (
    "alias always and assert assign assume before begin bind bins bit break buf byte case cell "
    "chandle class clocking config const constraint context continue cover cross deassign default "
    "define design disable dist do edge else end endcase enum event expect export extends extern "
    "final first_match for force foreach forever fork function generate genvar global highz0 "
    "highz1 if iff ifnone ignore_bins import incdir include initial inout input inside instance "
    "int integer interface intersect join large let liblist library local localparam logic "
    "longint macromodule matches medium modport module nand negedge new nor not null or output "
    "package packed parameter posedge primitive priority program property protected pull0 pull1 "
    "pulldown pullup pure rand randc randcase real realtime ref reg release repeat restrict return "
    "scalared sequence shortint shortreal signed small solve specify specparam static string "
    "strong strong0 strong1 struct super supply0 supply1 sync_accept_on table tagged task this "
    "throughout time timeprecision timeunit tran tri tri0 tri1 type typedef union unique unique0 "
    "unsigned until untyped use var vectored virtual void wait wand weak weak0 weak1 while "
    "wildcard wire with within wor xnor xor"
)
_RESERVED = frozenset(_RESERVED_WORDS.split())
_FIRST = ("clk", "rst", "en", "i_valid", "code", "x", "y", "a", "b")
_MEMBERS = ("neg", "zero", "exp", "man", "sig", "inf")
_AXI = re.compile(r"(?P<side>[sm]_axis)_(?P<stream>\w+)_t(?P<signal>[a-z]+)")
_AXI_SIGNALS = ("data", "keep", "last", "user", "valid", "ready")


@dataclass
class _Module:
    name: str
    kinds: dict[str, list[str]] = field(default_factory=dict)  # name: input, output, wire, reg
    ranges: dict[str, str] = field(default_factory=dict)
    initial: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, list[str]] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)

    def is_port(self, name: str) -> bool:
        return bool({"input", "output"} & set(self.kinds[name]))


def tidy(verilog: str) -> str:
    """The same modules, readable.

    Parameters
    ----------
    verilog : str
        As Amaranth writes it, without attributes of its own and with plain module names.
    """
    verilog = _name_ports(verilog)
    head = verilog[: verilog.index("module ")]
    modules = [_tidy_module(*match.groups()) for match in _MODULE.finditer(verilog)]
    return head + "\n".join(modules)


def _name_ports(verilog: str) -> str:
    """Call a port that is bit 3 of ``code`` ``code_3``, in its module and where that is used."""
    for match in list(_MODULE.finditer(verilog)):
        module, old = match[1], match[0]
        bits = {
            bit.strip(): f"{whole[1]}_{index}"
            for whole in _WHOLE.finditer(old)
            for index, bit in enumerate(reversed(whole[2].split(",")))
        }
        taken = set(_NAME.findall(old))
        new = old
        used = re.compile(rf"  {re.escape(module)}  ?\w+ \(.*?\);$", re.M | re.S)
        for port in _ANONYMOUS.findall(old):
            driver = re.search(rf"  assign {re.escape(port)} ?= (.*);$", old, re.M)
            name = bits.get(driver[1].strip(), "") if driver else ""
            if not name or name in taken:
                name = re.sub(r"\W+", "_", port.strip(" \\"))
            taken.add(name)
            new = new.replace(port, name)
            verilog = used.sub(lambda m, a=port, b=name: m[0].replace(f".{a}", f".{b}"), verilog)
        verilog = verilog.replace(old, new)
    return verilog


def _tidy_module(name: str, text: str) -> str:
    module = _parse(name, _merge_registers(text))
    _drop_members(module)
    return _rename(_write(module), module)


def _merge_registers(text: str) -> str:
    """Write "next = now, or under en something else; now <= next" as one clocked block."""
    for match in list(_REGISTER.finditer(text)):
        now, following = match["now"], match["next"]
        clocked = f"  always @(posedge clk)\n    {now} <= {following};\n"
        if text.count(following) - match[0].count(following) != 2 or clocked not in text:
            continue  # read elsewhere, too (its declaration and its register are the two)
        otherwise = "if (en)"
        lines = ["  always @(posedge clk)"]
        if match["reset"] is not None:
            lines.append(f"    if (rst) {now} <= {match['reset']};")
            otherwise = "else if (en)"
        lines.append(f"    {otherwise} {now} <= {match['enabled']};")
        text = text.replace(match[0], "").replace(clocked, "\n".join(lines) + "\n")
        text = re.sub(rf"  reg (?:\[\d+:\d+\] )?{re.escape(following)};\n", "", text)
    return text


def _parse(name: str, text: str) -> _Module:
    module = _Module(name)
    attributes: list[str] = []  # of what comes next
    for line in text.splitlines():
        declaration = _DECLARATION.match(line)
        if declaration:
            kind, bits, signal, value = declaration.groups()
            module.kinds.setdefault(signal, []).append(kind)
            module.ranges[signal] = bits
            module.attributes.setdefault(signal, []).extend(attributes)
            attributes = []
            if value is not None:
                module.initial[signal] = value
        elif not _ATTRIBUTE.match(line):
            module.body += [*attributes, line]
            attributes = []
        elif "(* init = " not in line:  # an initial value is written as one, too
            attributes.append(line)
    return module


def _unread(module: _Module) -> set[str]:
    """The signals, ports aside, that nothing reads."""
    read: set[str] = set()
    for line in module.body:
        assign = _ASSIGN.match(line)
        # In a connection ".port(signal)" the signal counts as read, whichever way it goes.
        read |= set(_NAME.findall(assign[3] if assign else line))
    return {name for name in module.kinds if name not in read and not module.is_port(name)}


def _drop_members(module: _Module) -> None:
    """Drop the members of records that nothing reads: the record's bits are read instead."""
    # And the signal by which Yosys makes simulators run a process once, if none is left.
    dead = {name for name in _unread(module) if "." in name or name.startswith(r"\$auto$")}
    module.body = [
        line for line in module.body if not ((a := _ASSIGN.match(line)) and a[1] in dead)
    ]
    for name in dead:
        del module.kinds[name]


def _write(module: _Module) -> str:
    ports = sorted((n for n in module.kinds if module.is_port(n)), key=lambda n: _rank(module, n))
    header = []
    for port in ports:
        direction = "input" if "input" in module.kinds[port] else "output"
        kind = " reg" if "reg" in module.kinds[port] else ""
        attributes = "".join(f"{line}\n" for line in module.attributes[port])
        header.append(f"{attributes}  {direction}{kind} {module.ranges[port]}{port.strip()}")
    lines = [f"module {module.name} (", ",\n".join(header), ");"]
    for signal, kinds in module.kinds.items():
        if not module.is_port(signal):
            lines += module.attributes[signal]
            lines.append(f"  {kinds[0]} {module.ranges[signal]}{signal};")
    # Apart from the declarations: what an FPGA's registers start with, and simulators' too.
    starts = [f"    {s} = {v};" for s, v in module.initial.items() if s in module.kinds]
    if starts:
        lines += ["  initial begin", *starts, "  end"]
    return "\n".join([*lines, *module.body, "endmodule", ""])


def _rank(module: _Module, port: str) -> tuple:
    """Clock and inputs before outputs, x before y, a number's sign first; AXI4-Streams between."""
    axi = _AXI.fullmatch(port)
    if axi:
        side = ("s_axis", "m_axis").index(axi["side"])
        return 1 + side, axi["stream"], _AXI_SIGNALS.index(axi["signal"])
    stem, _, member = port.partition("_")
    member = member.rpartition("_")[2]
    whole = port if port in _FIRST else stem
    return (
        3 if "output" in module.kinds[port] else 0,
        _FIRST.index(whole) if whole in _FIRST else len(_FIRST),
        _MEMBERS.index(member) if member in _MEMBERS else 0,
        port,
    )


def _rename(text: str, module: _Module) -> str:
    """Plain identifiers for escaped ones, such as ``operand_9`` for ``operand$9``."""
    taken = set(_NAME.findall(text))
    unread = _unread(module)
    plain: dict[str, str] = {}
    for name in module.kinds:
        if not (name.startswith("\\") or name in unread or name in _RESERVED):
            continue
        stem = re.sub(r"\W+", "_", name.strip(" \\")).strip("_")
        if name.startswith(r"\$auto$verilog_backend"):
            stem = "at_start"  # makes simulators run each process once
        elif name in unread:
            stem = f"unused_{stem}"
        elif stem[0].isdigit():
            stem = f"n{stem}"
        while stem in taken or stem in _RESERVED:
            stem += "_"
        taken.add(stem)
        plain[name] = stem
    text = _NAME.sub(lambda match: plain.get(match[0], match[0]), text)
    return re.sub(r"(?<=\S)  +", " ", text)
