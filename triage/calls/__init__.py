"""One person's session: its answers on disk, and the note that hands it over."""
