"""Formats, kinds of product, policies, accumulators and ranges, as integers: no Amaranth."""
