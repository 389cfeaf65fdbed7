"""Dot-product units: a group of products aligned, added up, and added to an accumulator."""
