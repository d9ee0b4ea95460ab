"""Pages for whoever looks after terminals."""
