"""Voices that speak announcements: espeak-ng, recorded pieces, and speech chips on a serial line."""
