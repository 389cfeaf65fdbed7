"""A weight-stationary array in words: its streams, how to drive it, when results come."""

from lmul.hdl.designs.mac import MacDesign
from lmul.sim.export.array_streams import (
    StreamWords,
    code_words,
    fifo_words,
    order_words,
    result_words,
    sum_words,
)

__all__ = ["bad_last", "cycles_formula", "driving", "streams", "timing"]


def streams(design: MacDesign) -> dict[str, StreamWords]:
    """What each stream carries."""
    code, terms_each = code_words(design), design.terms
    a, b = "lane i is the activation a[m][k + i]", "lane j is the weight b[k + i][n + j]"
    if terms_each > 1:
        place = f"{terms_each}*i + t"
        a = f"lane {place} is the activation a[m][k + {place}], t from 0 to {terms_each - 1}"
        b = f"lane {terms_each}*j + t is the weight b[k + {place}][n + j]"
    terms = {"terms": "how many products are in each sum, up to K_max"}
    last = "1 with m = M - 1, the tile's last beat"
    return {
        "a": StreamWords(
            f"{a}, {code}",
            "m ascending, M beats a tile; the first enters the grid after all weights of the tile",
            last,
            "A lane that is not kept is a zero whatever its code: rows beyond K in a ragged tile",
            {
                "first": "the tile's sums start from zero (k = 0); else each beat is taken "
                "together with one of sums",
                "final": "the tile's sums are results and leave by out; else they leave by "
                "partials. Both are the same in all beats of a tile",
                "start": "1 with m = 0, the tile's first beat",
            },
        ),
        "b": StreamWords(
            f"{b}, {code}",
            f"i ascending, always R = {design.rows} beats a tile, before the tile's activations; "
            "the next tile's are taken while this one computes",
            f"1 with i = {design.rows - 1}, the tile's last beat",
            keep="A lane that is not kept is a zero: columns beyond N, and all lanes of rows "
            "beyond K. A sender that can't mask keeps all lanes; beyond K it sends code 0 in both "
            "a and b, which does the same but under the policy bare",
        ),
        "sums": StreamWords(
            f"lane j is a partial sum as partials gave it: {sum_words(design)}",
            "those of the tile above (the R rows of weights before) with the same columns, m "
            "ascending",
            "as in the beat of a that it is taken with",
            user=terms,
        ),
        "partials": StreamWords(
            f"lane j is the sum so far of c[m][n + j]: {sum_words(design)}",
            "m ascending, M beats for each tile that is not final, tiles in their order; to be "
            "stored and given back by sums",
            last,
            user=terms,
        ),
        "out": StreamWords(
            f"lane j is c[m][n + j], {result_words(design)}",
            "m ascending, M beats for each tile that is final, tiles in their order; columns that "
            "were not kept are there, to be ignored",
            f"{last}: a DMA that ends a transfer at tlast needs a receive buffer for each such "
            "tile",
            user={
                "overflow": "bit j: the sum of lane j has left its window at least once; 0 where "
                "NaN or Inf operands make it NaN or Inf"
            },
        ),
    }


def driving(design: MacDesign) -> dict[str, str]:
    """How a product of any size is computed."""
    rows, columns = design.rows * design.terms, design.columns
    return {
        "tiles": f"B is cut into tiles of {rows} rows (along K) by {columns} columns (along N); "
        "for each, all M rows of the matching columns of A pass. All tiles along N for the first "
        f"{rows} of K, then all for the next: partials is then, in its order, what sums needs, and "
        "a memory between them is a queue",
        "memory": "the queue between partials and sums must hold all sums that wait: up to "
        "M * ceil(N/C) beats; what leaves the array does not depend on what comes back",
        "bubbles": "a cycle without operands is no error: the grid moves on",
        "back-pressure": "nothing is lost or repeated whatever stream waits. A partial sum that is "
        "not taken holds the grid; a result that is not taken does when the port is full and the "
        "next one comes",
        "order": order_words(design, "a, b and sums", "M and R"),
    }


def bad_last(design: MacDesign) -> str:
    """What wrong marks of a tile's start and end do."""
    return (
        "a tile was marked wrongly. Activations: a beat with start without tlast in the one "
        "before, or without start after tlast; start begins a tile, so that a tlast missing or "
        "too early leaves all results right, and only their own tlast as it was. sums: tlast not "
        "as in the beat of a. Weights: a tile ends with its "
        f"R = {design.rows} beats, so that a tlast missing does no harm; or with a tlast before "
        "them, its results being wrong; where a tlast comes after them but before another R, what "
        "came since is dropped. The next tile is right. A beat of activations or of sums too few "
        "or too many leaves sums out of step until reset. The flag stays until reset; it stops "
        "nothing"
    )


def timing(design: MacDesign) -> dict[str, str]:
    """When results come, while nothing waits."""
    latency = design.latency
    first = design.rows + design.columns + latency - 2
    sooner = f", a partial sum {design.rounder} sooner" if design.rounder else ""
    return {
        "latency": f"a result or a partial sum is delivered R + C + P - 2 = {first} cycles after "
        f"the cycle that takes its activations{sooner}; P = {latency} is the pipeline's own, the "
        f"ports of operands{fifo_words(design)} and of results among it",
    }


def cycles_formula(design: MacDesign) -> str:
    """Cycles of a whole product."""
    returns = f"R + C + P - {1 + design.rounder}"
    depth = "R" if design.terms == 1 else f"({design.terms}*R)"
    return (
        f"2*R + C + M - 2 + P + (ceil(K/{depth}) - 1)*max(ceil(N/C)*max(M, R), {returns}) "
        "+ (ceil(N/C) - 1)*max(M, R)"
    )
