"""Filters that make any source picture an upright, progressive, 8-bit picture of a given size."""

from streamverse.mediakit.probe import VideoFacts

_RGB_FORMATS = ("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8", "x2rgb")


def normalise(video: VideoFacts) -> list[str]:
    """Undo what a source does to its pictures, at its own size and rate."""
    return ["bwdif=mode=send_frame:deint=interlaced"] if video.is_interlaced else []


def tone_map(video: VideoFacts, width: int, height: int) -> list[str]:
    """Bring a picture of high dynamic range to what every screen shows, and to a size."""
    if not video.is_hdr:
        return []
    transfer = video.color_transfer
    return [
        f"zscale=w={width}:h={height}:tin={transfer}:min=2020_ncl:pin=2020:t=linear:npl=100",
        "format=gbrpf32le",
        "zscale=p=709",
        "tonemap=hable:desat=0",
        "zscale=t=709:m=709:r=limited",
        "format=yuv420p",
    ]


def scale(video: VideoFacts, width: int, height: int) -> list[str]:
    """Scale to square pixels of 8-bit 4:2:0 in the limited range."""
    is_rgb = video.pixel_format.startswith(_RGB_FORMATS)
    matrix = ":out_color_matrix=bt709" if is_rgb else ""
    return [f"scale={width}:{height}:out_range=tv{matrix}", "setsar=1", "format=yuv420p"]
