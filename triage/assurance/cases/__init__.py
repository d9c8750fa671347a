"""Cases as tests of a rule book: run, counted, made from the rules, and what they never tried."""
