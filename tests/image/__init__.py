"""The image of a terminal in a virtual machine. Run by `make test-image`, not by `make test`: it takes a quarter of an hour and more."""
