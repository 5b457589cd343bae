"""What films say of their brightness is believed only where it can be true."""

from collections.abc import Mapping

import pytest

from streamverse.mediakit.brightness import ContentLight, MasteringDisplay

SCREEN = {
    "red_x": "34000/50000",
    "red_y": "16000/50000",
    "green_x": "13250/50000",
    "green_y": "34500/50000",
    "blue_x": "7500/50000",
    "blue_y": "3000/50000",
    "white_point_x": "15635/50000",
    "white_point_y": "16450/50000",
    "min_luminance": "50/10000",
    "max_luminance": "10000000/10000",
}


def test_a_screen_is_read():
    assert MasteringDisplay.read(SCREEN) == MasteringDisplay(
        red=(34000, 16000),
        green=(13250, 34500),
        blue=(7500, 3000),
        white=(15635, 16450),
        luminance=(10_000_000, 50),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"red_x": "0/1"},
        {"red_x": "3/2"},
        {"blue_y": "1/0"},
        {"white_point_x": "nonsense"},
        {"max_luminance": "1/10000"},
        {"max_luminance": "20000/1"},
        {"min_luminance": "-1/10000"},
    ],
)
def test_what_is_no_screen_is_not_believed(changes: Mapping[str, str]):
    assert MasteringDisplay.read({**SCREEN, **changes}) is None


def test_a_screen_that_says_half_is_not_believed():
    assert MasteringDisplay.read({"red_x": "34000/50000"}) is None


@pytest.mark.parametrize(
    ("most", "average", "light"),
    [
        (1000, 400, ContentLight(1000, 400)),
        (1000, 0, ContentLight(1000, 0)),
        (0, 0, None),
        (400, 1000, None),
        (70_000, 1, None),
        (5, -1, None),
    ],
)
def test_the_light_of_a_film(most: int, average: int, light: ContentLight | None):
    assert ContentLight.read({"max_content": most, "max_average": average}) == light
