"""A session's settings: what each source says, which of them counts, and the figures that follow from them.

The first source that sets a value wins: the session, the user's file, the project's file, the host, the window that is
known of the model, the default. A session keeps only what was set for it, so that a file that changes counts at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from ctxbudget_protocol.limits import MAX_TOKENS
from ctxbudget_protocol.methods.session.open import Config
from ctxbudget_protocol.values import NamedTuple, dataclass, field
from ctxbudget_protocol.words import Policy, Scope, WindowSource
from ctxbudget_server.rules.levels import Thresholds, thresholds
from ctxbudget_server.rules.policy import effective_policy
from ctxbudget_server.rules.shares import floor_share
from ctxbudget_server.settings.source import NO_FILES, FileSettings, Problem, Source

DEFAULTS: dict[str, Any] = Config().wire()
"""The defaults of `session/open`'s `config`, in its wire form."""

OWN, HOST = "own", "host"
"""Members of a stored configuration: what was set for the session, and what its host reports."""

HOST_NAMES: Final = ("contextWindow", "model")
"""What a host can report."""

_HOSTS_WINDOWS: Final = frozenset({200_000, 272_000, 1_000_000, 1_048_576})
"""Windows that adapters of hosts set before reports were kept apart; in old sessions they count as reported."""


_CONTRADICTING: Final = frozenset({"contextWindow", "targetShare", "thresholds", "reserveShares"})
"""Settings that can contradict others."""


class Contradiction(NamedTuple):
    """Settings that are valid one by one, but not together."""

    setting: tuple[str, ...]
    message: str
    others: tuple[str, ...] = ()
    """Further settings that it may be due to."""

    def culprit(self, values: Mapping[str, Any]) -> str | None:
        """The setting among `values` that it is due to."""
        return next((name for name in (self.setting[0], *self.others) if name in values), None)


@dataclass(frozen=True)
class Settings:
    """The settings of one session, in the form of `session/open`'s `config`."""

    values: dict[str, Any]
    """Every setting as it is in force."""
    window_source: WindowSource = "default"
    own: Mapping[str, Any] = field(default_factory=dict)
    """What was set for the session."""
    host: Mapping[str, Any] = field(default_factory=dict)
    """What its host reports: `contextWindow` and `model`."""
    files: FileSettings = NO_FILES
    left_out: tuple[Problem, ...] = ()
    """Settings of files that contradict others, and are not used."""

    @classmethod
    def of(cls, stored: Mapping[str, Any], files: FileSettings = NO_FILES) -> Settings:
        """The settings of a session as the store has them, with those of the files."""
        known = _merged_lately.get(id(stored))
        if known is None or known.stored is not stored or known.files is not files:
            if len(_merged_lately) >= _MAX_MERGED:
                _merged_lately.clear()
            known = _merged_lately[id(stored)] = _Merged(stored, files, cls.made_of(*_apart(stored), files))
        return known.settings

    @classmethod
    def made_of(cls, own: Mapping[str, Any], host: Mapping[str, Any], files: FileSettings) -> Settings:
        """Merge the sources; a file's settings that contradict others are left out."""
        named = {"project": files.project, "user": files.user}
        from_files = {name: of_account(source) for name, source in named.items() if source}
        left_out: list[Problem] = []
        for name in ("project", "user"):  # what counts less yields first
            for wrong in contradictions(_merged_all(own, host, from_files)[0]) if name in from_files else ():
                source, culprit = named[name], wrong.culprit(from_files[name])
                if source and culprit:
                    from_files[name] = {key: value for key, value in from_files[name].items() if key != culprit}
                    left_out.append(_contradicting(source, culprit, wrong))
        values, origin = _merged_all(own, host, from_files)
        return cls(values, origin, own, host, files, tuple(left_out))

    @property
    def stored(self) -> dict[str, Any]:
        """What the store keeps of them."""
        return {OWN: dict(self.own), HOST: dict(self.host)}

    @cached_property
    def window(self) -> int:
        """The model's context size, tokens."""
        return int(self.values["contextWindow"])

    @property
    def window_is_known(self) -> bool:
        """Whether anyone has said how large the window is; if not, displays show no share of it."""
        return self.window_source != "default"

    @cached_property
    def budget(self) -> int:
        """floor(window x target share), tokens."""
        return floor_share(self.window, self.values["targetShare"])

    @cached_property
    def thresholds(self) -> Thresholds:
        """The thresholds at which levels are reached and left, tokens."""
        return _thresholds(self.values)

    @cached_property
    def policy(self) -> Policy:
        """The policy in force."""
        return effective_policy(self.values["policy"], self.scope)

    @property
    def scope(self) -> Scope | None:
        """The scope of the workflow."""
        scope: Scope | None = self.values["scope"]
        return scope

    @property
    def model(self) -> str | None:
        """The model whose vocabulary is used for counting."""
        model: str | None = self.values["model"]
        return model

    @cached_property
    def ceilings(self) -> dict[str, int]:
        """Ceilings by layer, tokens."""
        return {layer: floor_share(self.window, share) for layer, share in self.values["layerCeilings"].items()}

    def changed_by(self, own: Mapping[str, Any] | None, host: Mapping[str, Any] | None = None) -> Settings:
        """These settings with more set for the session, or reported by its host; null takes one back."""
        if not own and not host:
            return self
        return Settings.made_of(_without_nulls(merged(self.own, own or {})), _reported(self.host, host), self.files)

    def with_files(self, files: FileSettings) -> Settings:
        """The same session's settings with those of other files."""
        return self if files is self.files else Settings.made_of(self.own, self.host, files)


class _Merged(NamedTuple):
    stored: Mapping[str, Any]
    files: FileSettings
    settings: Settings


_MAX_MERGED: Final = 64
_merged_lately: Final[dict[int, _Merged]] = {}
"""Settings by the id of the object that the store has them in, which nobody changes: each is kept with that object, and
counts only for it."""


def _apart(stored: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """(what was set for a session, what its host reports). Older sessions keep all settings together."""
    if OWN in stored:
        return stored[OWN], stored.get(HOST, {})
    own = _differing(stored, DEFAULTS)
    if own.get("contextWindow") in _HOSTS_WINDOWS:
        host: dict[str, Any] = {name: own.pop(name) for name in HOST_NAMES if name in own}
        return own, host
    return own, {}


def _differing(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        default = defaults.get(name)
        if isinstance(value, dict) and isinstance(default, dict):
            if inner := _differing(value, default):
                found[name] = inner
        elif name in defaults and value != default:
            found[name] = value
    return found


def of_account(source: Source) -> dict[str, Any]:
    """A file's settings that are those of accounts."""
    return {name: value for name, value in source.values.items() if name in DEFAULTS}


def _merged_all(
    own: Mapping[str, Any], host: Mapping[str, Any], from_files: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Any], WindowSource]:
    """(every setting, where the window comes from)."""
    values = dict(DEFAULTS)
    origin: WindowSource = "default"
    project, user = from_files.get("project", {}), from_files.get("user", {})
    layers: tuple[tuple[WindowSource, Mapping[str, Any]], ...] = (
        ("host", host), ("project", project), ("user", user), ("session", own)
    )  # fmt: skip
    for name, layer in layers:
        if layer:
            values = merged(values, layer)
            origin = name if "contextWindow" in layer else origin
    if origin == "default" and values["model"] is not None:
        from ctxbudget_server.tokens.windows import known_window

        if known := known_window(values["model"]):
            values["contextWindow"], origin = known.tokens, "model"
    return values, origin


def _reported(known: Mapping[str, Any], more: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in {**known, **(more or {})}.items() if value is not None}


def _without_nulls(own: Mapping[str, Any]) -> dict[str, Any]:
    """What remains set: null means that the session no longer sets it."""
    kept = {name: _without_nulls(value) if isinstance(value, dict) else value for name, value in own.items()}
    return {name: value for name, value in kept.items() if value is not None and value != {}}


def contradictions(values: Mapping[str, Any]) -> list[Contradiction]:
    """Which settings contradict each other."""
    found = []
    if floor_share(int(values["contextWindow"]), values["targetShare"]) < 1:
        message = "the budget would be less than one token"
        found.append(Contradiction(("targetShare",), message, ("contextWindow",)))
    at = _thresholds(values)
    if at.warn_at > at.critical_at:
        budget = floor_share(int(values["contextWindow"]), values["targetShare"])
        message = (
            f"warn ({at.warn_at:,} tokens) must not be above critical ({at.critical_at:,}) with a budget of {budget:,}"
        )
        found.append(Contradiction(("thresholds", "warn"), message, ("contextWindow", "targetShare")))
    shares = values["reserveShares"]
    if abs(sum(shares.values()) - 1) > 1e-9:
        message = f"the shares must add up to 1, not {sum(shares.values()):g}"
        found.append(Contradiction(("reserveShares",), message))
    return found


def _thresholds(values: Mapping[str, Any]) -> Thresholds:
    budget = floor_share(int(values["contextWindow"]), values["targetShare"])
    at = values["thresholds"]
    return thresholds(budget, at["warn"], at["critical"], at["warnRelease"], at["criticalRelease"])


def _contradicting(source: Source, name: str, wrong: Contradiction) -> Problem:
    places = (path for path in sorted(source.lines, key=len, reverse=True) if path[:1] == (name,))
    line = source.lines.get(wrong.setting) or next((source.lines[path] for path in places), None)
    return Problem(source.path, f'setting "{name}": {wrong.message}; not used', line, name)


def problems_of(files: FileSettings) -> tuple[Problem, ...]:
    """Everything in the files that is not used, unless a session sets something else.

    What contradicts only some windows is a fault only where the files say the window: else each session has its own.
    """
    if not (files.user or files.project):
        return ()
    settings = Settings.of({}, files)
    left_out = settings.left_out
    if left_out and settings.window_source == "default":
        always = {one.setting for one in Settings.of({HOST: {"contextWindow": MAX_TOKENS}, OWN: {}}, files).left_out}
        left_out = tuple(one for one in left_out if one.setting in always)
    return (*files.problems, *left_out)


def problems_in_session(files: FileSettings, stored: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Everything in the files that a session, as the store has its settings, does not use."""
    return (*files.problems, *Settings.of(stored, files).left_out)


def may_contradict(files: FileSettings) -> bool:
    """Whether the files have settings that a session's own may contradict."""
    sources = (source for source in (files.user, files.project) if source)
    return any(not _CONTRADICTING.isdisjoint(source.values) for source in sources)


def in_one_line(problems: Sequence[Problem]) -> str | None:
    """The first problem, and how many more there are; None if there is none."""
    if not problems:
        return None
    more = f" (and {len(problems) - 1:,} more)" if len(problems) > 1 else ""
    return f"{problems[0].place}: {problems[0].message}{more}; see ctxbudget config"


def leaves(values: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every single setting with its path."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from leaves(value, (*above, name))
        else:
            yield (*above, name), value


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the members of `over` merged in, recursively."""
    result = dict(base)
    for name, value in over.items():
        nested = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if nested else value
    return result
