"""Product units: two operands in, an unrounded product out. A file for each family of kinds."""
