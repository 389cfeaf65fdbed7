"""Grids of measurements as one table and Pareto pictures."""
