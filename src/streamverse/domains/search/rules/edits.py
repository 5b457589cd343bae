"""How far two words are apart, in slips of the finger."""

from __future__ import annotations

from rapidfuzz.distance import OSA

SHORTEST_WITH_A_SLIP = 3
# Of three letters that may go on, one slip would make almost every word.
SHORTEST_BEGINNING_WITH_A_SLIP = 4
SHORTEST_WITH_TWO_SLIPS = 8


def slips_allowed(word: str) -> int:
    """Tell how many slips a word may hold: a short one would become every other one."""
    if len(word) < SHORTEST_WITH_A_SLIP:
        return 0
    return 2 if len(word) >= SHORTEST_WITH_TWO_SLIPS else 1


def slips_between(first: str, second: str, most: int) -> int | None:
    """Count the letters left out, put in, mistaken or swapped with the next; None beyond ``most``.

    Each letter takes part in one slip (optimal string alignment).

    >>> slips_between("matrix", "martix", 1), slips_between("matrix", "mtrx", 1)
    (1, None)
    """
    if abs(len(first) - len(second)) > most:
        return None
    found = OSA.distance(first, second, score_cutoff=most)
    return found if found <= most else None
