"""How the documents follow the catalog, and the history its profiles."""

from __future__ import annotations

from collections.abc import Sequence

from streamverse.domains.catalog.contracts import (
    CollectionChanged,
    FindableKind,
    TitleAdded,
    TitleChanged,
    TitleDeleted,
    TitlePublished,
    TitlePurged,
    TitleRestored,
    TitleUnpublished,
)
from streamverse.domains.profiles.contracts import ProfileRemoved
from streamverse.domains.search.service import documents, history
from streamverse.kit.events import Listeners
from streamverse.kit.work import Work

listeners = Listeners("search")


@listeners.on_many(TitleAdded)
async def follow_added(work: Work, added: Sequence[TitleAdded]) -> None:
    """Let staff find titles before viewers see them."""
    await documents.follow_titles(work, [each.title_id for each in added])


@listeners.on_many(TitleChanged)
async def follow_changed(work: Work, changed: Sequence[TitleChanged]) -> None:
    """Let titles be found by what is said of them now."""
    await documents.follow_titles(work, [each.title_id for each in changed])


@listeners.on_many(TitlePublished)
async def follow_published(work: Work, published: Sequence[TitlePublished]) -> None:
    """Let titles be found that were published."""
    await documents.follow_titles(work, [each.title_id for each in published])


@listeners.on_many(TitleUnpublished)
async def follow_unpublished(work: Work, unpublished: Sequence[TitleUnpublished]) -> None:
    """Keep the words of hidden titles current for staff."""
    await documents.follow_titles(work, [each.title_id for each in unpublished])


@listeners.on_many(TitleDeleted)
async def follow_deleted(work: Work, deleted: Sequence[TitleDeleted]) -> None:
    """Let deleted titles be found no more."""
    await documents.follow_titles(work, [each.title_id for each in deleted])


@listeners.on_many(TitleRestored)
async def follow_restored(work: Work, restored: Sequence[TitleRestored]) -> None:
    """Let titles be found again that were brought back."""
    await documents.follow_titles(work, [each.title_id for each in restored])


@listeners.on_many(TitlePurged)
async def follow_purged(work: Work, purged: Sequence[TitlePurged]) -> None:
    """Let titles be found no more that are gone for good."""
    await documents.follow_titles(work, [each.title_id for each in purged])


@listeners.on(CollectionChanged)
async def follow_collection(work: Work, changed: CollectionChanged) -> None:
    """Let a collection or bundle be found by what is said of it now, or no more."""
    await documents.describe_and_write(work, FindableKind(changed.kind), [changed.collection_id])


@listeners.on(ProfileRemoved)
async def forget_profile(work: Work, removed: ProfileRemoved) -> None:
    """Keep nothing of a profile that is gone."""
    await history.forget_profile(work, removed.profile_id)
