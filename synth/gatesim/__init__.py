"""Bit-parallel simulation of mapped netlists: values, toggles, glitches."""
