"""Scanning a code, and what comes of it."""
