"""The media that tests of the media kit share."""

import pytest

from streamverse.mediakit.ffmpeg import Tools
from tests.factories.media import MediaFactory


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> MediaFactory:
    """Make media on demand, once for all tests."""
    return MediaFactory.in_folder(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="session")
def tools(media: MediaFactory) -> Tools:
    """Give the bundled ffmpeg and ffprobe."""
    return media.tools
