"""One measurement, its figures, its cache; many at once; variation from run to run."""
