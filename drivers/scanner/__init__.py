"""Scanners and cameras that read codes."""
