"""The support table of kind a4."""

from __future__ import annotations

from drivers.registry import Model

TABLE: tuple[Model, ...] = ()
