"""Ranks, closeness and order, of vectors whose answers are plain."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra 'torch'")

from lmul.accuracy.encoder import Embeddings, retrieval


def test_of_hand_made_vectors() -> None:
    texts = np.eye(3)
    titles = np.array([[0.9, 0.3, 0.1], [0.5, 0.4, 0.1], [0.1, 0.2, 0.3]])
    found = retrieval(Embeddings(titles, texts), Embeddings(titles, texts))
    np.testing.assert_array_equal(found["recall_at_1"], [1, 0, 1])
    np.testing.assert_array_equal(found["recall_at_10"], [1, 1, 1])
    np.testing.assert_array_equal(found["reciprocal_rank"], [1, 1 / 2, 1])
    np.testing.assert_array_equal(found["cosine"], [1, 1, 1])
    np.testing.assert_array_equal(found["rank_correlation"], [1, 1, 1])


def test_beside_another_model() -> None:
    texts = np.eye(3)
    usual = Embeddings(np.array([[3.0, 2.0, 1.0]] * 3), texts)
    turned = Embeddings(np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [3.0, 2.0, 1.0]]), texts[::-1])
    found = retrieval(turned, usual)
    # Of similarities [3, 2, 1], [2, 1, 3], [1, 2, 3] beside [3, 2, 1]: Spearman's 1 - Σd²/4.
    np.testing.assert_allclose(found["rank_correlation"], [1, -0.5, -1])
    np.testing.assert_array_equal(found["cosine"], [0, 1, 0])
