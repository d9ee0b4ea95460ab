"""The single writer of the hall, and what is read out of it."""
