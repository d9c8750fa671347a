"""Readings of conditions, each a small algebra: the reference, durable-rules, and formulas for a solver."""
