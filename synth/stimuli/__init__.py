"""Operands, how a netlist is driven with them, and what it must answer."""
