"""Playback: who may watch what, where their player finds it, and how well it goes.

Owns the decision whether a title may be played by somebody now, and sessions: who is watching what,
on which device, kept by a lease. What players tell of them is gathered and written in bulk.

Invariants: a signed address is given only to whom the decision allowed; the decision is made in
``rules.access`` and nowhere else; an account has no more open sessions than it may.
"""
