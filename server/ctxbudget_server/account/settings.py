"""A session's settings: stored values over defaults, and the figures that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ctxbudget_protocol.methods.session import Config
from ctxbudget_protocol.words import Policy, Scope
from ctxbudget_server.rules.levels import Thresholds, thresholds
from ctxbudget_server.rules.policy import effective_policy
from ctxbudget_server.rules.shares import floor_share

DEFAULTS: dict[str, Any] = Config().wire()
"""The defaults of `session/open`'s `config`, in its wire form."""


@dataclass(frozen=True)
class Settings:
    """The settings of one session, in the form of `session/open`'s `config`."""

    values: dict[str, Any]

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Settings:
        """Stored settings over the defaults."""
        return cls(merged(DEFAULTS, stored))

    @cached_property
    def window(self) -> int:
        """The model's context size, tokens."""
        return int(self.values["contextWindow"])

    @cached_property
    def budget(self) -> int:
        """floor(window x target share), tokens."""
        return floor_share(self.window, self.values["targetShare"])

    @cached_property
    def thresholds(self) -> Thresholds:
        """The thresholds at which levels are reached and left, tokens."""
        at = self.values["thresholds"]
        return thresholds(self.budget, at["warn"], at["critical"], at["warnRelease"], at["criticalRelease"])

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

    def changed_by(self, patch: dict[str, Any] | None) -> Settings:
        """These settings with those of `patch` applied; null clears a setting that has no default."""
        return Settings(merged(self.values, patch)) if patch else self


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with the members of `over` merged in, recursively."""
    result = dict(base)
    for name, value in over.items():
        nested = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if nested else value
    return result
