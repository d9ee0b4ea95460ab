"""Numbers that the kiosk gives out while the server is away."""
