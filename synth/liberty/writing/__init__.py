"""Liberty texts written: the embedded library, and the cells that other tools are given."""
