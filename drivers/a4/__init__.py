"""A4 printers that speak IPP."""
