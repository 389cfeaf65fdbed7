"""Cell libraries: Liberty files in, cells and tables out."""
