"""How quick a venue is from here, and whether it has changed since the last time."""
