"""Rule-based red flags for people followed up after cancer treatment."""
