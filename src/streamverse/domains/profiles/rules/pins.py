"""What a PIN may be, and the pauses between guesses."""

from __future__ import annotations

from datetime import timedelta

from streamverse.kit.errors import FieldProblem, Invalid

PIN_MINIMUM, PIN_LIMIT = 4, 8
FREE_TRIES = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)


def check_pin(pin: str) -> None:
    """Raise Invalid unless this can be a PIN."""
    is_number = pin.isascii() and pin.isdigit()
    if not is_number or not PIN_MINIMUM <= len(pin) <= PIN_LIMIT:
        sentence = f"Choose a PIN of {PIN_MINIMUM} to {PIN_LIMIT} digits."
        raise Invalid(sentence, fields=(FieldProblem("pin", sentence),))


def pause_after(failures: int) -> timedelta:
    """Tell how long to wait after so many wrong PINs in a row; only a right one ends the row.

    At the longest pause the ten thousand PINs of four digits take more than a year.
    """
    if failures < FREE_TRIES:
        return timedelta()
    # The exponent is bounded because no timedelta is long enough for a stubborn guesser's.
    return min(FIRST_PAUSE * 2 ** min(failures - FREE_TRIES, 20), LONGEST_PAUSE)
