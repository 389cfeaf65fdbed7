"""Multipliers: codes in, a code out."""
