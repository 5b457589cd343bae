"""The JSON of live, in and out, by theme."""
