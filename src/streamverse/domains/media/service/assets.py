"""Taking a received file in, refusing it, and letting it go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from streamverse.domains.media.contracts import (
    AssetAccepted,
    AssetFailed,
    AssetId,
    CarryOver,
    DeleteFiles,
    EncodingRetried,
    PackageId,
    ProblemView,
    UploadRefused,
)
from streamverse.domains.media.errors import PackageBroken
from streamverse.domains.media.models import AssetRow, PackageRow
from streamverse.domains.media.repository import Assets, Packages, Pictures, Subtitles, Uploads
from streamverse.domains.media.rules.ladders import await_measurement
from streamverse.domains.media.rules.packages import (
    EncodingPolicy,
    Recipe,
    choose_recipe,
    leading_parts,
    package_prefix,
    plan_package,
    source_key,
)
from streamverse.domains.media.rules.pictures import picture_prefix
from streamverse.domains.media.rules.states import PackageState, UploadState
from streamverse.domains.media.rules.subtitles import subtitles_prefix
from streamverse.domains.media.service.measuring import order_measuring
from streamverse.domains.media.service.packages import add_plan, order_checks, order_part
from streamverse.domains.media.service.reels import loosen_of_assets
from streamverse.domains.media.service.subtitles import UPLOADED, order_subtitles, order_uncut
from streamverse.domains.media.service.uploads import upload_key, use_up_parts
from streamverse.kit.clock import new_id
from streamverse.kit.jobs import Jobs

if TYPE_CHECKING:
    from streamverse.domains.media.contracts import UploadId
    from streamverse.domains.media.models import UploadRow
    from streamverse.kit.work import Work
    from streamverse.mediakit.probe import MediaFacts


async def accept_upload(
    work: Work, upload_id: UploadId, facts: MediaFacts, policy: EncodingPolicy | None = None
) -> None:
    """Take a checked file in and order its encoding. Accepting it again changes nothing."""
    upload = await Uploads(work).lock(upload_id)
    if upload.state != UploadState.CHECKING or upload.asset_id is None:
        return
    asset_id = AssetId(upload.asset_id)
    Assets(work).add(
        AssetRow(
            id=asset_id,
            upload_id=upload.id,
            name=upload.title_name,
            source_key=source_key(asset_id),
            size_bytes=upload.size_bytes,
            duration_ms=facts.duration_ms,
            facts=_stored_facts(facts),
            created_at=work.now,
        )
    )
    await work.session.flush()
    await _order_package(
        work, asset_id, facts, policy or EncodingPolicy(), priority=upload.priority
    )
    upload.state = UploadState.ACCEPTED
    await use_up_parts(work, upload)
    work.emit(_accepted(upload, asset_id, facts))


def _accepted(upload: UploadRow, asset_id: AssetId, facts: MediaFacts) -> AssetAccepted:
    video = facts.video
    return AssetAccepted(
        asset_id=asset_id,
        name=upload.title_name,
        credit=upload.credit,
        description=upload.description,
        year=upload.year,
        duration_ms=facts.duration_ms,
        width=video.width if video else None,
        height=video.height if video else None,
    )


def _stored_facts(facts: MediaFacts) -> dict[str, Any]:
    return msgspec.to_builtins(facts, enc_hook=str)


async def _order_package(
    work: Work,
    asset_id: AssetId,
    facts: MediaFacts,
    policy: EncodingPolicy,
    *,
    priority: int,
) -> None:
    recipe = await_measurement(choose_recipe(facts, policy), facts, policy)
    package_id = PackageId(new_id())
    package = PackageRow(
        id=package_id,
        asset_id=asset_id,
        recipe=recipe.stored(),
        state=PackageState.ENCODING,
        duration_ms=facts.duration_ms,
        is_poster_chosen=False,
        text_revision=0,
        created_at=work.now,
    )
    Packages(work).add(package)
    await work.session.flush()
    await add_plan(work, package, plan_package(recipe, facts), priority=priority)
    if recipe.awaits_groups:
        order_measuring(work, package, package_priority=priority)
    if facts.subtitles:
        order_subtitles(work, package)


async def refuse_upload(work: Work, upload_id: UploadId, problem: ProblemView) -> None:
    """Tell the uploader why the file cannot be played, and forget its bytes."""
    upload = await Uploads(work).lock(upload_id)
    if upload.state != UploadState.CHECKING:
        return
    upload.state = UploadState.REFUSED
    upload.problem = msgspec.to_builtins(problem)
    work.emit(UploadRefused(upload_id, AssetId(upload.asset_id or upload_id), problem))
    await use_up_parts(work, upload)
    work.enqueue(DeleteFiles((upload_key(upload.id), f"assets/{upload.asset_id}")))


async def refuse_asset(work: Work, asset_id: AssetId, problem: ProblemView) -> None:
    """Remove an asset whose file turned out to be at fault while it was encoded."""
    upload = await Uploads(work).find_of_asset(asset_id)
    await delete_asset(work, asset_id)
    if upload is not None:
        upload.state = UploadState.REFUSED
        upload.problem = msgspec.to_builtins(problem)
    work.emit(AssetFailed(asset_id, problem, is_input_at_fault=True))


async def fail_encoding(work: Work, asset_id: AssetId, problem: ProblemView) -> None:
    """Mark an asset that could not be encoded for a reason of ours, and keep it for a retry.

    The first failure is the one that is told; it stops the other jobs, which then fail as well.
    """
    # Jobs before packages: that is the order in which every job locks them.
    await Jobs(work).cancel_subject(asset_id)
    for package in await Packages(work).of_assets([asset_id]):
        if package.state in (PackageState.FAILED, PackageState.READY):
            continue
        package.state = PackageState.FAILED
        package.problem = msgspec.to_builtins(problem)
        package.failed_at = work.now
        work.emit(AssetFailed(asset_id, problem, is_input_at_fault=False))


async def resume_encoding(work: Work, asset_id: AssetId) -> None:
    """Go on with an encoding that failed for a reason of ours; finished parts stay."""
    # One that has not stopped yet would fail the asset again when it does.
    await Jobs(work).keep_subject(asset_id)
    for failed in await Packages(work).of_assets([asset_id]):
        if failed.state != PackageState.FAILED:
            continue
        is_broken = (failed.problem or {}).get("code") == PackageBroken.code
        package = await _start_over(work, failed) if is_broken else failed
        if not is_broken:
            await order_uncut(work, package)
        package.problem = package.failed_at = None
        await _order_what_is_missing(work, package)
        work.emit(EncodingRetried(asset_id))


async def _order_what_is_missing(work: Work, package: PackageRow) -> None:
    asset_id, package_id = AssetId(package.asset_id), PackageId(package.id)
    parts = await Packages(work).parts(package_id)
    package.state = PackageState.ENCODING
    leading = {part.number for part in leading_parts(parts)}
    missing = [part for part in parts if part.finished_at is None]
    for part in missing:
        order_part(work, package, part, is_leading=part.number in leading)
    if Recipe.read(package.recipe).awaits_groups:
        order_measuring(work, package)
    elif not missing:
        order_checks(work, package)
    asset = await Assets(work).find(asset_id)
    if asset is not None and asset.facts.get("subtitles"):
        order_subtitles(work, package)


async def _start_over(work: Work, broken: PackageRow) -> PackageRow:
    """Put a new package in the place of one that did not pass its checks, made in the same way.

    It gets an id of its own: what anybody has fetched of the broken one stays what it was.
    """
    old_id, fresh_id = PackageId(broken.id), PackageId(new_id())
    texts = await Subtitles(work).of_package(old_id)
    subtitles = [row for row in texts if row.origin == UPLOADED]
    pictures = await Pictures(work).given(broken)
    fresh = await Packages(work).renew(broken, fresh_id, subtitles, pictures)
    prefixes = (
        *(subtitles_prefix(old_id, row.track_name) for row in subtitles if row.track_name),
        *(picture_prefix(old_id, row.id) for row in pictures),
    )
    kept = tuple(prefix.removeprefix(f"{package_prefix(old_id)}/") for prefix in prefixes)
    work.enqueue(CarryOver(old_id, fresh_id, kept))
    return fresh


async def hurry(work: Work, asset_id: AssetId) -> None:
    """Let what is still to be done for an asset go first: somebody waits for it."""
    await Jobs(work).raise_priority(asset_id)


async def rename_asset(work: Work, asset_id: AssetId, name: str) -> None:
    """Change the name under which an asset's processing is shown."""
    asset = await Assets(work).find(asset_id)
    if asset is not None:
        asset.name = name


async def delete_asset(work: Work, asset_id: AssetId) -> None:
    """Let an asset go: its jobs, its packages, and what it has in the store."""
    packages = await Packages(work).of_assets([asset_id])
    upload = await Uploads(work).find_of_asset(asset_id)
    await Jobs(work).cancel_subject(asset_id)
    await loosen_of_assets(work, [PackageId(package.id) for package in packages])
    await Assets(work).remove(asset_id)
    if upload is not None:
        upload.asset_id = None
    prefixes = (f"assets/{asset_id}", *(package_prefix(package.id) for package in packages))
    work.enqueue(DeleteFiles(prefixes))


def delete_remains(work: Work, package_id: PackageId) -> None:
    """Remove what the store has of a package that is no more."""
    work.enqueue(DeleteFiles((package_prefix(package_id),)))
