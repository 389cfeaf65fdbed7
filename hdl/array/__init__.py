"""Systolic arrays of both flows: grid, entry, streams."""
