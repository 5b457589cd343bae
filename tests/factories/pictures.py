"""Pictures for tests: blue to the left, red to the right, in the formats that people send."""

from __future__ import annotations

import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from streamverse.mediakit.ffmpeg import Tools, find_tools

_TURN_RIGHT = 6


@dataclass(frozen=True, slots=True)
class PictureFactory:
    """Makes pictures in a folder."""

    folder: Path
    tools: Tools

    @classmethod
    def in_folder(cls, folder: Path) -> PictureFactory:
        """Make pictures with the bundled ffmpeg."""
        return cls(folder, find_tools())

    def make(self, name: str, size: str = "200x100") -> bytes:
        """Make a still picture."""
        halves = f"color=c=red:s={size},drawbox=w=iw/2:h=ih:t=fill:color=blue"
        path = self.folder / f"{size}-{name}"
        self._run("-f", "lavfi", "-i", halves, "-frames:v", "1", str(path))
        return path.read_bytes()

    def make_moving(self) -> bytes:
        """Make a WebP that moves."""
        path = self.folder / "moving.webp"
        film = ("-f", "lavfi", "-i", "testsrc=s=64x64:d=1:r=5")
        self._run(*film, "-c:v", "libwebp_anim", str(path))
        return path.read_bytes()

    def make_from_camera(self) -> bytes:
        """Make a JPEG that a camera took lying on its side, and that says where."""
        picture = self.make("film.jpg")
        tag = struct.pack(">HHIHH", 0x112, 3, 1, _TURN_RIGHT, 0)
        place = struct.pack(">HHI4s", 0x10E, 2, 4, b"Ulm\0")
        tiff = b"MM\0*\0\0\0\x08" + struct.pack(">H", 2) + place + tag + bytes(4)
        exif = b"Exif\0\0" + tiff
        segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
        return picture[:2] + segment + picture[2:]

    def corners(self, picture: bytes) -> list[str]:
        """Name the colours of a picture's four corners, row by row."""
        path = self.folder / "shown.webp"
        path.write_bytes(picture)
        raw = self._run(
            *("-i", str(path), "-vf", "format=rgb24,scale=2:2:flags=area", "-f", "rawvideo", "-")
        )
        pixels = [raw[at : at + 3] for at in range(0, len(raw), 3)]
        return ["red" if red > blue else "blue" for red, _, blue in pixels]

    def size(self, picture: bytes) -> int:
        """Count the pixels of a picture."""
        path = self.folder / "shown.webp"
        path.write_bytes(picture)
        return len(self._run("-i", str(path), "-vf", "format=gray", "-f", "rawvideo", "-"))

    def _run(self, *arguments: str) -> bytes:
        command = [str(self.tools.ffmpeg), "-v", "error", "-nostdin", "-y", *arguments]
        return subprocess.run(command, check=True, capture_output=True, timeout=240).stdout
