"""Pictures and sound as FLV and RTMP carry them: the old tags and those of enhanced RTMP v2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.ingest.formats import (
    LENGTH_BYTES,
    aac_format,
    av1_format,
    avc_format,
    format_within,
    hevc_format,
    opus_format,
    opus_head,
    read_nals,
)
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioCodec,
    AudioFormat,
    MediaRefused,
    Sample,
    VideoCodec,
    VideoFormat,
)

TICKS_PER_MS: Final = CLOCK_HZ // 1000
NS_PER_MS: Final = 1_000_000
EXTENDED_VIDEO: Final = 0x80
KEY_FRAME, INTER_FRAME, COMMAND_FRAME = 1, 2, 5
OLD_AVC: Final = 7
OLD_AAC, EXTENDED_AUDIO = 10, 9
# The rest of the byte says 44 kHz, 16 bit and stereo for every AAC (E.4.2.1).
OLD_AAC_HEAD: Final = 0xAF
# Kinds of packets, of which the old tags have the first three (Enhanced RTMP v2, ExVideoTagHeader).
START, FRAMES, END, FRAMES_X, METADATA, AUDIO_MULTITRACK, VIDEO_MULTITRACK, MOD_EX = (
    *(0, 1, 2, 3, 4, 5, 6, 7),
)
ONE_TRACK, MANY_CODECS = 0, 2
TIMESTAMP_OFFSET: Final = 0
DEFAULT_TRACK: Final = 0
VIDEO_CODECS: Final[dict[bytes, VideoCodec]] = {b"avc1": "h264", b"hvc1": "hevc", b"av01": "av1"}
AUDIO_CODECS: Final[dict[bytes, AudioCodec]] = {b"mp4a": "aac", b"Opus": "opus"}
TEMPORAL_DELIMITER: Final = b"\x12\x00"
WRAP_MS: Final = 1 << 32

Heard = VideoFormat | AudioFormat | Sample


@dataclass(frozen=True, slots=True)
class VideoTag:
    """A packet of pictures; one without a codec carries nothing to show."""

    codec: VideoCodec | None
    kind: int
    frame_kind: int = INTER_FRAME
    composition_ms: int = 0
    offset_ns: int = 0
    body: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> VideoTag:
        """Read the content of a video message."""
        reader = _TagReader(data)
        head = reader.u8()
        frame_kind = head >> 4 & 7
        if not head & EXTENDED_VIDEO:
            return cls._parse_old(reader, head & 0x0F, frame_kind)
        kind, offset_ns = reader.skip_extensions(head & 0x0F)
        if frame_kind == COMMAND_FRAME and kind != METADATA:
            return cls(None, kind, frame_kind)
        body = reader
        if kind == VIDEO_MULTITRACK:
            kind, fourcc, body = reader.first_track()
        else:
            fourcc = reader.take(4)
        if body is None:
            return cls(None, kind, frame_kind)
        codec = VIDEO_CODECS.get(fourcc)
        if codec is None:
            raise MediaRefused(f"Video in {_name(fourcc)} is not taken; set H.264, HEVC or AV1.")
        has_composition = kind == FRAMES and codec != "av1"
        composition_ms = body.s24() if has_composition else 0
        return cls(codec, kind, frame_kind, composition_ms, offset_ns, body.rest())

    @classmethod
    def _parse_old(cls, reader: _TagReader, codec: int, frame_kind: int) -> VideoTag:
        if frame_kind == COMMAND_FRAME:
            return cls(None, METADATA, frame_kind)
        if codec != OLD_AVC:
            raise MediaRefused(f"Video of FLV's kind {codec} is not taken; set H.264.")
        kind = reader.u8()
        return cls("h264", kind, frame_kind, reader.s24(), 0, reader.rest())

    def __bytes__(self) -> bytes:
        """Write the tag as most servers take it: H.264 as ever, the others as v1 has them."""
        composition = (self.composition_ms & 0xFFFFFF).to_bytes(3)
        if self.codec == "h264":
            return bytes([self.frame_kind << 4 | OLD_AVC, self.kind]) + composition + self.body
        fourcc = next(code for code, codec in VIDEO_CODECS.items() if codec == self.codec)
        head = bytes([EXTENDED_VIDEO | self.frame_kind << 4 | self.kind]) + fourcc
        has_composition = self.kind == FRAMES and self.codec == "hevc"
        return head + (composition if has_composition else b"") + self.body


@dataclass(frozen=True, slots=True)
class AudioTag:
    """A packet of sound; one without a codec carries nothing to hear."""

    codec: AudioCodec | None
    kind: int
    offset_ns: int = 0
    body: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> AudioTag:
        """Read the content of an audio message."""
        reader = _TagReader(data)
        head = reader.u8()
        if head >> 4 == OLD_AAC:
            return cls("aac", reader.u8(), 0, reader.rest())
        if head >> 4 != EXTENDED_AUDIO:
            raise MediaRefused(f"Sound of FLV's kind {head >> 4} is not taken; set AAC or Opus.")
        kind, offset_ns = reader.skip_extensions(head & 0x0F)
        body = reader
        if kind == AUDIO_MULTITRACK:
            kind, fourcc, body = reader.first_track()
        else:
            fourcc = reader.take(4)
        if body is None:
            return cls(None, kind)
        codec = AUDIO_CODECS.get(fourcc)
        if codec is None:
            raise MediaRefused(f"Sound in {_name(fourcc)} is not taken; set AAC or Opus.")
        return cls(codec, kind, offset_ns, body.rest())

    def __bytes__(self) -> bytes:
        """Write the tag as most servers take it: AAC as ever, Opus as v2 has it."""
        if self.codec == "aac":
            return bytes([OLD_AAC_HEAD, self.kind]) + self.body
        return bytes([EXTENDED_AUDIO << 4 | self.kind]) + b"Opus" + self.body


class _TagReader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def take(self, count: int) -> bytes:
        taken = self._data[self._position : self._position + count]
        if len(taken) < count:
            raise MediaRefused("The encoder sends a packet of media that breaks off.")
        self._position += count
        return taken

    def u8(self) -> int:
        return self.take(1)[0]

    def s24(self) -> int:
        number = int.from_bytes(self.take(3))
        return number - (1 << 24) if number >> 23 else number

    def rest(self) -> bytes:
        return self._data[self._position :]

    def skip_extensions(self, kind: int) -> tuple[int, int]:
        """Go past what modifies a packet, but for the nanoseconds that its time lacks."""
        offset_ns = 0
        while kind == MOD_EX:
            size = self.u8() + 1
            if size == 1 << 8:
                size = int.from_bytes(self.take(2)) + 1
            content, head = self.take(size), self.u8()
            if head >> 4 == TIMESTAMP_OFFSET:
                offset_ns = int.from_bytes(content[:3])
            kind = head & 0x0F
        return kind, offset_ns

    def first_track(self) -> tuple[int, bytes, _TagReader | None]:
        """Find the default track among many: its kind, its codec, and where it lies if it does."""
        head = self.u8()
        layout, kind = head >> 4, head & 0x0F
        fourcc = b"" if layout == MANY_CODECS else self.take(4)
        while self._position < len(self._data):
            if layout == MANY_CODECS:
                fourcc = self.take(4)
            track = self.u8()
            body = self.rest() if layout == ONE_TRACK else self.take(int.from_bytes(self.take(3)))
            if track == DEFAULT_TRACK:
                return kind, fourcc, _TagReader(body)
            if layout == ONE_TRACK:
                break
        return kind, fourcc, None


def _name(fourcc: bytes) -> str:
    return repr(fourcc.decode("latin-1"))


class FlvTracks:
    """Turns the packets of a stream into formats and samples; a format is said when it changes."""

    def __init__(self) -> None:
        self._time_ms: int | None = None
        self._video: VideoFormat | None = None
        # What was announced last, which pictures may have left since.
        self._announced: VideoFormat | None = None
        self._is_announced_again = False
        self._audio: AudioFormat | None = None
        self._length_bytes = LENGTH_BYTES

    def read_video(self, data: bytes, timestamp_ms: int) -> Heard | None:
        """Read a video message."""
        if not data:
            return None
        tag = VideoTag.parse(data)
        if tag.codec is None or tag.kind in {END, METADATA}:
            return None
        if tag.kind == START:
            return self._start_video(tag.codec, tag.body)
        if tag.kind not in {FRAMES, FRAMES_X}:
            raise MediaRefused(f"The encoder sends video packets of the kind {tag.kind}.")
        if self._video is None or self._video.codec != tag.codec:
            # An encoder that was told to begin with a key frame may still send what came before.
            return None
        if not tag.body:
            return None
        payload, is_keyframe = self._read_picture(tag)
        ticks = self._ticks(timestamp_ms, tag.offset_ns)
        shown = ticks + tag.composition_ms * TICKS_PER_MS
        return Sample("video", ticks, shown, is_keyframe, payload)

    def _start_video(self, codec: VideoCodec, body: bytes) -> VideoFormat | None:
        read = {"h264": avc_format, "hevc": hevc_format, "av1": av1_format}[codec]
        found = read(body)
        if codec != "av1":
            self._length_bytes = (body[4 if codec == "h264" else 21] & 3) + 1
        if found == self._announced and found != self._video:
            # Some encoders repeat what they said at first, whatever has become of it.
            self._is_announced_again = True
            return None
        self._announced = found
        if found == self._video:
            return None
        self._video = found
        return found

    def renew(self, data: bytes) -> VideoFormat | None:
        """Tell how the pictures are coded from a video message on that was not announced."""
        before = self._video
        if before is None or not data or data[0] >> 4 & 7 != KEY_FRAME:
            return None
        tag = VideoTag.parse(data)
        if tag.codec != before.codec or tag.kind not in {FRAMES, FRAMES_X} or not tag.body:
            return None
        payload, is_keyframe = self._read_picture(tag)
        if not is_keyframe:
            return None
        found = format_within(before, payload)
        if found is None and self._is_announced_again:
            found = self._announced
        self._is_announced_again = False
        if found is None or (found.width, found.height) == (before.width, before.height):
            return None
        self._video = found
        return found

    def _read_picture(self, tag: VideoTag) -> tuple[bytes, bool]:
        if tag.codec == "av1" or tag.codec is None:
            return tag.body.removeprefix(TEMPORAL_DELIMITER), tag.frame_kind == KEY_FRAME
        return read_nals(tag.codec, tag.body, self._length_bytes)

    def read_audio(self, data: bytes, timestamp_ms: int) -> Heard | None:
        """Read an audio message."""
        if not data:
            return None
        tag = AudioTag.parse(data)
        if tag.codec is None:
            return None
        if tag.kind == START:
            found = aac_format(tag.body) if tag.codec == "aac" else opus_format(tag.body)
            if found == self._audio:
                return None
            self._audio = found
            return found
        if tag.kind != FRAMES or self._audio is None or not tag.body:
            return None
        ticks = self._ticks(timestamp_ms, tag.offset_ns)
        return Sample("audio", ticks, ticks, is_keyframe=True, payload=tag.body)

    def _ticks(self, timestamp_ms: int, offset_ns: int) -> int:
        """Take the turns off the clock of 32 bits of both tracks, which may run backwards."""
        before = timestamp_ms if self._time_ms is None else self._time_ms
        half = WRAP_MS // 2
        self._time_ms = before + (timestamp_ms - before + half) % WRAP_MS - half
        return self._time_ms * TICKS_PER_MS + offset_ns * TICKS_PER_MS // NS_PER_MS


# --- the other way --------------------------------------------------------------------------------


def write_format(media: VideoFormat | AudioFormat) -> bytes:
    """Write the message that announces a format."""
    if isinstance(media, VideoFormat):
        return bytes(VideoTag(media.codec, START, KEY_FRAME, body=media.configuration))
    head = media.configuration if media.codec == "aac" else opus_head(media.configuration)
    return bytes(AudioTag(media.codec, START, body=head))


def write_sample(media: VideoFormat | AudioFormat, sample: Sample) -> bytes:
    """Write the message of a sample of a format; its time is the message's own."""
    if isinstance(media, AudioFormat):
        return bytes(AudioTag(media.codec, FRAMES, body=sample.payload))
    frame_kind = KEY_FRAME if sample.is_keyframe else INTER_FRAME
    composition_ms = sample.present_ticks // TICKS_PER_MS - sample.decode_ticks // TICKS_PER_MS
    return bytes(VideoTag(media.codec, FRAMES, frame_kind, composition_ms, body=sample.payload))
