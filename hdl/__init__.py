"""Formats, policies, design names, and the Amaranth components built from them."""
