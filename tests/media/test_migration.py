"""Packages from before there were groups play and go on afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from alembic import command
from sqlalchemy import Connection, text

from streamverse import migrations
from streamverse.domains.media.rules.packages import Recipe, RungGroup
from streamverse.kit.db import Database
from streamverse.mediakit.frames import FrameRate
from streamverse.mediakit.ladder import choose_rungs
from streamverse.mediakit.sound import SoundKind

RUNGS = choose_rungs(854, 480, FrameRate(25))
NEW_IN_RUNGS = {"codec_family", "bit_depth", "dynamic_range"}
MIGRATION_BEFORE = "0009"


def old_recipe() -> dict[str, Any]:
    rungs = [
        {name: value for name, value in rung.items() if name not in NEW_IN_RUNGS}
        for rung in msgspec.to_builtins(RUNGS)
    ]
    return {"frame_rate": "25/1", "total_frames": 100, "rungs": rungs, "audios": ["a0", "a1"]}


def fill(connection: Connection) -> None:
    """Bring the tables to what they were, with a package that is half done."""
    command.upgrade(migrations.config(connection), MIGRATION_BEFORE)
    ids = {"tenant": uuid4().hex, "asset": uuid4().hex, "package": uuid4().hex}
    connection.execute(
        text(
            "INSERT INTO identity_tenant (id, name, created_at) VALUES (:tenant, 'x', '2026-01-01')"
        ),
        ids,
    )
    connection.execute(
        text(
            "INSERT INTO media_asset (id, tenant_id, name, source_key, size_bytes, duration_ms,"
            " facts, created_at) VALUES (:asset, :tenant, 'x', 'x', 1, 4000, '{}', '2026-01-01')"
        ),
        ids,
    )
    connection.execute(
        text(
            "INSERT INTO media_package (id, tenant_id, asset_id, recipe, state, duration_ms,"
            " has_poster, created_at) VALUES"
            " (:package, :tenant, :asset, :recipe, 'encoding', 4000, 0, '2026-01-01 00:00:00')"
        ),
        {**ids, "recipe": json.dumps(old_recipe())},
    )
    for number, kind in enumerate(("audio", "audio", "video")):
        connection.execute(
            text(
                "INSERT INTO media_part (package_id, number, tenant_id, kind, first_segment,"
                " segment_count, next_segment, encode_starts) VALUES"
                " (:package, :number, :tenant, :kind, 0, 3, 1, 1)"
            ),
            {**ids, "number": number, "kind": kind},
        )


def read(connection: Connection) -> tuple[dict[str, Any], list[Any]]:
    (recipe,) = connection.execute(text("SELECT recipe FROM media_package")).one()
    parts = connection.execute(text('SELECT kind, "group" FROM media_part ORDER BY number'))
    return json.loads(recipe), [tuple(part) for part in parts]


async def test_recipes_and_parts_get_their_groups_and_lose_them_again(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
        await connection.run_sync(lambda c: command.upgrade(migrations.config(c), "0010"))
        stored, parts = await connection.run_sync(read)
        await connection.run_sync(lambda c: command.downgrade(migrations.config(c), "0009"))
        (recipe,) = (await connection.execute(text("SELECT recipe FROM media_package"))).one()
    await database.close()
    found = Recipe.read(stored)
    assert found.groups == {RungGroup.H264: RUNGS}
    assert [(sound.name, sound.source, sound.kind) for sound in found.sounds] == [
        ("a0", 0, SoundKind.STEREO),
        ("a1", 1, SoundKind.STEREO),
    ]
    assert [sound.is_default for sound in found.sounds] == [True, False]
    assert parts == [("audio", "stereo"), ("audio", "stereo"), ("video", "h264")]
    assert json.loads(recipe) == old_recipe()
