"""A guide read aloud by the kiosk's own voice."""
