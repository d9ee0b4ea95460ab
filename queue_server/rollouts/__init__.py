"""New systems for the hall's terminals: bundles on the shelf, rollouts to groups, a pause when too many fail."""
