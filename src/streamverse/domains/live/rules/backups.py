"""Which of the two encoders of a stream is on air: the main one, or its backup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from streamverse.domains.live.contracts import Comeback, Encoder

# Who has sent no picture for so long is passed over.
STALLED_S: Final = 3.0
# Who was gone is trusted again after so long without a gap.
STEADY_S: Final = 10.0
GAP_S: Final = 1.0


@dataclass(slots=True)
class Pace:
    """When an encoder has sent, and since when without a gap."""

    last_s: float
    steady_since_s: float

    def note(self, now_s: float) -> None:
        """Take a picture that has come."""
        if now_s - self.last_s > GAP_S:
            self.steady_since_s = now_s
        self.last_s = now_s


def is_stalled(pace: Pace, now_s: float) -> bool:
    """Tell whether an encoder counts as away although its connection is there."""
    return now_s - pace.last_s >= STALLED_S


def may_go_on_air(
    encoder: Encoder, own: Pace, other: Pace | None, comeback: Comeback, now_s: float
) -> bool:
    """Decide at a keyframe whether an encoder takes over from the one on air, if one is."""
    if other is None or is_stalled(other, now_s):
        return True
    is_wanted = encoder is Encoder.MAIN and comeback is Comeback.TAKE_BACK
    return is_wanted and now_s - own.steady_since_s >= STEADY_S
