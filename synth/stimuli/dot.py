"""A dot-product unit at work: N pairs a cycle, the sum so far beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from amaranth.hdl import Fragment

from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.dot.unit import dot_core, dot_datapath
from lmul.hdl.numbers.formats import FORMATS
from lmul.sim.golden.codec import code_dtype
from lmul.sim.golden.dot import aligned_sums
from lmul.sim.reference.dot import expected_words
from lmul.sim.reference.pe import edge_fields
from lmul.synth.gatesim.bit_parallel import Ints, Words, pack, unpack_ints
from lmul.synth.stimuli.stimulus import Stimulus
from lmul.synth.stimuli.unit import Drive, check_finite, clocked_inputs, differing

__all__ = ["Groups"]


_SUM_BITS = FORMATS["fp32"].width  # int8's, too


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of N pairs in the order in which a unit meets them.

    Attributes
    ----------
    design : DotDesign
    x, y : int64 arrays, shape (groups, N)
        Codes; for ``int8`` numbers. A dot product's last group is filled up with zeros.
    acc, total : int64 arrays, shape (groups,)
        Words of the sum before and after each group: a dot product begins with +0.
    length : int
        Groups of a dot product.
    pairs : int
        Without the zeros that fill up.
    """

    design: DotDesign
    x: Ints
    y: Ints
    acc: Ints
    total: Ints
    length: int
    pairs: int

    @classmethod
    def of(cls, design: DotDesign, stimulus: Stimulus) -> "Groups":
        """The groups of a stimulus, dot product after dot product; what fills none is left out."""
        grouped = stimulus.in_groups(design.terms)
        dtype, each = code_dtype(design.format), grouped.length
        left, right = (
            side.reshape(-1, each, design.terms).astype(dtype) for side in (grouped.x, grouped.y)
        )
        sums = np.zeros((len(left), each + 1), np.uint32)
        for index in range(each):
            words = expected_words(design, left[:, index], right[:, index], sums[:, index])
            sums[:, index + 1] = words
        acc, total = (part.astype(np.int64).ravel() for part in (sums[:, :-1], sums[:, 1:]))
        return cls(design, grouped.x, grouped.y, acc, total, each, grouped.pairs)

    def __len__(self) -> int:
        return len(self.acc)

    def drive(self, rows: Ints) -> Drive:
        """Drive the unit with the groups of those numbers, shape (cycles, streams)."""
        width = self.design.format.width
        inputs = {
            "x": _lanes([[(self.x[rows, lane], width)] for lane in range(self.design.terms)]),
            "y": _lanes([[(self.y[rows, lane], width)] for lane in range(self.design.terms)]),
            "acc": pack(self.acc[rows], _SUM_BITS),
        }
        want = pack(self.total[rows], _SUM_BITS)
        stages = self.design.stages
        if not stages:
            return Drive(inputs, lambda outputs: differing(want, outputs["p"]), 0)

        def wrong(outputs: Mapping[str, Sequence[Words]]) -> int:
            given = [bit[:-stages] for bit in want]
            return differing(given, [bit[1 + stages :] for bit in outputs["p"]])

        return Drive(clocked_inputs(inputs, rows.shape[1]), wrong, 1 + stages)

    def drive_core(self, rows: Ints) -> Drive:
        """Drive the unit's core alone: :func:`lmul.synth.gates.core.core_circuit`.

        Raises
        ------
        ValueError
            For a NaN or Inf, which goes round the core.
        """
        design = self.design
        if design.kind == "int8":
            whole = self.drive(rows)
            inputs = {name: bits for name, bits in whole.inputs.items() if name != "acc"}
            exact = (self.x[rows] * self.y[rows]).sum(axis=-1)

            def wrong_integers(outputs: Mapping[str, Sequence[Words]]) -> int:
                return differing(pack(exact, len(outputs["p"])), outputs["p"])

            return Drive(inputs, wrong_integers, 0)
        core, path = dot_core(design), dot_datapath(design)
        Fragment.get(core, None)  # or Amaranth warns that it was never used
        inputs = {}
        for name, codes in (("x", self.x), ("y", self.y)):
            check_finite(path, codes)
            fields = edge_fields(path, codes[rows], second=name == "y")
            widths = {field: path.edge_layout[field].width for field in fields}
            inputs[name] = _lanes(
                [
                    [(fields[field][..., lane], width) for field, width in widths.items()]
                    for lane in range(design.terms)
                ]
            )
        dtype = code_dtype(path.fmt)
        want = aligned_sums(
            self.x[rows].astype(dtype),
            self.y[rows].astype(dtype),
            path.fmt,
            path.kind,
            design.policy,
            design.window,
            design.sticky,
        )
        place = core.layout.significand_bits - core.layout.exp_bias - design.window

        def wrong(outputs: Mapping[str, Sequence[Words]]) -> int:
            bits = len(outputs["sum"])
            total, exp = (unpack_ints(list(outputs[name])) for name in ("sum", "exp"))
            total = total - (total >> bits - 1 << bits)
            return int(np.count_nonzero(np.ldexp(total.astype(np.float64), exp + place) != want))

        return Drive(inputs, wrong, 0)


def _lanes(lanes: Sequence[Sequence[tuple[Ints, int]]]) -> list[Words]:
    """Fields and their widths, of each lane in turn, as the bits of one port."""
    return [bit for lane in lanes for values, width in lane for bit in pack(values, width)]
