"""Byte-exact stand-ins for the hall's devices: they speak the wire protocol, keep what they show, and fail on request."""
