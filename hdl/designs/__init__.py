"""Names of circuits, the catalogue, and cycles in closed form: no Amaranth."""
