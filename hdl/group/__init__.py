"""Groups of products: several side by side, aligned and added up before an accumulator."""
