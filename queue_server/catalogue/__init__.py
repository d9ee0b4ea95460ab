"""The catalogue of service items: read, checked, exchanged, reviewed, searched."""
