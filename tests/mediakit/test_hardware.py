"""Encoders in hardware: found by trying, chosen with software behind them.

No machine that runs these tests is sure to have any, so the arguments of each are only written
here; the trial itself is run, on software and on a device that is none.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from streamverse.mediakit import hardware, sandbox
from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.frames import FrameRate
from streamverse.mediakit.hardware import SOFTWARE, Accelerator, Encoder
from streamverse.mediakit.ladder import choose_rungs

RENDER = Path("/dev/dri/renderD128")
NVENC = Encoder("h264", "h264_nvenc", Accelerator.NVENC, Path("/dev/nvidia0"))
QSV = Encoder("h264", "h264_qsv", Accelerator.QSV, RENDER)
VAAPI = Encoder("h264", "h264_vaapi", Accelerator.VAAPI, RENDER)
AV1 = Encoder("av1", "av1_vaapi", Accelerator.VAAPI, RENDER)


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    """Give a folder of device nodes that drive nothing."""
    (tmp_path / "dri").mkdir()
    for name in ("dri/renderD128", "dri/card0", "nvidia0", "nvidiactl", "null"):
        (tmp_path / name).touch()
    return tmp_path


def test_device_nodes_hint_at_encoders(devices: Path) -> None:
    found = hardware.candidates(devices)

    assert [(encoder.name, encoder.device) for encoder in found] == [
        *((f"{codec}_nvenc", devices / "nvidia0") for codec in hardware.CODECS),
        *((f"{codec}_qsv", devices / "dri/renderD128") for codec in hardware.CODECS),
        *((f"{codec}_vaapi", devices / "dri/renderD128") for codec in hardware.CODECS),
    ]


async def test_a_machine_without_devices_has_no_hardware(tools: Tools, tmp_path: Path) -> None:
    assert await hardware.detect(tools, tmp_path) == hardware.Hardware((), ())


async def test_a_device_that_encodes_nothing_is_not_offered(tools: Tools, devices: Path) -> None:
    found = await hardware.detect(tools, devices)

    assert found.encoders == ()
    assert len(found.failures) == 9
    assert all(" on " in failure and ": " in failure for failure in found.failures)


@pytest.mark.parametrize("codec", hardware.CODECS)
async def test_the_trial_encodes_a_frame(tools: Tools, codec: str) -> None:
    async with sandbox.run(hardware.trial_command(SOFTWARE[codec], tools)) as process:
        end = await process.wait()

    assert end.code == 0


def test_each_accelerator_gets_its_device_and_its_pictures() -> None:
    assert [hardware.device_arguments(one) for one in (SOFTWARE["h264"], NVENC, QSV, VAAPI)] == [
        [],
        [],
        ["-init_hw_device", f"qsv=hw,child_device={RENDER}"],
        ["-vaapi_device", str(RENDER)],
    ]
    assert [hardware.upload_filters(one) for one in (SOFTWARE["h264"], NVENC, QSV, VAAPI)] == [
        [],
        ["format=nv12"],
        ["format=nv12", "hwupload=extra_hw_frames=64"],
        ["format=nv12", "hwupload"],
    ]


@pytest.mark.parametrize("encoder", [NVENC, QSV, VAAPI], ids=lambda encoder: encoder.name)
def test_every_run_of_pictures_is_closed_and_capped(encoder: Encoder) -> None:
    [rung] = choose_rungs(640, 360, FrameRate.normalise(Fraction(25)))
    arguments = hardware.video_arguments(encoder, rung, 50)
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))

    assert given["-c:v"] == encoder.name
    assert (given["-g"], given["-bf"], given["-flags"]) == ("50", "0", "+cgop+bitexact")
    assert given["-maxrate"] == str(rung.max_bitrate_bps)
    assert given["-bufsize"] == str(rung.buffer_size_bits)


def test_software_is_written_elsewhere() -> None:
    [rung] = choose_rungs(640, 360, FrameRate.normalise(Fraction(25)))
    with pytest.raises(ValueError, match="libx264 is no encoder in hardware"):
        hardware.video_arguments(SOFTWARE["h264"], rung, 50)


def test_only_the_nodes_of_the_device_are_opened(devices: Path) -> None:
    nvidia = Encoder("h264", "h264_nvenc", Accelerator.NVENC, devices / "nvidia0")
    render = Encoder("h264", "h264_vaapi", Accelerator.VAAPI, devices / "dri/renderD128")

    assert hardware.device_nodes(nvidia) == (devices / "nvidia0", devices / "nvidiactl")
    assert hardware.device_nodes(render) == (devices / "dri/renderD128",)
    assert hardware.device_nodes(SOFTWARE["h264"]) == ()
