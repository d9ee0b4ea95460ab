"""Codes that people show: the hall's own, sealed with its key, and those of the provincial platform, verified by its key."""
