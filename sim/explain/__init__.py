"""One product worked out by hand, losses of encoding, notes on operands."""
