"""Commands that measure: gates, cells, energies, FPGAs, sweeps, the report."""
