"""PEs at equal clocks: what is kept of them, and the report's tables."""
