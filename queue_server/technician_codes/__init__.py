"""Codes that open the technician page of a terminal."""
