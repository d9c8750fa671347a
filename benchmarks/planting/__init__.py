"""Mistakes planted in the code: made, run against the tests that reach them, and judged."""
