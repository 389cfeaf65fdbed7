"""Products on a GPU, by Triton."""
