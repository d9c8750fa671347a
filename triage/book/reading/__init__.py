"""From the files of a rule book, and of cases, to what they mean: strict YAML, shapes, words, checks."""
