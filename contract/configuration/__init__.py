"""A hall's configuration: one folder of TOML files, read and checked as a whole."""
