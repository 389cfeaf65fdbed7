"""A design as a package for somebody's flow: what ``lmul verilog DESIGN -o DIR`` writes."""

from lmul.sim.export.package import export, package

__all__ = ["export", "package"]
