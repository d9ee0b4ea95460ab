"""Backups of a hall: sealed with a passphrase, checked by opening them again, made by themselves, and the way back."""
