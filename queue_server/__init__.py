"""The hall's one authority: ledger, routing, ratings, displays, catalogue and the web pages."""
