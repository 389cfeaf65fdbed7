"""Circuits mapped to a library's cells: netlists, area, area by part."""
