"""`settings/get`: every setting in force, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ctxbudget_protocol.methods.settings.get import EffectiveSetting, GetResult, SettingsFile, SettingsProblem
from ctxbudget_protocol.words import Origin
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.settings import Settings, leaves
from ctxbudget_server.account.transactions import reading
from ctxbudget_server.settings.access import SHARED_STORE, is_shared
from ctxbudget_server.settings.names import PRICES, editor_defaults
from ctxbudget_server.settings.source import FileSettings, Source

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.settings.get import GetParams


def get(request: Request, params: GetParams) -> GetResult:
    """The settings of a session with their origins, the files, and what is wrong in them."""
    with reading(request, params.session_id) as snapshot:
        session = snapshot.session
        settings = request.settings_of(session)
    found = (
        *_of_account(settings),
        *_of_access(request),
        *_of_editors(settings.files),
        *_of_prices(settings.files),
    )
    problems = (*settings.files.problems, *settings.left_out)
    return GetResult(
        session_id=session.id,
        revision=session.revision,
        settings=[each for each in found if params.only is None or _is_named(each.name, params.only)],
        files=list(_files(settings.files)),
        problems=[
            SettingsProblem(file=each.file, line=each.line, setting=each.setting, message=each.message)
            for each in problems
        ],
    )


def _is_named(name: str, wanted: Sequence[str]) -> bool:
    return name in wanted or name.partition(".")[0] in wanted


class _Layer(NamedTuple):
    origin: Origin
    values: Mapping[str, Any]
    source: Source | None = None


def _of_account(settings: Settings) -> Iterator[EffectiveSetting]:
    left_out = {each.setting for each in settings.left_out}
    layers = [
        _Layer("session", settings.own),
        *(
            layer._replace(values={name: value for name, value in layer.values.items() if name not in left_out})
            for layer in _of_files(settings.files)
        ),
        _Layer("host", settings.host),
    ]
    for path, value in leaves(settings.values):
        if path == ("contextWindow",) and settings.window_source == "model":
            yield EffectiveSetting(
                name="contextWindow", value=value, origin="model", file=None, line=None, note=_assumed(settings)
            )
        else:
            yield _effective(path, value, layers)


def _assumed(settings: Settings) -> str:
    from ctxbudget_server.tokens.windows import CHECKED, known_window

    known = known_window(settings.model or "")
    family = known.family if known else settings.model
    return f"assumed for {family} ({CHECKED}): set contextWindow if it is another"


def _of_files(files: FileSettings) -> list[_Layer]:
    named: tuple[tuple[Origin, Source | None], ...] = (("user", files.user), ("project", files.project))
    return [_Layer(origin, source.values, source) for origin, source in named if source]


def _effective(path: tuple[str, ...], value: Any, layers: list[_Layer], note: str | None = None) -> EffectiveSetting:
    layer = next((layer for layer in layers if _has(layer.values, path)), _Layer("default", {}))
    lines = layer.source.lines if layer.source else {}
    known = (lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines)
    return EffectiveSetting(
        name=".".join(path),
        value=value,
        origin=layer.origin,
        file=layer.source.path if layer.source else None,
        line=next(known, None),
        note=note,
    )


def _has(values: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    place: Any = values
    for name in path:
        if not isinstance(place, Mapping) or name not in place:
            return False
        place = place[name]
    return True


def _of_access(request: Request) -> Iterator[EffectiveSetting]:
    for name, (value, origin) in request.access().items():
        layers = [layer for layer in _of_files(request.files) if layer.origin == "user"] if origin == "user" else []
        note = SHARED_STORE if name == "store" and origin == "user" and is_shared(value) else None
        yield _effective((name,), value, layers or [_Layer(origin, {name: value})], note)


def _of_editors(files: FileSettings) -> Iterator[EffectiveSetting]:
    layers = _of_files(files)
    for name, default in editor_defaults().items():
        value = next((layer.values[name] for layer in layers if name in layer.values), default)
        yield _effective((name,), value, layers)


def _of_prices(files: FileSettings) -> Iterator[EffectiveSetting]:
    """Each price with its currency; a file's currency applies only to the prices in that file."""
    layers = [layer for layer in _of_files(files) if PRICES in layer.values]
    for name in dict.fromkeys(name for layer in layers for name in layer.values[PRICES] if name != "currency"):
        table = next(layer.values[PRICES] for layer in layers if name in layer.values[PRICES])
        yield _effective((PRICES, name), {"currency": table["currency"], **table[name]}, layers)


def _files(files: FileSettings) -> Iterator[SettingsFile]:
    for number, (path, stamp) in enumerate(files.stamps):
        whose: Literal["user", "project"] = "user" if number == 0 else "project"
        source = files.user if number == 0 else files.project
        used = bool(source and source.path == path and source.values)
        yield SettingsFile(path=path, whose=whose, exists=bool(stamp.kind), used=used)
