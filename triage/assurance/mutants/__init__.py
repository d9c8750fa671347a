"""The small mistakes one can make in a rule, what notices them, and the case that is missing."""
