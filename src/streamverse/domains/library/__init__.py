"""Library: what each profile has watched, and how far, and what it wants to watch.

Owns **viewings** (one sitting of a profile before a title) and **progress** (how far a profile is
with a title, and so where it goes on).

Invariants: a report that comes late or twice changes nothing; whoever wants no history has none;
nothing here goes through the event table; what is shown of a title is what its catalog lets the
actor know; a profile that is removed takes all of this along.
"""
