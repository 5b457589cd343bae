"""How far two words are apart, in slips of the finger."""

from __future__ import annotations

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

    >>> slips_between("matrix", "martix", 1), slips_between("matrix", "mtrx", 1)
    (1, None)
    """
    if abs(len(first) - len(second)) > most:
        return None
    first, second = _without_shared_ends(first, second)
    if most == 1:
        return _at_most_one(first, second)
    found = _distance(first, second)
    return found if found <= most else None


def _without_shared_ends(first: str, second: str) -> tuple[str, str]:
    start, shortest = 0, min(len(first), len(second))
    while start < shortest and first[start] == second[start]:
        start += 1
    end = 0
    while end < shortest - start and first[-1 - end] == second[-1 - end]:
        end += 1
    return first[start : len(first) - end], second[start : len(second) - end]


def _at_most_one(first: str, second: str) -> int | None:
    """Count the slips between two words that begin and end differently."""
    if not first and not second:
        return 0
    if max(len(first), len(second)) == 1:
        return 1
    is_swap = len(first) == len(second) == 2 and first == second[::-1]  # noqa: PLR2004
    return 1 if is_swap else None


def _distance(first: str, second: str) -> int:
    """Count by optimal string alignment: each letter takes part in one slip."""
    before: list[int] = []
    last = list(range(len(second) + 1))
    for row, letter in enumerate(first, 1):
        line = [row]
        for column, other in enumerate(second, 1):
            cost = min(last[column] + 1, line[column - 1] + 1, last[column - 1] + (letter != other))
            is_swap = (
                row > 1 and column > 1 and letter == second[column - 2] and first[row - 2] == other
            )
            line.append(min(cost, before[column - 2] + 1) if is_swap else cost)
        before, last = last, line
    return last[-1]
