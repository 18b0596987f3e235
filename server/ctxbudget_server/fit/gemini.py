"""`contents` of the Gemini API.

Members may be written as the REST API does (`functionCall`) or as the Python SDK does (`function_call`). Calls may have
no ids: responses then follow the calls of their function in order (`pairs`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctxbudget_server.fit.model import Key, Message, Part, Role
from ctxbudget_server.fit.records import BlockForm, block_record
from ctxbudget_server.fit.shape import (
    Content,
    Fault,
    Place,
    Words,
    blocks_of,
    is_text,
    readable,
    result_part,
    role_fault,
    shape_fault,
    string,
    to_json,
)
from ctxbudget_server.fit.unicode import well_formed

_ROLES = ("user", "model", "function")
_CALL = ("functionCall", "function_call")
_RESPONSE = ("functionResponse", "function_response")
_FILE = ("fileData", "file_data")
_INLINE = ("inlineData", "inline_data")
_SERVED = (
    *("executableCode", "executable_code", "codeExecutionResult", "code_execution_result"),
    *("toolCall", "tool_call", "toolResponse", "tool_response"),
)
"""What the provider ran itself."""
_DATA = ("text", *_CALL, *_RESPONSE, *_FILE, *_INLINE, *_SERVED)
"""Of these a part has one."""
_BESIDE = frozenset(
    (
        *("thought", "thoughtSignature", "thought_signature", "videoMetadata", "video_metadata", "partMetadata"),
        *("part_metadata", "mediaResolution", "media_resolution", "mediaProcessing", "media_processing"),
        *("audioTranscription", "audio_transcription", "speechMetadata", "speech_metadata", "documentMetadata"),
        *("document_metadata", "spreadsheetMetadata", "spreadsheet_metadata", "audioMetadata", "audio_metadata"),
    )
)
_KNOWN = _BESIDE | set(_DATA)
_FORM = BlockForm(lambda text: {"text": text}, member="parts", agent="model")


class Gemini:
    """`contents` of the Gemini API."""

    provider = "gemini"
    alternates = True
    grows = False

    def fault(self, message: Message) -> Fault | None:
        """See `Shape`."""
        return (
            shape_fault(message, foreign=("content", "tool_calls", "tool_call_id", "toolCallId"), own="parts")
            or role_fault(message, _ROLES)
            or _parts_fault(message.get("parts"))
        )

    def owns(self, message: Message) -> bool:
        """See `Shape`."""
        return bool(message.get("parts"))

    def role(self, message: Message) -> Role:
        """See `Shape`."""
        if message.get("role") == "model":
            return "assistant"
        parts = blocks_of(message.get("parts"))
        is_result = bool(parts) and all(_named(part, _RESPONSE) for part in parts)
        return "result" if is_result else "user"

    def parts(self, index: int, message: Message) -> list[Part]:
        """See `Shape`."""
        is_persons = self.role(message) == "user"
        return [
            self._part(Key(index, slot), part, is_persons) for slot, part in enumerate(blocks_of(message.get("parts")))
        ]

    @staticmethod
    def _part(key: Key, part: Mapping[str, Any], is_persons: bool) -> Part:
        if is_text(part) and part.get("thought") is not True:
            return Part(key, "text", well_formed(part["text"]))
        if name := _named(part, _CALL):
            call = part[name]
            tool = well_formed(string(call.get("name")))
            arguments = well_formed(to_json(call.get("args") or {}))
            return Part(key, "call", call_id=string(call.get("id")), tool=tool, arguments=arguments)
        if name := _named(part, _RESPONSE):
            answer = part[name]
            found = _said(answer)
            tool = well_formed(string(answer.get("name")))
            failed = _outcome(answer.get("response")) == "error"
            return result_part(key, string(answer.get("id")), found, fixed=not found.is_open, failed=failed, tool=tool)
        refers = _named(part, _FILE) is not None
        return Part(key, "opaque", stays=is_persons and refers, lasting=refers)

    def place(self, message: Message, slot: int) -> Place:
        """See `Shape`."""
        return ("parts", slot, _named(blocks_of(message.get("parts"))[slot], _RESPONSE) or _RESPONSE[0])

    def reduced(self, content: Any, text: str, *, keep: bool) -> Any:
        """See `Shape`. A response is an object."""
        beside = content if keep else {name: value for name, value in content.items() if name != "parts"}
        return {**beside, "response": {_outcome(content.get("response")): text}}

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        """See `Shape`."""
        return block_record(text, words, speakers, _FORM)

    def sent(self, message: Message) -> Message:
        """All of it."""
        return message

    def begins_anew(self, message: Message) -> bool:
        """Never."""
        return False

    def has_unknown(self, message: Message) -> bool:
        """See `Shape`."""
        return any(not part.keys() <= _KNOWN for part in blocks_of(message.get("parts")))


def _named(part: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """The name by which a part has one of these objects."""
    return next((name for name in names if isinstance(part.get(name), dict)), None)


def _outcome(response: Any) -> str:
    """The member of a response with what the function returned: `error` where it says nothing else."""
    return "error" if isinstance(response, dict) and "error" in response and "output" not in response else "output"


def _said(answer: Mapping[str, Any]) -> Content:
    """What a function's response says. Beside a text alone, it is kept as JSON."""
    response, media = answer.get("response"), answer.get("parts")
    outcome = _outcome(response)
    is_open = media is None or (isinstance(media, list) and all(_is_medium(one) for one in media))
    if isinstance(response, dict) and response.keys() == {outcome} and isinstance(response[outcome], str) and not media:
        return Content(well_formed(response[outcome]), response[outcome], False, is_open, False, False)
    kept = {"response": response, "parts": media} if media else response
    alone = response[outcome] if isinstance(response, dict) and response.keys() == {outcome} else response
    is_lasting = isinstance(media, list) and any(isinstance(one, dict) and _named(one, _FILE) for one in media)
    return Content(readable(alone), to_json(kept), True, is_open and not is_lasting, is_lasting, False)


def _is_medium(part: Any) -> bool:
    return isinstance(part, dict) and (_named(part, _INLINE) or _named(part, _FILE)) is not None


def _parts_fault(parts: Any) -> Fault | None:
    if not isinstance(parts, list):
        return Fault(("parts",), "is missing or no list")
    for index, part in enumerate(parts):
        if not isinstance(part, dict):
            return Fault(("parts", index), "is not an object")
        if "type" in part:
            return Fault(("parts", index, "type"), "belongs to messages of another provider's shape")
        if part.get("text") is not None and not is_text(part):
            return Fault(("parts", index, "text"), "is not a text")
        for name in (*_CALL, *_RESPONSE):
            if part.get(name) is None:
                continue
            if not isinstance(part[name], dict):
                return Fault(("parts", index, name), "is not an object")
            if not isinstance(part[name].get("name"), str):
                return Fault(("parts", index, name, "name"), "is missing or no text")
            if name in _RESPONSE and not isinstance(part[name].get("response"), dict):
                return Fault(("parts", index, name, "response"), "is missing or no object")
        if not any(part.get(name) is not None for name in part):
            return Fault(("parts", index), "is empty")
    return None
