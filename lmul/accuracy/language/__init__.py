"""The small language model, its training and its text."""
