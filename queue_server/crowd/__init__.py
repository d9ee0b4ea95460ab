"""Plays citizens and clerks over the wire contract, so that a hall comes alive."""
