"""What a rule book is: facts, conditions, rules and where they come from. `reading` makes one of files."""
