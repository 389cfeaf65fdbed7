"""Errors against exact results: mantissa pairs, real operands, whole dot products."""
