"""The sentence encoder all-MiniLM-L6-v2: a passage found by its own title."""
# pyright: reportMissingImports=false

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lmul.sim.accuracy.capture import model_folder

__all__ = ["TOKENS", "Embeddings", "Encoder", "retrieval"]


TOKENS = 64
"""Of a passage, at most."""

_BATCH = 32

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Embeddings:
    """Unit vectors of titles and passages in the same order, shapes (passages, 384)."""

    titles: Floats
    texts: Floats


class Encoder:
    """The model and its tokenizer, from the folder inside an installed package.

    Attributes
    ----------
    model : nn.Module
    """

    def __init__(self) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        import transformers

        transformers.utils.logging.disable_progress_bar()
        folder = model_folder()
        self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder)
        self.model: Any = transformers.AutoModel.from_pretrained(
            folder, attn_implementation="sdpa"
        ).eval()

    def embed(self, passages: list[tuple[str, str]]) -> Embeddings:
        """Titles and texts, each the mean of its tokens' vectors."""
        titles, texts = (list(side) for side in zip(*passages, strict=True))
        return Embeddings(self._embed(titles), self._embed(texts))

    def _embed(self, texts: list[str]) -> Floats:
        tokens = self._tokenizer(texts, truncation=True, max_length=TOKENS)
        lengths = [len(ids) for ids in tokens["input_ids"]]
        # By length, so that next to nothing is filled up.
        order = sorted(range(len(texts)), key=lengths.__getitem__)
        result = np.empty((len(texts), self.model.config.hidden_size))
        for start in range(0, len(order), _BATCH):
            places = order[start : start + _BATCH]
            chosen = {name: [of[place] for place in places] for name, of in tokens.items()}
            batch = self._tokenizer.pad(chosen, return_tensors="pt")
            with torch.no_grad():
                vectors = self.model(**batch)[0].double()
            mask = batch["attention_mask"][:, :, None]
            result[places] = ((vectors * mask).sum(1) / mask.sum(1)).numpy()
        return result / np.linalg.norm(result, axis=1, keepdims=True)


def retrieval(given: Embeddings, reference: Embeddings) -> dict[str, Floats]:
    """Look each passage up by its title; figures for each, shape (passages,).

    ``recall_at_1``, ``recall_at_10`` and ``reciprocal_rank`` of the right passage; ``cosine`` of
    the passage's vector with the reference's; ``rank_correlation`` (Spearman's) of a title's
    similarities with the reference's.
    """
    similar, usual = (one.titles @ one.texts.T for one in (given, reference))
    rank = 1 + (similar > np.diag(similar)[:, None]).sum(1)
    ranks, usual_ranks = (_centred_ranks(side) for side in (similar, usual))
    return {
        "recall_at_1": (rank == 1).astype(np.float64),
        "recall_at_10": (rank <= 10).astype(np.float64),
        "reciprocal_rank": 1 / rank,
        "cosine": (given.texts * reference.texts).sum(1),
        "rank_correlation": (ranks * usual_ranks).sum(1) / (ranks**2).sum(1),
    }


def _centred_ranks(similar: Floats) -> Floats:
    ranks = similar.argsort(1).argsort(1).astype(np.float64)
    return ranks - (similar.shape[1] - 1) / 2
