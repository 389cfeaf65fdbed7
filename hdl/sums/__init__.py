"""Accumulations: the next sum of a sum and a product or a group, in fixed point or in floats."""
