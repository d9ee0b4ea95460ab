"""The role `rating`: the rater of one window."""
