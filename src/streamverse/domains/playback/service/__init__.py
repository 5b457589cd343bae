"""The use cases of playback, by theme."""
