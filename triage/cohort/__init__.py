"""Many patients at once: tables in, tables out, and nobody lost between."""
