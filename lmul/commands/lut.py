"""`lmul lut`: product tables for emulators of approximate multipliers."""

from pathlib import Path
from typing import Annotated

import typer

from lmul.hdl.designs.unit import UnitDesign

__all__ = ["lut"]


def lut(
    design: Annotated[str, typer.Argument(help="KIND-FORMAT, or KIND-FORMAT-oN.")],
    emulator: Annotated[
        str, typer.Option("--for", help="approxtrain, approxtorch, tfapprox or adapt.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
) -> None:
    """Write a kind's products as the table that an emulator reads.

    ApproxTrain and ApproxTorch multiply mantissas by the table and add exponents themselves;
    ApproxTorch takes bf16 and fp16. TFApprox multiplies unsigned bytes and AdaPT signed ones:
    there the integers are numbers of the format, rounded to it if need be. Their tables hold
    neither subnormals nor overflow, which each emulator treats in its own way.
    """
    from lmul.sim.export.product_table import EMULATORS, write_table

    unit = UnitDesign.parse(f"product-{design}")
    notes = write_table(unit, emulator, output)
    print(f"{output}: {unit.kind} {unit.format.name} for {EMULATORS[emulator].source}")
    for note in notes:
        print(f"note: {note}")
