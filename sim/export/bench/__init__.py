"""A package's self-checking bench in plain Verilog, and its vectors."""
