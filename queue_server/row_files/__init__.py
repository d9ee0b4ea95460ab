"""Rows that another system or an office hands over, as JSON, CSV or a spreadsheet. All of them are sound, or none is taken."""
