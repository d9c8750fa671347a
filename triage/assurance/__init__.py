"""Whether a rule book is right: checks, cases, mistakes, proofs, and what a change does to whom."""
