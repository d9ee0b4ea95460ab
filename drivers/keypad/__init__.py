"""Keypads by which clerks call, and keys by which citizens rate."""
