"""The length of a sound or a film, read from its file: WAV, MP3, Ogg, FLAC, and MP4 with its relatives."""

from __future__ import annotations

import struct

MAX_SECONDS = 24 * 3600
"""Above it a length is taken for a mistake."""
_MP3_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MP3_LOW_RATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
"""Kilobits a second by the index in a frame of layer III, of MPEG 1 and of its later, slower versions."""


def seconds_of(data: bytes) -> float | None:
    """The length; None for another format, or where the file does not tell it."""
    try:
        seconds = _seconds(data)
    except (struct.error, IndexError, ZeroDivisionError):
        return None
    return seconds if seconds is not None and 0 < seconds <= MAX_SECONDS else None


def _seconds(data: bytes) -> float | None:
    if data.startswith(b"RIFF") and data[8:12] == b"WAVE":
        return _wav(data)
    if data.startswith(b"fLaC"):
        bits = int.from_bytes(data[18:26], "big")
        return (bits & (1 << 36) - 1) / (bits >> 44)
    if data.startswith(b"OggS"):
        return _ogg(data)
    if data[4:8] == b"ftyp":
        return _mp4(data)
    return _mp3(data)


def _wav(data: bytes) -> float | None:
    at, rate = 12, 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if name == b"fmt ":
            (rate,) = struct.unpack_from("<I", data, at + 16)
        elif name == b"data":
            return float(min(size, len(data) - at - 8) / rate)  # a stream's header may promise more than there is
        at += 8 + size + size % 2
    return None


def _ogg(data: bytes) -> float | None:
    last = data.rfind(b"OggS")
    (samples,) = struct.unpack_from("<q", data, last + 6)
    vorbis = data.find(b"\x01vorbis", 0, 512)
    rate = struct.unpack_from("<I", data, vorbis + 12)[0] if vorbis >= 0 else 48_000
    return float(samples / rate)


def _mp4(data: bytes) -> float | None:
    at = data.find(b"mvhd")
    if at < 0:
        return None
    is_long = data[at + 4] == 1
    scale, length = struct.unpack_from(">IQ" if is_long else ">II", data, at + (24 if is_long else 16))
    return float(length / scale)


def _mp3(data: bytes) -> float | None:
    at = 0
    if data.startswith(b"ID3"):
        at = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    head = int.from_bytes(data[at : at + 4], "big")
    if head >> 21 != 0x7FF or head >> 17 & 3 != 1:  # a frame of layer III
        return None
    index = head >> 12 & 0xF
    rate = (_MP3_RATES if head >> 19 & 3 == 3 else _MP3_LOW_RATES)[index]
    return (len(data) - at) * 8 / (rate * 1000)
