"""Decisions of notifications, without input or output."""
