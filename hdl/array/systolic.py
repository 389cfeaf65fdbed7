# amaranth: UnusedElaboratable=no
# Arrays are made to see their ports and latency, too.
"""What systolic arrays of either flow have in common."""

from abc import abstractmethod
from typing import Any, ClassVar

from amaranth import Const, Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import Member, Out

from lmul.hdl.array.parts import Parts, Submodules
from lmul.hdl.array.ports import RegisterSlice, StreamFifo
from lmul.hdl.designs.cycles import Flow, array_cycles, pipeline_latency
from lmul.hdl.designs.mac import MAX_FIFO, MAX_SIDE, MIN_FIFO, MacDesign
from lmul.hdl.mac.datapath import Datapath, FloatDatapath, as_datapath, datapath_of
from lmul.hdl.mac.int8 import IntDatapath
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.sums.saved_carries import Whole

__all__ = ["OUT_FORMATS", "SystolicArray"]


OUT_FORMATS = ("fp32", "bf16", "fp16")
_FLOW_NAMES: dict[Flow, str] = {"os": "output-stationary", "ws": "weight-stationary"}


class SystolicArray(wiring.Component):
    """R rows and C columns of processing elements, fed and emptied by streams.

    The base of :class:`~lmul.hdl.array.os_array.OutputStationaryArray` and
    :class:`~lmul.hdl.array.ws_array.WeightStationaryArray`, which say what their streams carry.

    Payloads are structs, lane 0 lowest; ``code`` is an operand's code, ``sum`` a PE's raw sum with
    its marks, and ``result`` a code of ``out`` (or a raw sum):

    ============  ====  =========================================================================
    stream        flow  payload, lowest bits first
    ============  ====  =========================================================================
    ``a``         os    ``lanes``: R codes; ``keep``: R bits; ``last``
    ``a``         ws    ``lanes``: R codes; ``keep``: R bits; ``last``, ``first``, ``final``,
                        ``start``
    ``b``         both  ``lanes``: C codes; ``keep``: C bits; ``last``
    ``out``       both  ``lanes``: C results; ``last``; ``overflow``: C bits, of ``fixW_L`` sums
    ``sums``      ws    ``lanes``: C sums; ``last``; ``terms``, where K is limited
    ``partials``  ws    as ``sums``
    ============  ====  =========================================================================

    Where PEs take T pairs a cycle, streams of operands have T codes in place of one, neighbours
    along K, and as many bits in ``keep``.

    Each stream ends in a :class:`~lmul.hdl.array.ports.RegisterSlice`: ready of what comes in and
    valid and payload of what goes out are registers, a beat a cycle passes, and no path without a
    register leads from any input to any output. In reset and in the cycle after it all ready and
    valid are 0. With ``fifo``, a :class:`~lmul.hdl.array.ports.StreamFifo` stands behind each
    slice of operands: a sender may be that many beats of one stream ahead of the others, so that
    it may send a tile of so many beats in any order. Without, it may be two beats ahead.

    Parameters
    ----------
    datapath : FloatDatapath, IntDatapath, MacDesign or str
        Operands, products and accumulators: of a design or its name all that a PE of it has, of a
        format's name L-Mul's.
    rows, columns : int
        R and C, 1 to 64.
    out : str or None
        Format of the results: ``"fp32"``, ``"bf16"``, ``"fp16"``; None gives raw sums. Integers
        are always raw.
    parts : Parts or None
        How ports, rows, cells, edges and rounders are built; None: each as a submodule.
    fifo : int
        Beats of the FIFO behind each port of operands; 0: there is none.
    rounder : int
        Registers in each column's rounder, 0 to 3; raw sums have no rounder.

    Attributes
    ----------
    flow : str
        ``"os"`` or ``"ws"``.
    datapath, rows, columns, parts, fifo, rounder, result_format
    latency : int
        Cycles of the pipeline itself: P of the closed form.

    Raises
    ------
    TypeError, ValueError
        When a size is out of range, or the result format unknown.
    """

    flow: ClassVar[Flow]
    _of_flow: ClassVar[dict[Flow, type["SystolicArray"]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        SystolicArray._of_flow[cls.flow] = cls

    def __init__(
        self,
        datapath: Datapath | MacDesign | str,
        rows: int,
        columns: int,
        out: str | None = "fp32",
        parts: Parts | None = None,
        fifo: int = 0,
        rounder: int = 0,
    ) -> None:
        if not hasattr(self, "flow"):
            raise TypeError("SystolicArray is a base: make one of its flows, or use from_design")
        for name, value in (("Rows", rows), ("Columns", columns)):
            if not isinstance(value, int) or isinstance(value, bool):
                raise TypeError(f"{name} must be an integer, not {value!r}")
            if not 1 <= value <= MAX_SIDE:
                raise ValueError(f"{name} must be from 1 to {MAX_SIDE}, not {value!r}")
        if out is not None and out not in OUT_FORMATS:
            raise ValueError(f"Result format must be {', '.join(OUT_FORMATS)} or None, not {out!r}")
        self.datapath = datapath = as_datapath(datapath)
        self.rows = rows
        self.columns = columns
        self.parts = parts or Submodules()
        if not isinstance(fifo, int) or isinstance(fifo, bool):
            raise TypeError(f"FIFO must be an integer, not {fifo!r}")
        if fifo != 0 and not MIN_FIFO <= fifo <= MAX_FIFO:
            raise ValueError(f"FIFO must be 0, or from {MIN_FIFO} to {MAX_FIFO}, not {fifo!r}")
        self.fifo = fifo
        self.result_format: FloatFormat | None = None
        if out is not None and not isinstance(datapath, IntDatapath):
            self.result_format = FORMATS[out]
        if rounder and self.result_format is None:
            raise ValueError(f"Raw sums have no rounder, so no {rounder!r} registers in it")
        self.rounder = rounder
        super().__init__(self._ports())

    @classmethod
    def from_design(
        cls, design: MacDesign | str, out: str | None = "fp32", parts: Parts | None = None
    ) -> "SystolicArray":
        """The array that a design or its name describes, of its flow.

        Raises
        ------
        ValueError
            When it describes something else.
        """
        design = MacDesign.parse(design)
        found = SystolicArray._of_flow.get(design.flow) if design.level == "array" else None
        if found is None or not issubclass(found, cls):
            what = f"{_FLOW_NAMES[cls.flow]} array" if hasattr(cls, "flow") else "array"
            raise ValueError(f"Design {design.name!r} is no {what}")
        path, rows, columns = datapath_of(design), design.rows, design.columns
        return found(path, rows, columns, out, parts, design.fifo, design.rounder)

    @abstractmethod
    def _ports(self) -> dict[str, Member]:
        """The streams and flags."""

    @property
    def latency(self) -> int:
        """Cycles of the pipeline itself: P of the closed form."""
        return pipeline_latency(self.flow, self.datapath.stages, self.fifo, self.rounder)

    def cycles(self, m: int, k: int, n: int) -> int:
        """Cycles for an M x K by K x N matrix: :func:`lmul.hdl.designs.cycles.array_cycles`."""
        stages = self.datapath.stages
        return array_cycles(
            *(self.flow, self.rows, self.columns, stages, m, k, n),
            *(self.fifo, self.rounder, self.datapath.terms),
        )

    def _counting(self) -> dict[str, Member]:
        """The flags of both flows."""
        return {name: Out(1) for name in ("held", "bubble", "waits", "too_long", "bad_last")}

    def _enter(self, m: Module, name: str) -> Any:
        """The stream of that name behind its port."""
        port: Any = getattr(self, name)
        payload = port.payload.shape()
        gate = self.parts(f"{name}_slice", lambda: RegisterSlice(payload))
        m.submodules[f"{name}_slice"] = gate
        wiring.connect(m, wiring.flipped(port), gate.i)
        if not self.fifo:
            return gate.o
        queue = self.parts(f"{name}_fifo", lambda: StreamFifo(payload, self.fifo))
        m.submodules[f"{name}_fifo"] = queue
        wiring.connect(m, gate.o, queue.i)
        return queue.o

    def _leave(self, m: Module, name: str) -> tuple[Any, Value]:
        """The stream of that name before its port; whether the port has just waited.

        While it has not, the slice has room for a beat.
        """
        port: Any = getattr(self, name)
        payload = port.payload.shape()
        gate = self.parts(f"{name}_slice", lambda: RegisterSlice(payload))
        m.submodules[f"{name}_slice"] = gate
        wiring.connect(m, gate.o, wiring.flipped(port))
        waited = Signal(name=f"{name}_waited")
        m.d.sync += waited.eq(gate.o.valid & ~gate.o.ready)
        return gate.i, waited

    def _whole(self, m: Module, results: Value, column: int) -> data.View:
        """A column's result among those that leave the grid, its sum made whole."""
        path = self.datapath
        layout = path.kept_layout
        kept = data.View(layout, results.word_select(column, layout.size))
        segments = path.segments
        if segments is None:
            return kept
        whole = self.parts("whole", lambda: Whole(segments))
        m.submodules[f"whole_{column}"] = whole
        result = Signal(path.result_layout, name=f"whole_{column}")
        m.d.comb += [
            whole.kept.eq(kept.sum),
            *(
                result[name].eq(whole.whole if name == "sum" else kept[name])
                for name, _ in result.shape()
            ),
        ]
        return result

    def _lane(self, m: Module, result, column: int, en: Value) -> dict[str, Value]:
        """What is left of a column's result behind its rounder, whose registers ``en`` moves."""
        if self.result_format is None:
            return {name: Value.cast(result[name]) for name, _ in result.shape()}
        path, out = self.datapath, self.result_format
        assert isinstance(path, FloatDatapath)
        rounder = self.parts("round", lambda: path.rounder(out, self.rounder))
        m.submodules[f"round_{column}"] = rounder
        m.d.comb += rounder.result.eq(result)
        if self.rounder:
            m.d.comb += rounder.en.eq(en)
        lane: dict[str, Value] = {"code": rounder.code}
        if "overflow" in result.shape().members:
            lane["overflow"] = rounder.overflowed
        return lane

    def _finish(
        self, m: Module, payload, column: int, lane: dict[str, Value], nan: Value | None
    ) -> None:
        """Put a lane into the payload of results, NaN where an operand was."""
        if self.result_format is None:
            m.d.comb += [payload.lanes[column][name].eq(v) for name, v in lane.items()]
            if nan is not None:
                m.d.comb += payload.lanes[column].nan.eq(nan)
            return
        code = lane["code"]
        if nan is not None:
            code = Mux(nan, Const(self.result_format.nan_code or 0, len(code)), code)
        m.d.comb += payload.lanes[column].eq(code)
        if "overflow" in lane:
            flag = lane["overflow"] if nan is None else lane["overflow"] & ~nan
            m.d.comb += payload.overflow[column].eq(flag)
