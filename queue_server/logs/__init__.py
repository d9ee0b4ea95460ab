"""The hall's logs prove that they were not changed afterwards."""
