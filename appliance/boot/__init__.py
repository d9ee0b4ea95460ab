"""What a machine made from the image does to itself: it takes its name, enrols, judges and updates its own system."""
