"""What can go wrong on a technician's bench."""


class ApplianceError(RuntimeError):
    """It cannot be done; the text says why and what to do. Nothing was harmed."""
