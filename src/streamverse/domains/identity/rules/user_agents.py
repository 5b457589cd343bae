"""What a browser or app says it is, in words that people know their devices by."""

from __future__ import annotations

from dataclasses import dataclass

LENGTH_LIMIT = 512
NAME_LIMIT = 100

# Browsers name those that they are like, so that the more special ones come first.
_BROWSERS = (
    ("StreamVerse", "StreamVerse"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("okhttp/", "an Android app"),
    ("CFNetwork/", "an Apple app"),
    ("python-httpx/", "a Python program"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("Tizen", "Tizen", "tv"),
    ("Web0S", "webOS", "tv"),
    ("AppleTV", "tvOS", "tv"),
    ("Roku", "Roku", "tv"),
    ("Android TV", "Android TV", "tv"),
    ("iPad", "iPadOS", "tablet"),
    ("iPhone", "iOS", "phone"),
    ("Android", "Android", "phone"),
    ("Windows", "Windows", "desktop"),
    ("CrOS", "ChromeOS", "desktop"),
    ("Macintosh", "macOS", "desktop"),
    ("Linux", "Linux", "desktop"),
)


@dataclass(frozen=True, slots=True)
class Software:
    """What runs on a device; a part that is not known is empty."""

    browser: str = ""
    os: str = ""
    kind: str = "unknown"

    @property
    def name(self) -> str:
        """Name the device as a list of devices does."""
        return " on ".join(part for part in (self.browser, self.os) if part) or "Unknown device"


def read_user_agent(text: str) -> Software:
    """Read a ``User-Agent``; what it says is shown to people and never relied on."""
    text = text[:LENGTH_LIMIT]
    browser = next((name for mark, name in _BROWSERS if mark in text), "")
    system = next(((name, kind) for mark, name, kind in _SYSTEMS if mark in text), None)
    if system is None:
        return Software(browser)
    # Phones say that they are mobile; tablets with Android only leave it out.
    is_tablet = system[0] == "Android" and "Mobile" not in text
    return Software(browser, system[0], "tablet" if is_tablet else system[1])


def clean_device_name(name: str) -> str:
    """Give the name that somebody chose for a device, as far as it can be shown."""
    return "".join(letter for letter in name if letter.isprintable()).strip()[:NAME_LIMIT]
