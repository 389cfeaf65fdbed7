"""The golden model, and the simulations that hold the RTL against it."""
