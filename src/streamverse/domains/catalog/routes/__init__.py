"""The catalog over HTTP."""

from __future__ import annotations

from litestar import Router

from streamverse.domains.catalog.routes import (
    browsing,
    collections,
    editing,
    genres,
    importing,
    pages,
    viewing,
)

router = Router(
    path="/",
    route_handlers=[
        viewing.list_titles,
        viewing.get_title,
        viewing.list_children,
        editing.create_title,
        editing.get_document,
        editing.edit_title,
        editing.edit_titles,
        editing.change_title,
        editing.list_edits,
        editing.undo_edit,
        editing.publish_title,
        editing.unpublish_title,
        editing.archive_title,
        editing.delete_title,
        editing.list_deleted,
        editing.restore_title,
        editing.purge_title,
        editing.place_title,
        editing.schedule_title,
        pages.get_details,
        pages.get_markers,
        pages.get_season_bundle,
        pages.get_person,
        pages.get_studio,
        pages.get_genre,
        browsing.browse_titles,
        browsing.list_filters,
        collections.list_collections,
        collections.get_collection,
        collections.list_bundles,
        collections.get_bundle,
        collections.list_all_collections,
        collections.add_collection,
        collections.change_collection,
        collections.remove_collection,
        genres.list_all_genres,
        genres.change_genre,
        importing.preview_import,
        importing.apply_import,
        importing.export_titles,
    ],
    request_max_body_size=1_000_000,
    tags=["catalog"],
)
