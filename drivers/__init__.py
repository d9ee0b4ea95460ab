"""Devices: LED displays, voices, printers, scanners, keypads, locks, card readers; the device agent; an emulator for each."""
