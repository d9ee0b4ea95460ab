"""Finding and reading guides, also while the server is away."""
