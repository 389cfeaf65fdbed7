"""The golden model: codes to codes, dot products, one product worked out by hand. No RTL."""
