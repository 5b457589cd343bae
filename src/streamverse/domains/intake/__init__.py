"""Intake: the catalogue fills itself, from folders and from what others know of films.

Owns **folders** (places of the server that the operator has named), the **files** that lie in them,
and what each was understood to be. A file becomes a title of the catalogue at once and goes through
media as an upload does, when it is its turn.

Invariants: nothing outside the roots of the settings is ever read; a file that is moved or renamed
keeps its title; a file that vanishes deletes nothing; what staff said about a title is never
written over.
"""
