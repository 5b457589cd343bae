"""Decisions of the media domain, without I/O."""
