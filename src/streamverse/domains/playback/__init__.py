"""Playback: who may watch what, and where their player finds it.

Owns the decision whether a title may be played by somebody now, and the answer that a player starts
from. Sessions, limits and heartbeats will live here.

Invariants: a signed address is given only to whom the decision allowed; the decision is made in
``rules`` and nowhere else.
"""
