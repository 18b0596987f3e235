"""`ctxbudget hook` and `ctxbudget statusline` in this process, because no sidecar answered."""

from __future__ import annotations

from ctxbudget_server.cli.quick import Attempt, plain_words, project_folder, settings
from ctxbudget_server.oneshot.caller import switched_on
from ctxbudget_server.oneshot.frames import Answer, Ask
from ctxbudget_server.services.cancellation import Cancellation
from ctxbudget_server.services.dispatch import Options, Services
from ctxbudget_server.services.oneshots import prepare
from ctxbudget_server.store.keys import passing_key


def answered_here(given: list[str], attempt: Attempt) -> Answer:
    """The answer; raises whatever goes wrong."""
    plain = plain_words(given[0], given[1:])
    if plain is None:
        raise ValueError(f"these words are not understood: {' '.join(given[1:])} (see ctxbudget {given[0]} --help)")
    words, options = plain
    body = attempt.stdin()
    chosen = Options(
        workspace=options.get("--workspace"),
        store=options.get("--store"),
        durability="fast" if options.get("--durability") == "fast" else "full",
    )
    services = Services(chosen, root=project_folder(given[0], body), actor=given[0])
    ask = Ask([], attempt.key or passing_key(), given[0], [*words, *settings(given[0], options)], body)
    answer = prepare(services, ask).run(Cancellation())
    if "--sidecar" in options and switched_on():
        from ctxbudget_server.cli.sidecar import start

        start(services.whereabouts)
    return answer
