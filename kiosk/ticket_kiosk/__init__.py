"""The role `hall`: the ticket kiosk, a folder for every feature."""
