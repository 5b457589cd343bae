"""What playback decides without I/O, by theme."""
