"""C models of multipliers: one function, from two codes to one."""
