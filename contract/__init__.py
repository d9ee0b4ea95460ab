"""What every program of the hall shares: topics, messages and the hall's configuration.

Kiosk and drivers import nothing else from the server. Nothing here does I/O beyond reading a
hall's TOML files and its guide file.
"""
