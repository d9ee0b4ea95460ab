"""Service items and their guides: the format of the guide file, and the search in it."""
