"""Every instant is kept as whole microseconds; what was hashed of the web actions so far is kept beside it"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BATCH = 1000
INSTANTS = (
    ("accounts", ("name",), ("created_at",)),
    ("log_in_failures", ("id",), ("at",)),
    ("audit", ("id",), ("at",)),
    ("web_sessions", ("id",), ("expires_at",)),
    ("item_notes", ("id",), ("at",)),
    ("guide_translations", ("key",), ("at",)),
    ("enrol_tokens", ("name",), ("made_at", "expires_at")),
    ("certificates", ("serial",), ("issued_at", "expires_at", "revoked_at")),
    ("alert_takers", ("alert",), ("since", "at")),
    ("bundles", ("sha256",), ("added_at",)),
    ("rollouts", ("id",), ("started_at",)),
    ("rollout_terminals", ("rollout", "place"), ("since",)),
)
"""Table, primary key, and the columns that held seconds since 1970."""


def upgrade() -> None:
    op.add_column("audit", sa.Column("hashed_at", sa.Double()))
    op.execute("UPDATE audit SET hashed_at = at WHERE hash IS NOT NULL")
    for table, keys, columns in INSTANTS:
        _rewrite(table, keys, columns, _microseconds)
        _retype(table, columns, sa.Double(), sa.BigInteger())


def downgrade() -> None:
    for table, keys, columns in INSTANTS:
        _retype(table, columns, sa.BigInteger(), sa.Double())
        _rewrite(table, keys, columns, _seconds)
    op.execute("UPDATE audit SET at = hashed_at WHERE hashed_at IS NOT NULL")
    op.drop_column("audit", "hashed_at")


def _microseconds(seconds: float | None) -> int | None:
    """The nearest microsecond, as datetime rounds it. What is no time, because somebody has changed the row, becomes 0: its
    hash shows that, and the server must start."""
    if seconds is None:
        return None
    try:
        return (datetime.fromtimestamp(seconds, UTC) - EPOCH) // timedelta(microseconds=1)
    except (TypeError, ValueError, OverflowError, OSError):
        return 0


def _seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / 1_000_000


def _rewrite(name: str, keys: Sequence[str], columns: Sequence[str], changed: Callable[..., float | None]) -> None:
    """Give every row the changed values, while the columns are still, or already, of floating point: that holds both."""
    table = sa.table(name, *map(sa.column, (*keys, *columns)))
    this = sa.and_(*(table.c[key] == sa.bindparam(f"of_{key}") for key in keys))
    change = sa.update(table).where(this).values({column: sa.bindparam(f"new_{column}") for column in columns})
    for rows in _batches(table, keys):
        op.get_bind().execute(
            change,
            [{f"of_{key}": row[key] for key in keys} | {f"new_{c}": changed(row[c]) for c in columns} for row in rows],
        )


def _batches(table: sa.TableClause, keys: Sequence[str]) -> Iterator[Sequence[sa.RowMapping]]:
    """All rows in the order of their keys, so few at a time that a log of ten years fits into a small memory."""
    ordered = sa.select(table).order_by(*(table.c[key] for key in keys)).limit(BATCH)
    place = sa.tuple_(*(table.c[key] for key in keys))
    rows = op.get_bind().execute(ordered).mappings().all()
    while rows:
        yield rows
        rows = op.get_bind().execute(ordered.where(place > tuple(rows[-1][key] for key in keys))).mappings().all()


def _retype(
    name: str, columns: Sequence[str], old: sa.Double[float] | sa.BigInteger, new: sa.Double[float] | sa.BigInteger
) -> None:
    with op.batch_alter_table(name) as table:
        for column in columns:
            table.alter_column(column, existing_type=old, type_=new)
