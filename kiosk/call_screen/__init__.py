"""The role `screen`: the call screen of the waiting area."""
