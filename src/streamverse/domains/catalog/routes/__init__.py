"""The catalog over HTTP."""

from __future__ import annotations

from litestar import Router

from streamverse.domains.catalog.routes import editing, viewing

router = Router(
    path="/",
    route_handlers=[
        viewing.get_home,
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
    ],
    request_max_body_size=1_000_000,
    tags=["catalog"],
)
