"""Boards of electric locks."""
