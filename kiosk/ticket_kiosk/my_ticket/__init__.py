"""My ticket: its place in the line, giving it up, rating the service."""
