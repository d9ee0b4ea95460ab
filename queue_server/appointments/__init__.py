"""Appointments: booked elsewhere and taken in here, checked in at the kiosk by their code."""
