"""Six clips that differ as films do, cut from the demo film or drawn, each seconds long."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.figures import CannotMeasure
from benchmarks.films import run_ffmpeg
from streamverse.app.demo import FILM

FONT = Path("node_modules/@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2")
TEXT = Path("docs/develop/architecture.md")

# Each takes the seconds, the width and the height of the clip.
_FILM = ("-stream_loop", "1", "-i", "{film}", "-vf", "scale={width}:{height}")
_SPORT = (
    *("-stream_loop", "1", "-ss", "8", "-i", "{film}", "-vf"),
    (
        "scale=iw*3/2:-2,crop=iw*2/3:ih*2/3:x='iw/6*(1+0.98*sin(1.9*t))':"
        "y='ih/6*(1+0.98*sin(2.5*t+1))',scale={width}:{height},noise=alls=4:allf=t"
    ),
)
_DARK = (
    *("-stream_loop", "1", "-ss", "10", "-i", "{film}", "-vf"),
    (
        "scale={width}:{height},eq=brightness=-0.18:contrast=0.55:saturation=0.7,"
        "noise=alls=3:allf=t,fade=t=out:st=5:d=1:enable='lt(t,6)',"
        "fade=t=in:st=6:d=1:enable='gte(t,6)'"
    ),
)
_SLIDES = (
    *("-ss", "3", "-i", "{film}", "-ss", "13", "-i", "{film}", "-ss", "26", "-i", "{film}"),
    "-filter_complex",
    (
        "[0]trim=end_frame=1,zoompan=z='1+0.0008*on':{still}[a];"
        "[1]trim=end_frame=1,zoompan=z='1.15-0.0008*on':{still}[b];"
        "[2]trim=end_frame=1,zoompan=z='1+0.0008*on':{still}[c];[a][b][c]concat=n=3"
    ),
)
_CARTOON = (
    *("-f", "lavfi", "-i", "color=0x8ecae6:s=1920x1080:r=24"),
    *("-f", "lavfi", "-i"),
    (
        "color=0xffb703:s=360x360:r=12,format=rgba,"
        "geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*lte(hypot(X-180,Y-180),176)',"
        "drawbox=x=90:y=110:w=50:h=70:color=black:t=fill,"
        "drawbox=x=220:y=110:w=50:h=70:color=black:t=fill,"
        "drawbox=x=110:y=250:w=140:h=24:color=0xd00000:t=fill"
    ),
    *("-f", "lavfi", "-i", "color=0x588157:s=1920x320:r=24"),
    *("-f", "lavfi", "-i", "color=0xbc6c25:s=260x420:r=12"),
    "-filter_complex",
    (
        "[0][2]overlay=0:760,drawbox=x=0:y=752:w=1920:h=10:color=0x1b4332:t=fill[land];"
        "[land][3]overlay=x='1920-mod(t*220,2300)':y=420:eval=frame[tree];"
        "[tree][1]overlay=x='780+500*sin(t*1.3)':y='420-260*abs(sin(t*4))':eval=frame,"
        "scale={width}:{height}"
    ),
)
_SCREEN = (
    *("-f", "lavfi", "-i", "color=0xfafafa:s=1920x1080:r=30", "-vf"),
    (
        "drawbox=x=0:y=0:w=340:h=1080:color=0x22272e:t=fill,"
        "drawtext=fontfile={font}:textfile={text}:fontsize=28:fontcolor=0x222222:x=380:"
        "y='60-24*floor(t*3)*lt(mod(t,6),4)':line_spacing=10:expansion=none,"
        "drawbox=x='900+400*sin(t)':y='500+200*cos(t*1.7)':w=18:h=26:color=black:t=fill,"
        "scale={width}:{height}"
    ),
)
CLIPS: Mapping[str, tuple[str, ...]] = {
    "film": _FILM,
    "sport": _SPORT,
    "dark film": _DARK,
    "slide show": _SLIDES,
    "cartoon": _CARTOON,
    "screen recording": _SCREEN,
}
# As cameras and editors give films away: far better than anybody will be shown.
_GIVEN_AWAY = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "14", "-g", "60"),
    *("-pix_fmt", "yuv420p", "-an"),
)


def make_clip(bench: Bench, name: str) -> Path:
    """Make one of the clips."""
    for needed in (FILM, FONT, TEXT):
        if not needed.is_file():
            raise CannotMeasure(f"{needed.name} is not there: run npm ci.")
    clip = bench.folder / f"{name.replace(' ', '-')}.mp4"
    seconds, height = bench.scale.clip_seconds, bench.scale.clip_height
    words = {
        "film": FILM,
        "font": FONT,
        "text": TEXT,
        "width": height * 16 // 9 // 2 * 2,
        "height": height,
        "still": f"d={10 * seconds}:s={height * 16 // 9 // 2 * 2}x{height}:fps=30",
    }
    arguments = (part.format_map(words) for part in CLIPS[name])
    run_ffmpeg(*arguments, "-t", str(seconds), *_GIVEN_AWAY, str(clip))
    return clip
