"""The product of two significands: the array that the exact twin pays for and L-Mul does not.

Both leading ones are constants: (2**n + x) (2**n + y) = 2**2n + 2**n (x + y) + x y, with n**2
partial products where a plain array has (n + 1)**2, and no gate for the hidden bits.

Gates for n = 2, 3, 4, 7, 10, 23 by ``synth`` and ABC, of the forms that were tried:

    Yosys' own ``*``                20   55  104  322  653  3409
    ``*`` with ``synth -booth``     20   69  141  360  659  2957
    columns of full adders, Dadda   19   56   98  306  621  3254
    rows of full adders (here)      16   53   97  303  615  3215
    radix-4 Booth rows (here)       18   57  103  296  563  2664
    found by search (here)           -   45    -    -    -     -
"""

from amaranth import Cat, Const, Module, Signal, Value

from lmul.hdl.ripple import add, bit_signal
from lmul.hdl.searched import SEARCHED_BITS, searched_significands
from lmul.hdl.written import form

__all__ = ["multiply_significands"]

_MIN_BOOTH_BITS = 7


def multiply_significands(m: Module, x: Value, y: Value) -> Value:
    """``(2**n + x) * (2**n + y)`` of two n-bit mantissas, 2n + 2 bits.

    Parameters
    ----------
    m : Module
        Where the array's signals are driven.
    x, y : Value
        Mantissas of one width.
    """
    if form() == "products":
        product = Signal(2 * len(x) + 2)
        m.d.comb += product.eq(Cat(x, Const(1, 1)) * Cat(y, Const(1, 1)))
        return product
    if len(x) == SEARCHED_BITS:
        return searched_significands(m, x, y)
    if len(x) >= _MIN_BOOTH_BITS:
        return _booth(m, x, y)
    return _rows(m, x, y)


def _rows(m: Module, x: Value, y: Value) -> Value:
    """A row of partial products for each bit of ``y``, then ``x + y`` in the upper half.

    The carries of that last sum are shared: where it adds x[i] and y[i], their product is there.
    """
    bits = len(x)
    rows = [[bit_signal(m, x[i] & y[j]) for i in range(bits)] for j in range(bits)]
    low = rows[0][:1]
    above: list[Value] = [*rows[0][1:], Const(0, 1)]
    for row in rows[1:]:
        first, *above = add(m, row, above)
        low.append(first)
    both = add(m, x, y)
    upper = add(m, above, both[:-1])
    # The product is below 4, so of these two carries and the leading one no carry arises.
    first, second = both[-1], upper[-1]
    return Cat(*low, upper[:-1], ~(first ^ second), first | second)


def _booth(m: Module, x: Value, y: Value) -> Value:
    """Radix-4 Booth digits of y's significand, a row of full adders for each.

    The last bit of ``y`` is taken first, as a plain row: then there is a sum for the first
    digit's negation to be carried into. A row costs 9 gates a bit and stands for two plain rows,
    which cost 12. The leading one makes the last digit positive; its row has no negation.
    """
    one, nought = Const(1, 1), Const(0, 1)
    multiple = [*x, one]
    digits = [nought, *y[1:], one, nought, nought]
    width = len(multiple) + 1
    once = [*multiple, nought]
    twice = [nought, *multiple]
    first = [bit_signal(m, bit & y[0]) for bit in multiple]
    product, above = first[:1], first[1:]
    # A partial sum is negative exactly where the last digit's upper bit is set.
    sign: Value = nought
    for place in range(0, len(y) + 1, 2):
        low, mid, high = digits[place : place + 3]
        is_one = bit_signal(m, low ^ mid)
        is_two = bit_signal(m, (high ^ mid) & ~is_one)
        row = [
            bit_signal(m, (is_one & a | is_two & b) ^ high)
            for a, b in zip(once, twice, strict=True)
        ]
        extended = above + [sign] * (width - len(above))
        negated = None if high is nought else high
        *above, _ = add(m, extended, row, negated)
        product += above[:2]
        above, sign = above[2:], high
    return Cat(*product, *above)[: 2 * len(x) + 2]
