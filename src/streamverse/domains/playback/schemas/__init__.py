"""Playback's JSON, in and out, by theme."""
