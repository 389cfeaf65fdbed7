"""Arrays compiled by Verilator: the RTL backend of `lmul.matmul`."""
