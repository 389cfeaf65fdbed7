"""Netlists as Verilog text: names, expressions, statements."""
