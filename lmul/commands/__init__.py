"""The commands of `lmul`, one a file. What they need is imported when they run: help is quick."""
