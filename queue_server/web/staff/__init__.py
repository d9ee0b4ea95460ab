"""Pages for supervisors and the staff of the hall."""
