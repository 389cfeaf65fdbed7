"""Circuits as two-input gates: counts, depth, breakdown by part."""
