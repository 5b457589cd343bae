"""The avatars to choose from: faces drawn from their number alone, as SVG."""

from __future__ import annotations

PRESETS = 24

_HUES = 8
_EYES = (
    '<circle cx="{x}" cy="54" r="5"/>',
    '<rect x="{x}" y="48" width="5" height="13" rx="2.5" transform="translate(-2.5)"/>',
    '<path d="M{x} 56m-6 0a6 6 0 0 1 12 0" fill="none" stroke="#1b1b29" stroke-width="4"/>',
)
_MOUTHS = (
    '<path d="M50 74q14 14 28 0" fill="none" stroke="#1b1b29" stroke-width="4"/>',
    '<path d="M50 73h28a14 14 0 0 1-28 0z"/>',
    '<circle cx="64" cy="77" r="6"/>',
    '<path d="M54 77h20" fill="none" stroke="#1b1b29" stroke-width="4"/>',
)
_SHAPES = (
    '<circle cx="64" cy="64" r="42"',
    '<rect x="24" y="24" width="80" height="80" rx="26"',
    '<path d="M64 18c32 0 46 20 46 46s-18 46-46 46-46-20-46-46 14-46 46-46z"',
)


def draw_preset(number: int) -> str:
    """Draw the avatar of a number from 1 to ``PRESETS``; no two of them are alike.

    Colour and head together tell any two apart; eyes and mouths make them friends.
    """
    index = number - 1
    hue, shape = index % _HUES * 360 // _HUES, _SHAPES[index // _HUES]
    eyes = _EYES[(index + index // _HUES) % len(_EYES)]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128">'
        f'<rect width="128" height="128" fill="hsl({hue},62%,42%)"/>'
        f'{shape} fill="hsl({(hue + 40) % 360},85%,76%)"/>'
        f'<g fill="#1b1b29" stroke-linecap="round">{eyes.format(x=49)}{eyes.format(x=79)}'
        f"{_MOUTHS[index % len(_MOUTHS)]}</g></svg>"
    )


def free_preset(taken: set[int]) -> int:
    """Choose an avatar that nobody of the family has."""
    return next(number for number in range(1, PRESETS + 1) if number not in taken)
