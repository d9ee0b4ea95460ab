"""The support table of kind printer."""

from __future__ import annotations

from drivers.registry import Model

TABLE: tuple[Model, ...] = ()
