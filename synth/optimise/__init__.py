"""Corrections to L-Mul's sum: the best for an error and operands, and what their gates cost."""
