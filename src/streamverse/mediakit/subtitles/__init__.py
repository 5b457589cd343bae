"""Subtitles: whatever text somebody gives, read into clean cues and written as WebVTT.

Nothing of a file reaches a page but words, line ends and the tags of `cues.TAGS`.
"""

from streamverse.mediakit.subtitles.cues import Cue, Notice, Subtitles, SubtitlesRefused
from streamverse.mediakit.subtitles.embedded import extract_subtitles, is_text
from streamverse.mediakit.subtitles.reading import MOST_BYTES, read_subtitles
from streamverse.mediakit.subtitles.webvtt import cut_webvtt, write_webvtt

__all__ = [
    "MOST_BYTES",
    "Cue",
    "Notice",
    "Subtitles",
    "SubtitlesRefused",
    "cut_webvtt",
    "extract_subtitles",
    "is_text",
    "read_subtitles",
    "write_webvtt",
]
