"""The parts of a matrix product that a processor computes, compiled by g++."""
