"""Catalog: what there is to watch, and who may see it.

Owns **titles**: a name and what is said about it, the asset that plays, and whether viewers may see
it. The title that is made when a file was taken in has the id of its asset.

Invariants: there is one title for an asset, none for a refused file; viewers see a title only while
it is published, and only what can be played is; what media tells is never contradicted by an older
word of it.
"""
