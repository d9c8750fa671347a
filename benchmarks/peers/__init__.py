"""Other ways of deciding a cohort, each with the same `prepare`: what ours is measured against."""
