"""LED strips, boards and number displays."""
