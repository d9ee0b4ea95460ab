"""Taking a number: theme, business, confirmation, paper."""
