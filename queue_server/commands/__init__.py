"""What can be asked of the hall: one function a verb, each inside one unit of context."""
