"""Social: what those who watch say about titles.

Owns **reviews** (what a profile thinks of a title: one to five stars, and words if it likes),
**votes** (whether others found a review helpful) and **reports** (that a review should be looked
at by staff).

Invariants: a profile has one review of a title, one vote and one report on a review of somebody
else; who may not know of a title knows of none of its reviews; kids profiles neither write nor read
what strangers write; what staff has taken down is seen by its author alone and does not count; a
profile that is removed takes its reviews along, and leaves its votes as mere numbers.
"""
