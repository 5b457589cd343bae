"""Choosing the renditions of a film by measuring it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import AssetId, MeasureTitle, PackageId
from streamverse.domains.media.errors import PackageNotFound
from streamverse.domains.media.models import MeasurementRow
from streamverse.domains.media.repository import Assets, Packages
from streamverse.domains.media.rules.ladders import LadderReport
from streamverse.domains.media.rules.packages import Recipe
from streamverse.domains.media.service.packages import LEADING_PRIORITY, add_groups
from streamverse.kit.jobs import NORMAL
from streamverse.mediakit.ladder import CodecFamily

if TYPE_CHECKING:
    from streamverse.domains.media.models import PackageRow
    from streamverse.domains.media.rules.ladders import Groups
    from streamverse.kit.work import Work
    from streamverse.mediakit.ladder import Rung

# The preview goes before, so that the film plays; the rest waits for what is measured.
MEASURING_PRIORITY = LEADING_PRIORITY + 1


@dataclass(frozen=True, slots=True)
class LadderView:
    """The renditions of a film, and how they were chosen."""

    rungs: tuple[Rung, ...]
    is_measuring: bool
    report: LadderReport | None


def order_measuring(work: Work, package: PackageRow, *, package_priority: int = NORMAL) -> None:
    """Order that a film is measured, for a package that awaits its renditions."""
    work.enqueue(
        MeasureTitle(PackageId(package.id), package_priority),
        priority=MEASURING_PRIORITY + package_priority - NORMAL,
        needs=CodecFamily.H264,
        subject_id=package.asset_id,
        dedupe_key=f"measure:{package.id}",
    )


async def keep_measurement(
    work: Work,
    package_id: PackageId,
    report: LadderReport,
    groups: Groups,
    *,
    package_priority: int = NORMAL,
) -> None:
    """Keep what was measured, and order what was chosen. Only the first time counts."""
    package = await Packages(work).lock(package_id)
    if not Recipe.read(package.recipe).awaits_groups:
        return
    Assets(work).add(
        MeasurementRow(asset_id=package.asset_id, report=report.stored(), measured_at=work.now)
    )
    await add_groups(work, package_id, groups, priority=package_priority)


async def find_ladder(work: Work, asset_id: AssetId) -> LadderView:
    """Tell which renditions a film has and why, or fail with ``PackageNotFound``."""
    packages = await Packages(work).of_assets([asset_id])
    if not packages:
        raise PackageNotFound
    recipe = Recipe.read(packages[0].recipe)
    measurement = await Assets(work).find_measurement(asset_id)
    report = LadderReport.read(measurement.report) if measurement else None
    return LadderView(recipe.rungs, recipe.awaits_groups, report)
