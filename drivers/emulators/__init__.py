"""Emulated devices, exact to the byte: they speak the wire protocol, keep what they show, and fail on request."""
