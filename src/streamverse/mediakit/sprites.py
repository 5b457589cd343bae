"""Sprite sheets: small pictures of a whole film in a few large ones, for the bar of time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from PIL import Image

from streamverse.mediakit.artwork import Still

COLUMNS: Final = 10
ROWS: Final = 10
_SHORTEST_STEP_MS, _LONGEST_STEP_MS = 2000, 10_000
_TILES_WANTED: Final = 300
_WEBP_QUALITY: Final = 70
# Keyframes seldom lie where one wants them.
_EARLIEST: Final = 0.75


@dataclass(frozen=True, slots=True)
class Sheet:
    """One large picture of up to a hundred tiles."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SpriteIndex:
    """Which tile is shown when: each from its own instant up to that of the next."""

    tile_width: int
    tile_height: int
    instants_ms: tuple[int, ...]
    duration_ms: int

    def to_webvtt(self) -> str:
        """Write the index as players read it: a cue for each tile, with its place on its sheet."""
        lines = ["WEBVTT", ""]
        starts = [0, *self.instants_ms[1:]]
        for number, (start_ms, end_ms) in enumerate(
            zip(starts, [*starts[1:], max(self.duration_ms, starts[-1] + 1)], strict=True)
        ):
            sheet, place = divmod(number, COLUMNS * ROWS)
            x, y = place % COLUMNS * self.tile_width, place // COLUMNS * self.tile_height
            lines += [
                f"{timestamp(start_ms)} --> {timestamp(end_ms)}",
                f"{sheet_name(sheet)}#xywh={x},{y},{self.tile_width},{self.tile_height}",
                "",
            ]
        return "\n".join(lines)


def sprite_step_ms(duration_ms: int) -> int:
    """Choose how far tiles lie apart: closer in shorter films, at whole seconds."""
    step_ms = round(duration_ms / _TILES_WANTED / 1000) * 1000
    return min(_LONGEST_STEP_MS, max(_SHORTEST_STEP_MS, step_ms))


def sheet_name(number: int) -> str:
    """Name a sheet beside its index."""
    return f"{number}.webp"


def sheet_count(tile_count: int) -> int:
    """Count the sheets on which so many tiles lie."""
    return -(-tile_count // (COLUMNS * ROWS))


def timestamp(at_ms: int) -> str:
    """Write an instant as WebVTT does."""
    seconds, milliseconds = divmod(at_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}"


class SheetMaker:
    """Takes pictures as they come, in order, and lays those out that are a step apart."""

    def __init__(self, step_ms: int) -> None:
        self._step_ms = step_ms
        self._instants_ms: list[int] = []
        self._waiting: list[Image.Image] = []
        self._sheet_count = 0

    async def add(self, at_ms: int, still: Still) -> Sheet | None:
        """Take a picture if it is its turn, at half its size; give the sheet that it fills."""
        due_ms = self._instants_ms[-1] + self._step_ms * _EARLIEST if self._instants_ms else 0
        if at_ms < due_ms:
            return None
        whole = Image.frombytes("RGB", (still.width, still.height), still.pixels)
        self._waiting.append(whole.reduce(2))
        self._instants_ms.append(at_ms)
        return await self._lay_out() if len(self._waiting) == COLUMNS * ROWS else None

    async def finish(self) -> Sheet | None:
        """Give the last sheet, unless it was full already; it has only the rows it needs."""
        return await self._lay_out() if self._waiting else None

    def index(self, duration_ms: int) -> SpriteIndex | None:
        """Tell which tile is shown when; None if there was not one picture."""
        if not self._instants_ms:
            return None
        return SpriteIndex(*self._tile_size, tuple(self._instants_ms), duration_ms)

    async def _lay_out(self) -> Sheet:
        tiles, self._waiting = self._waiting, []
        self._tile_size = tiles[0].size
        number, self._sheet_count = self._sheet_count, self._sheet_count + 1
        return Sheet(sheet_name(number), await asyncio.to_thread(_write, tiles))


def _write(tiles: Sequence[Image.Image]) -> bytes:
    width, height = tiles[0].size
    columns, rows = min(COLUMNS, len(tiles)), -(-len(tiles) // COLUMNS)
    sheet = Image.new("RGB", (columns * width, rows * height))
    for place, tile in enumerate(tiles):
        sheet.paste(tile, (place % COLUMNS * width, place // COLUMNS * height))
    written = BytesIO()
    sheet.save(written, "WEBP", quality=_WEBP_QUALITY, method=4)
    return written.getvalue()
