"""Pages for everybody: phone, guides, papers, wall."""
