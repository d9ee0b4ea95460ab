"""Tests, benchmarks and pictures of the screens."""
