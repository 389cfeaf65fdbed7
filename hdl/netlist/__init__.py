"""Modules as RTLIL describes them: read, folded, made simple."""
