"""StreamVerse: a streaming platform that anyone can run."""

__version__ = "0.1.0"
