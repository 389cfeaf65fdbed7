"""Circuits for a clock: the search, what it finds, and arrays that are composed of such parts."""
