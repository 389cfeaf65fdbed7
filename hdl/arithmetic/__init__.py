"""Adders, shifters, rounders and delays, as gates or as + and *."""
