"""How the documents follow the catalog, and the history its profiles."""

from __future__ import annotations

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


@listeners.on(TitleAdded)
async def follow_added(work: Work, added: TitleAdded) -> None:
    """Let staff find a title before viewers see it."""
    await documents.follow_title(work, added.title_id)


@listeners.on(TitleChanged)
async def follow_changed(work: Work, changed: TitleChanged) -> None:
    """Let a title be found by what is said of it now."""
    await documents.follow_title(work, changed.title_id)


@listeners.on(TitlePublished)
async def follow_published(work: Work, published: TitlePublished) -> None:
    """Let a title be found that was published."""
    await documents.follow_title(work, published.title_id)


@listeners.on(TitleUnpublished)
async def follow_unpublished(work: Work, unpublished: TitleUnpublished) -> None:
    """Keep a hidden title's words current for staff."""
    await documents.follow_title(work, unpublished.title_id)


@listeners.on(TitleDeleted)
async def follow_deleted(work: Work, deleted: TitleDeleted) -> None:
    """Let a deleted title be found no more."""
    await documents.follow_title(work, deleted.title_id)


@listeners.on(TitleRestored)
async def follow_restored(work: Work, restored: TitleRestored) -> None:
    """Let a title be found again that was brought back."""
    await documents.follow_title(work, restored.title_id)


@listeners.on(TitlePurged)
async def follow_purged(work: Work, purged: TitlePurged) -> None:
    """Let a title be found no more that is gone for good."""
    await documents.follow_title(work, purged.title_id)


@listeners.on(CollectionChanged)
async def follow_collection(work: Work, changed: CollectionChanged) -> None:
    """Let a collection or bundle be found by what is said of it now, or no more."""
    await documents.describe_and_write(work, FindableKind(changed.kind), [changed.collection_id])


@listeners.on(ProfileRemoved)
async def forget_profile(work: Work, removed: ProfileRemoved) -> None:
    """Keep nothing of a profile that is gone."""
    await history.forget_profile(work, removed.profile_id)
