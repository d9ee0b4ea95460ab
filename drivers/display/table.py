"""The support table of kind display."""

from __future__ import annotations

from drivers.registry import Model

TABLE: tuple[Model, ...] = ()
