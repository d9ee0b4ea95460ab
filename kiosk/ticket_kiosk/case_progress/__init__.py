"""How a case stands, by its number and the last four of the ID number."""
