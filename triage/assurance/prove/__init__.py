"""What holds of everybody: one file for each kind of statement, and the prover that asks them all."""
