"""Two rule books: who is told something else, and what else differs."""
