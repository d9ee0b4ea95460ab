"""Forms, guides and answers printed on A4 paper."""
