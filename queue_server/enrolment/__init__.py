"""Who may speak in the hall: the hall's own certificate authority, one-time tokens, certificates, the broker's rules."""
