"""Who is it, and what may they do: accounts, sessions, log-in."""
