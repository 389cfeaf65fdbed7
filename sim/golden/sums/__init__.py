"""Sums of products, by what they are kept in: exact, in a window, in floats."""
