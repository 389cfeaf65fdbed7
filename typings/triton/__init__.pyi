"""What lmul.torch.cuda uses of Triton: its own types take a kernel for a plain function, so that
`kernel[grid](…, num_warps=8)` is an error; and the extra that installs it is not everywhere.
"""

from collections.abc import Callable
from typing import Any

from . import language as language

def cdiv(x: int, y: int, /) -> int: ...
def jit(kernel: Callable[..., Any], /) -> Any: ...
