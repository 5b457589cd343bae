"""Groups of renditions that are encoded together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN
from streamverse.kit.row_security import reach_all_tenants

Recipe = dict[str, Any]
Rewrite = Callable[[Recipe], Recipe]

revision = "0010"
down_revision = "0009"

PARTS = sa.table("media_part", sa.column("kind"), sa.column("group"))
PACKAGES = sa.table("media_package", sa.column("id", sa.Uuid()), sa.column("recipe", JSON_COLUMN))


def upgrade() -> None:
    """Say of every part to which group it belongs, and of every recipe which groups it has."""
    with op.batch_alter_table("media_part") as table:
        table.add_column(sa.Column("group", sa.String(), nullable=True))
    connection = op.get_bind()
    reach_all_tenants(connection)
    group = sa.case((PARTS.c.kind == "video", "h264"), else_="stereo")
    connection.execute(sa.update(PARTS).values(group=group))
    _rewrite_recipes(connection, _grouped)
    with op.batch_alter_table("media_part") as table:
        table.alter_column("group", existing_type=sa.String(), nullable=False)


def _rewrite_recipes(connection: sa.Connection, rewrite: Rewrite) -> None:
    for package_id, recipe in connection.execute(sa.select(PACKAGES)).all():
        changed = sa.update(PACKAGES).where(PACKAGES.c.id == package_id)
        connection.execute(changed.values(recipe=rewrite(recipe)))


def _grouped(recipe: Recipe) -> Recipe:
    rungs = recipe.pop("rungs")
    sounds = [
        {"name": name, "source": source, "kind": "stereo", "is_default": source == 0}
        for source, name in enumerate(recipe.pop("audios"))
    ]
    return {**recipe, "groups": {"h264": rungs} if rungs else {}, "sounds": sounds}


def _ungrouped(recipe: Recipe) -> Recipe:
    groups, sounds = recipe.pop("groups"), recipe.pop("sounds")
    rungs = [rung for group in groups.values() for rung in group]
    recipe.pop("awaits_groups", None)
    return {**recipe, "rungs": rungs, "audios": [sound["name"] for sound in sounds]}


def downgrade() -> None:
    """Forget the groups."""
    connection = op.get_bind()
    reach_all_tenants(connection)
    _rewrite_recipes(connection, _ungrouped)
    with op.batch_alter_table("media_part") as table:
        table.drop_column("group")
