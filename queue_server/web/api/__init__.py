"""Addresses for programs: enrolment, platforms, metrics."""
