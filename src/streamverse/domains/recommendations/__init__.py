"""Recommendations: what is put before people, and in which order.

Owns **trends** (the titles that are watched most, or more than before, of each region) and puts the
home page together.

Invariants: what is remembered or computed beforehand only proposes; the catalog is asked about all
of it in one question each time, so that nothing is shown that was withdrawn a moment ago or that
this profile may not see.
"""
