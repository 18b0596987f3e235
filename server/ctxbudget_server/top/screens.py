"""What opens over the view: a choice, the preview of a prune, an item's original, the keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option

from ctxbudget_server.presentation import terminal
from ctxbudget_server.top.panels import plan_lines, safe

Json = dict[str, Any]

KEYS: Final = (
    ("↑ ↓ PgUp PgDn", "choose an item"),
    ("o or Enter", "open the item's original"),
    ("i", "pin the item, or unpin it"),
    ("p", "prune: choose what, see the plan, confirm it"),
    ("u", "undo the last prune made here"),
    ("e", "extend a lease by 30 minutes from now"),
    ("s", "switch to another session"),
    ("?", "show the keys"),
    ("q or Ctrl-C", "end"),
)
_MAX_FRAME: Final = 110
_AROUND: Final = 8
"""Columns that a frame, its padding and a scroll bar take."""


def _room(width: int) -> int:
    return min(_MAX_FRAME, width) - _AROUND


class Choose(ModalScreen[int | None]):
    """A choice among lines; the number of the one chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Back")]

    def __init__(self, question: str, choices: Sequence[str], chosen: int = 0) -> None:
        super().__init__()
        self._question = question
        self._choices = choices
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """The question, the lines, the keys."""
        width = _room(self.app.size.width)
        options = [Option(Text(safe(choice, width))) for choice in self._choices]
        with Vertical(classes="frame"):
            yield Static(Text(self._question, "bold"), markup=False)
            yield OptionList(*options, markup=False)
            yield Static(Text("Enter chooses · Esc goes back", "dim"), markup=False)

    def on_mount(self) -> None:
        """Start at the one that is in force."""
        for options in self.query(OptionList):
            options.highlighted = self._chosen

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """One was chosen."""
        self.dismiss(event.option_index)


class Preview(ModalScreen[bool]):
    """The plan of a prune; True if it is to be carried out."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n,q", "dismiss(False)", "Back"),
        Binding("y,enter", "confirm", "Prune"),
    ]

    def __init__(self, words: str, previewed: Json, note: str = "") -> None:
        super().__init__()
        self._words = words
        self._previewed = previewed
        self._note = note

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to confirm."""
        return any(one["action"] != "kept" for one in self._previewed["plan"])

    def compose(self) -> ComposeResult:
        """What, the figures, the plan, the keys."""
        width = _room(self.app.size.width)
        saved, retained = self._previewed["saved"], self._previewed["status"]["retained"]
        figures = f"saves {saved:,} tokens: {retained:,} retained now, {retained - saved:,} afterwards"
        keys = "y or Enter prunes · Esc goes back"
        if not self.changes_anything:
            figures, keys = "nothing would be removed", "Esc goes back"
        with Vertical(classes="frame"):
            yield Static(Text(safe(f"Prune {self._words}", width), "bold"), markup=False)
            if self._note:
                yield Static(Text(self._note, "yellow"), markup=False)
            yield Static(Text(figures), markup=False)
            with VerticalScroll():
                yield Static(plan_lines(self._previewed["plan"], width), markup=False)
            yield Static(Text(keys, "dim"), markup=False)

    def action_confirm(self) -> None:
        """Carry it out, if there is anything to do."""
        if self.changes_anything:
            self.dismiss(True)


class Original(ModalScreen[None]):
    """An item's original, to read."""

    AUTO_FOCUS = "TextArea"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Back", priority=True)]

    def __init__(self, name: str, original: Json) -> None:
        super().__init__()
        self._item_name = name
        self._original = original

    def compose(self) -> ComposeResult:
        """Its name and figures, and the text."""
        got = self._original
        width = self.app.size.width - _AROUND
        figures = f"{got['tokens']:,} tokens ({got['provenance']}), {got['bytes']:,} bytes"
        with Vertical(classes="frame whole"):
            yield Static(Text(safe(self._item_name, width), "bold"), markup=False)
            yield Static(Text(figures, "dim"), markup=False)
            yield TextArea(
                terminal.block(got["content"] or ""), read_only=True, soft_wrap=True, show_cursor=False, compact=True
            )
            yield Static(Text("↑ ↓ PgUp PgDn scroll · Esc goes back", "dim"), markup=False)


class Keys(ModalScreen[None]):
    """The keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,enter", "dismiss(None)", "Back")]

    def compose(self) -> ComposeResult:
        """One line for each."""
        lines = [Text.assemble((f"{key:<15}", "bold"), words) for key, words in KEYS]
        with Vertical(classes="frame"):
            yield Static(Text("\n").join(lines), markup=False)
            yield Static(Text("Esc goes back", "dim"), markup=False)
