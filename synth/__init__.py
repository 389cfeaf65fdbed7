"""Synthesis: gate counts, area, and the reports drawn from them."""
