"""An output-stationary array in words: its streams, how to drive it, when results come."""

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.sim.export.array_streams import (
    StreamWords,
    beats_words,
    code_words,
    fifo_words,
    order_words,
    result_words,
    rounder_words,
)

__all__ = ["bad_last", "cycles_formula", "driving", "streams", "timing"]


def streams(design: MacDesign) -> dict[str, StreamWords]:
    """What each stream carries."""
    code, terms = code_words(design), design.terms
    a, b, ascending, beyond = "lane i is a[i][k]", "lane j is b[k][j]", "k ascending", ""
    if terms > 1:
        a = f"lane {terms}*i + t is a[i][k + t], t from 0 to {terms - 1},"
        b = f"lane {terms}*j + t is b[k + t][j], t from 0 to {terms - 1},"
        ascending = f"k ascending by {terms}"
        beyond = ", and k + t beyond K in a tile's last beat"
    return {
        "a": StreamWords(
            f"{a} of the tile, {code}",
            f"{ascending}, {beats_words(design)} beats a tile, tile after tile; a beat goes with "
            "the next one of b",
            "1 with k = K - 1, the tile's last beat",
            f"A lane that is not kept is a zero whatever its code: rows beyond M in a ragged tile"
            f"{beyond}. A sender that can't mask, such as a DMA engine, keeps all and sends any "
            f"code there{_ragged_k(design)}",
        ),
        "b": StreamWords(
            f"{b} of the tile, {code}",
            f"{ascending}, a beat for each beat of a",
            "1 with k = K - 1, as in a",
            keep="A lane that is not kept is a zero: columns beyond N in a ragged tile"
            f"{beyond}, as in a",
        ),
        "out": StreamWords(
            f"lane j is c[i][j], {result_words(design)}",
            f"i ascending, always R = {design.rows} beats a tile, tiles in the order of their "
            "operands; rows and columns that were not kept are there, to be ignored",
            "1 with i = R - 1, the tile's last beat: a DMA that ends a transfer at tlast needs a "
            "receive buffer for each tile",
            user={
                "overflow": "bit j: the sum of lane j has left its window at least once; 0 where "
                "NaN or Inf operands make it NaN or Inf"
            },
        ),
    }


def _ragged_k(design: MacDesign) -> str:
    """What a sender that can't mask does at the end of a K that a PE's pairs don't divide."""
    if design.terms == 1:
        return ""
    bare = ", which does the same but under the policy bare" if design.kind != "int8" else ""
    return f"; beyond K it sends code 0 in both a and b{bare}"


def driving(design: MacDesign) -> dict[str, str]:
    """How a product of any size is computed."""
    rows, columns = design.rows, design.columns
    return {
        "tiles": f"C is cut into tiles of {rows} rows by {columns} columns, in any order; each is "
        "computed over all of K at once, and tiles follow each other without a gap",
        "bubbles": "a cycle without operands is no error: the grid moves on with zeros, and "
        "results of earlier tiles come out",
        "back-pressure": "nothing is lost or repeated whatever stream waits. A result that is not "
        "taken stops the drain, and the grid only while results are captured",
        "spacing": f"tiles end at least R = {rows} cycles apart, as long as a column drains: "
        f"tready waits where {beats_words(design)} < R",
        "order": order_words(design, "a and b", beats_words(design)),
    }


def bad_last(design: MacDesign) -> str:
    """What wrong marks of a tile's end do."""
    unseen = (
        "two tiles become one, noticed as too_long where their K is more than K_max"
        if datapath_of(design).limits_k
        else "two tiles become one, which nothing notices"
    )
    return (
        "a and b did not have tlast in the same pair of beats. The pair in which either has it "
        "ends the tile: if one tlast is missing, results are right nevertheless; if one came too "
        f"early, the tile is cut in two. If both are missing, {unseen}. Tiles are right again from "
        "the pair on that follows the next common tlast. A beat too few or too many in one stream "
        "leaves them out of step until reset. The flag stays until reset; it stops nothing"
    )


def timing(design: MacDesign) -> dict[str, str]:
    """When results come, while nothing waits."""
    latency = design.latency
    first = design.rows + design.columns + latency - 1
    return {
        "latency": f"a tile's first row of results is delivered R + C + P - 1 = {first} cycles "
        "after the cycle that takes its last operands, one row a cycle; P = "
        f"{latency} is the pipeline's own: the ports of operands{fifo_words(design)}, operand "
        f"registers, {_stages(design)}{rounder_words(design)}the port of results",
    }


def _stages(design: MacDesign) -> str:
    return "product registers, " if design.stages else ""


def cycles_formula(design: MacDesign) -> str:
    """Cycles of a whole product."""
    beats = beats_words(design)
    return f"2*R + C + {beats} - 2 + P + (ceil(M/R)*ceil(N/C) - 1)*max({beats}, R)"
