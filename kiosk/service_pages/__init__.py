"""The technician at a terminal: a gesture, a code, and a page with tests, whatever the role of the terminal is."""
