"""Recorded sessions in every shape: legal wherever they are cut off, at several limits.

A sample, unless `CTXBUDGET_EVERY_PREFIX` is set: then each prefix that ends with the user.
"""

from __future__ import annotations

import os
import tarfile

import pytest
from fit_converted import CONVERTERS, converted
from fit_legal import faults
from test_fit_properties import fitted, limit_of
from transcripts.test_transcripts_kit import PACKS

from ctxbudget_server.transcripts.detection import read_transcript

pytestmark = pytest.mark.skipif(not PACKS, reason="the evaluation kit is not here")
STRIDE = 1 if os.environ.get("CTXBUDGET_EVERY_PREFIX") else 150


@pytest.mark.parametrize("form", CONVERTERS)
def test_every_prefix_is_legal_in_every_shape(form: str) -> None:
    for pack in PACKS:
        with tarfile.open(pack) as tar:
            for name in sorted(name for name in tar.getnames() if name.endswith(".jsonl")):
                member = tar.extractfile(name)
                assert member is not None
                for segment in read_transcript(member.read().decode("utf-8", "replace")).segments:
                    messages = segment.messages
                    ends = [end for end, message in enumerate(messages, 1) if message["role"] == "user"]
                    for end in ends[STRIDE // 2 :: STRIDE]:
                        array = converted(form, messages[:end])
                        assert not faults(form, array), "the conversion makes legal arrays"
                        for share in (0.1, 0.3, 0.6):
                            assert not faults(form, fitted(form, array, limit_of(array, share)).messages)
