"""Policies: the legal combinations, their names, and what is refused."""

import itertools
import re
from typing import Any

import pytest

from lmul.hdl.numbers.policy import POLICIES, Policy

KNOBS = {  # ARITHMETIC §3's table, written out again
    "zero": ["wrap", "zero"],
    "subnormals": ["raw", "flush", "normalize"],
    "tiny": ["raw", "flush", "gradual"],
    "overflow": ["wrap", "saturate", "nonsaturating"],
    "specials": ["ignore", "propagate"],
}
EVERY: list[Any] = list(itertools.product(*KNOBS.values()))
BARE = ("wrap", "raw", "raw", "wrap", "ignore")
LEGAL = [k for k in EVERY if k == BARE or not {"wrap", "raw"} & set(k)]
ILLEGAL = [k for k in EVERY if k not in LEGAL]


def test_counts() -> None:
    assert (len(EVERY), len(LEGAL), len(ILLEGAL)) == (108, 17, 91)


def test_presets() -> None:
    assert {name: policy.knobs for name, policy in POLICIES.items()} == {
        "bare": "zero=wrap subnormals=raw tiny=raw overflow=wrap specials=ignore",
        "lax": "zero=zero subnormals=flush tiny=flush overflow=saturate specials=ignore",
        "ftz": "zero=zero subnormals=flush tiny=flush overflow=saturate specials=propagate",
        "ocp": "zero=zero subnormals=normalize tiny=gradual overflow=nonsaturating "
        "specials=propagate",
    }


@pytest.mark.parametrize("knobs", LEGAL, ids="-".join)
def test_legal(knobs: tuple) -> None:
    policy = Policy(*knobs)
    assert tuple(getattr(policy, knob) for knob in KNOBS) == knobs
    assert policy.is_bare == (knobs == BARE)
    letters = "".join(value[0] for value in knobs)
    assert Policy.parse(policy.name) == Policy.parse(letters) == Policy.parse(policy) == policy
    assert str(policy) == policy.name
    assert policy.name == letters or POLICIES[policy.name] == policy


def test_names_are_distinct() -> None:
    assert len({Policy(*knobs).name for knobs in LEGAL}) == len(LEGAL)
    assert Policy("zero", "flush", "gradual", "saturate", "propagate").name == "zfgsp"
    assert Policy.parse("zffsi").name == "lax"


@pytest.mark.parametrize("knobs", ILLEGAL, ids="-".join)
def test_wrong_mixture(knobs: tuple) -> None:
    first = next(f"{k}={v}" for k, v in zip(KNOBS, knobs, strict=True) if v in ("wrap", "raw"))
    text = " ".join(f"{k}={v}" for k, v in zip(KNOBS, knobs, strict=True))
    message = (
        f"Policy '{text}' mixes {first} with knobs that handle special cases; "
        "wrap and raw go only together, as the preset 'bare'"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Policy(*knobs)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Policy.parse("".join(value[0] for value in knobs))


@pytest.mark.parametrize("knob", KNOBS)
def test_wrong_value(knob: str) -> None:
    good = dict(zip(KNOBS, BARE, strict=True))
    message = f"Policy knob '{knob}' must be one of {', '.join(KNOBS[knob])}, not 'maybe'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Policy(**{**good, knob: "maybe"})  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("name", ["", "OCP", "zfgs", "zfgspp", "zxgsp", "ocp "])
def test_wrong_name(name: str) -> None:
    message = (
        f"Unknown policy {name!r}: use bare, lax, ftz, ocp, or five letters for zero (z), "
        "subnormals (f, n), tiny (f, g), overflow (s, n) and specials (i, p), such as zfgsp"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Policy.parse(name)


def test_wrong_type() -> None:
    with pytest.raises(TypeError, match=r"^Policy must be a preset's name or a Policy, not 3$"):
        Policy.parse(3)  # pyright: ignore[reportArgumentType]
