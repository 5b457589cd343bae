"""What every media job has at hand, and how it reads what it was given."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from streamverse.domains.media.contracts import ProblemView
from streamverse.domains.media.errors import FileLost, PreparationFailed
from streamverse.domains.media.rules.packages import EncodingPolicy
from streamverse.domains.media.service.keys import KeySafe
from streamverse.kit.storage import ObjectNotFound, ObjectStore
from streamverse.kit.worker import JobCrashed
from streamverse.mediakit.probe import MediaFacts

if TYPE_CHECKING:
    from streamverse.domains.media.models import AssetRow
    from streamverse.kit.errors import Problem
    from streamverse.mediakit.ffmpeg import Tools
    from streamverse.mediakit.hardware import Encoder


@dataclass(frozen=True, slots=True)
class Workshop:
    """The store, the tools, a folder for copies, and what the operator wants made and checked."""

    store: ObjectStore
    tools: Tools
    scratch: Path
    policy: EncodingPolicy = field(default_factory=EncodingPolicy)
    is_checked_fully: bool = False
    # What this machine has in hardware, the best first.
    encoders: tuple[Encoder, ...] = ()
    key_safe: KeySafe = field(kw_only=True)

    @contextmanager
    def scratch_folder(self) -> Generator[Path]:
        """Lend a folder that is gone afterwards."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @asynccontextmanager
    async def source_file(self, key: str) -> AsyncGenerator[Path]:
        """Give a file of a stored source, a copy where the store is elsewhere."""
        with self.scratch_folder() as folder:
            try:
                async with self.store.local_copy(key, folder) as path:
                    yield path
            except ObjectNotFound as lost:
                raise FileLost from lost


def read_facts(asset: AssetRow) -> MediaFacts:
    """Read what was found out about a file when it was taken in."""
    return msgspec.convert(asset.facts, MediaFacts, dec_hook=_read_fraction)


def _read_fraction(_kind: type, text: str) -> Fraction:
    return Fraction(text)


def view_problem(problem: Problem) -> ProblemView:
    """Put a failure into words for people; what crashed, and how, is for the log."""
    if isinstance(problem, JobCrashed):
        problem = PreparationFailed(
            "Something failed on our side while this film was prepared: try it again. "
            "The log tells more."
        )
    return ProblemView(problem.code, problem.detail)
