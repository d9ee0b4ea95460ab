"""The support table of kind scanner."""

from __future__ import annotations

from drivers.registry import Model

TABLE: tuple[Model, ...] = ()
