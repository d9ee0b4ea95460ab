"""The support table of kind keypad."""

from __future__ import annotations

from drivers.registry import Model

TABLE: tuple[Model, ...] = ()
