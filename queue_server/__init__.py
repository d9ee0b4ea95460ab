"""The hall's one authority: ledger, routing, ratings, displays, catalogue and the web pages."""

__version__ = "0.1.0"
