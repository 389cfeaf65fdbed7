"""The ground floor: programs outside Python, the files that they leave, and where those lie."""
