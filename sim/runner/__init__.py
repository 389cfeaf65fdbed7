"""Simulators: build, launch, collect results; verification per cycle and in bulk."""
