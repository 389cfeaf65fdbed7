"""Make attention.ipynb of attention.py: its cells, with what they print and draw.

    python examples/make_notebook.py

The script is the source, cut at its lines ``# %%``; the notebook is for those who only read. No
Jupyter is needed; matplotlib is.
"""

import base64
import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

__all__ = ["as_notebook", "cells"]


SCRIPT = Path(__file__).with_name("attention.py")
_CELL = re.compile(r"^# %%(.*)\n", re.M)


def cells(script: str) -> list[dict[str, Any]]:
    """The cells of a script, without outputs, as a notebook has them (nbformat 4.5)."""
    _, *parts = _CELL.split(script)
    found: list[dict[str, Any]] = []
    for number, (mark, text) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        is_text = "[markdown]" in mark
        source = re.sub(r"^# ?", "", text, flags=re.M) if is_text else text
        cell = {
            "cell_type": "markdown" if is_text else "code",
            "id": f"cell-{number}",
            "metadata": {},
            "source": source.strip().splitlines(keepends=True),
        }
        found.append(cell if is_text else {**cell, "execution_count": None, "outputs": []})
    return found


def as_notebook(script: str) -> dict[str, Any]:
    """The notebook, every cell run in turn, with its outputs."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    found, names = cells(script), {"__name__": "__main__"}
    code = [cell for cell in found if cell["cell_type"] == "code"]
    for number, cell in enumerate(code, 1):
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile("".join(cell["source"]), f"cell {number}", "exec"), names)
        cell["execution_count"] = number
        if text := printed.getvalue():
            lines = text.splitlines(keepends=True)
            cell["outputs"].append({"output_type": "stream", "name": "stdout", "text": lines})
        for figure in map(plt.figure, plt.get_fignums()):
            picture = io.BytesIO()
            figure.savefig(picture, dpi=100, bbox_inches="tight")
            encoded = base64.b64encode(picture.getvalue()).decode()
            shown = {"output_type": "display_data", "metadata": {}, "data": {"image/png": encoded}}
            cell["outputs"].append(shown)
        plt.close("all")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": found, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


if __name__ == "__main__":
    made = json.dumps(as_notebook(SCRIPT.read_text(encoding="utf-8")), indent=1, ensure_ascii=False)
    SCRIPT.with_suffix(".ipynb").write_text(made + "\n", encoding="utf-8")
