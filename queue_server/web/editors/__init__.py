"""Pages on which service items are written."""
