"""What the embedded libraries keep of open ones, and the notices that these ask for."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["EXTRACTS", "Extract"]


@dataclass(frozen=True)
class Extract:
    """A part of an open library.

    Attributes
    ----------
    name : str
        Of the library that is written, behind ``lmul_``; "": the source's own.
    pattern : str
        A cell's name in the source, ``{}`` for what :attr:`cells` calls it.
    rows : tuple of str
        The cells that are kept, with blanks between.
    notice : str
        The beginning of the file's head: what it is, copyright and licence.
    """

    name: str
    pattern: str
    rows: tuple[str, ...]
    notice: str

    @property
    def cells(self) -> tuple[str, ...]:
        """What stays, by short names."""
        return tuple(name for row in self.rows for name in row.split())

    def full(self, name: str) -> str:
        """A cell's name in the library."""
        return self.pattern.format(name)


_SKY130 = Extract(
    name="",
    pattern="sky130_fd_sc_hd__{}",
    rows=(
        "inv_1 inv_2 inv_4 inv_8 buf_1 buf_2 buf_4 buf_8",
        "nand2_1 nand2_2 nand2_4 nand3_1 nand4_1 nand2b_1",
        "nor2_1 nor2_2 nor2_4 nor3_1 nor4_1 nor2b_1",
        "and2_0 and3_1 and4_1 or2_0 or3_1 or4_1",
        "a21oi_1 o21ai_0 a21o_1 o21a_1 a22oi_1 o22ai_1",
        "a31oi_1 o31ai_1 a211oi_1 o211ai_1 o41ai_1 a21boi_0",
        "xor2_1 xnor2_1 xnor3_1 maj3_1 mux2_1 mux2i_1 fa_1",
        "dfxtp_1 edfxtp_1",
    ),
    notice="""\
/* Some cells of sky130_fd_sc_hd, for areas, delays and energies where no other library is at hand.

   Copyright 2020 The SkyWater PDK Authors
   Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
   SPDX-License-Identifier: Apache-2.0

""",
)
"""The gates that take the most area when this project's units are mapped to the whole library,
chosen until L-Mul and exact units moved alike (tests/synth/liberty/test_embed.py); inverters,
buffers, NAND2 and NOR2 in several strengths for delay; a flip-flop with enable and one without."""

_ASAP7 = Extract(
    name="asap7",
    pattern="{}_ASAP7_75t_R",
    rows=(
        "INVxp33 INVxp67 INVx1 INVx2 INVx4 INVx8 BUFx2 BUFx3 BUFx4f BUFx6f HB1xp67",
        "NAND2xp33 NAND2xp5 NAND2x1 NAND2x1p5 NAND3xp33 NAND4xp25",
        "NOR2xp33 NOR2xp67 NOR2x1 NOR2x1p5 NOR3xp33 NOR4xp25",
        "AND2x2 AND3x1 AND4x1 OR2x2 OR3x1 OR4x1",
        "AOI21xp33 AOI21xp5 AOI21x1 OAI21xp33 OAI21xp5 OAI21x1 AO21x1 OA21x2",
        "AOI22xp33 OAI22xp33 AOI31xp33 OAI31xp33 AOI211xp5 OAI211xp5 OAI221xp5",
        "OAI32xp33 A2O1A1Ixp33 O2A1O1Ixp33",
        "XOR2xp5 XOR2x2 XNOR2xp5 XNOR2x2 MAJIxp5 MAJx2",
        "DFFHQx4",
    ),
    notice="""\
/* Some cells of ASAP7, a predictive 7 nm library (7.5 tracks, RVT, typical), for figures of a
   modern node where no other library is at hand.

   BSD 3-Clause License

   Copyright 2020 Lawrence T. Clark, Vinay Vashishtha, or Arizona State
   University

   Redistribution and use in source and binary forms, with or without
   modification, are permitted provided that the following conditions are met:

   1. Redistributions of source code must retain the above copyright notice,
   this list of conditions and the following disclaimer.

   2. Redistributions in binary form must reproduce the above copyright
   notice, this list of conditions and the following disclaimer in the
   documentation and/or other materials provided with the distribution.

   3. Neither the name of the copyright holder nor the names of its
   contributors may be used to endorse or promote products derived from this
   software without specific prior written permission.

   THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS"
   AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
   IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE
   ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE
   LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR
   CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF
   SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS
   INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN
   CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE)
   ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE
   POSSIBILITY OF SUCH DAMAGE.

""",
)
"""The gates that take the most area when PEs and multipliers are mapped to the whole library; not
all of these move alike in both (docs/libraries.md). The one flip-flop whose output is not inverted,
as Yosys wants it."""

EXTRACTS: Mapping[str, Extract] = {"embedded": _SKY130, "asap7": _ASAP7}
"""By the name that ``--liberty`` takes."""
