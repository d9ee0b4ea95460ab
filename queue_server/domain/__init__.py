"""The hall's rules, pure: states, numbers, routing, waiting time, business day, ratings. No I/O, no clock of their own."""
