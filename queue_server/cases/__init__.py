"""Cases of the approval platform: taken in by file or REST, kept with as little about people as possible."""
