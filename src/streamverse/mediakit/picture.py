"""Filters that make any source picture an upright, progressive picture of a given size."""

from streamverse.mediakit.ladder import DynamicRange, Rung
from streamverse.mediakit.probe import VideoFacts

_RGB_FORMATS = ("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8", "x2rgb")
TRANSFERS = {DynamicRange.PQ: "smpte2084", DynamicRange.HLG: "arib-std-b67"}


def normalise(video: VideoFacts) -> list[str]:
    """Undo what a source does to its pictures, at its own size and rate."""
    return ["bwdif=mode=send_frame:deint=interlaced"] if video.is_interlaced else []


def tone_map(video: VideoFacts, width: int, height: int) -> list[str]:
    """Bring a picture of high dynamic range to what every screen shows, and to a size."""
    return map_tones(video.color_transfer or "", width, height) if video.is_hdr else []


def map_tones(transfer: str, width: int, height: int) -> list[str]:
    """Bring pictures whose brightness is coded by PQ or HLG to what every screen shows."""
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
    matrix = ":out_color_matrix=bt709" if is_rgb(video) else ""
    return [f"scale={width}:{height}:out_range=tv{matrix}", "setsar=1", "format=yuv420p"]


def fit(video: VideoFacts, rung: Rung) -> list[str]:
    """Scale to what a rung holds, deep and bright pictures with the colours of BT.2020."""
    pixel_format = "yuv420p10le" if rung.bit_depth > 8 else "yuv420p"  # noqa: PLR2004
    if not rung.dynamic_range.is_high:
        *steps, _ = scale(video, rung.width, rung.height)
        return [*steps, f"format={pixel_format}"]
    transfer = TRANSFERS[rung.dynamic_range]
    return [
        f"scale={rung.width}:{rung.height}:out_range=tv:out_color_matrix=bt2020",
        *("setsar=1", f"format={pixel_format}"),
        f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc",
    ]


def shrink(rung: Rung) -> list[str]:
    """Scale what fits a larger rung of the same looks."""
    return [f"scale={rung.width}:{rung.height}", "setsar=1"]


def is_rgb(video: VideoFacts) -> bool:
    """Tell whether a source holds red, green and blue rather than brightness and colours."""
    return video.pixel_format.startswith(_RGB_FORMATS)
