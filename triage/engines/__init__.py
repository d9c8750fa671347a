"""Readings of conditions, each a small algebra: the reference, durable-rules, columns, formulas to solve."""
