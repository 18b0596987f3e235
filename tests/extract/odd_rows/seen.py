"""The family of outputs that the rules were made with."""

# ruff: noqa: E501, SIM905

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from typing import Any

from odd_rows.case import Case

Row = dict[str, Any]
FIRST = "Ana Ben Cleo Dmitri Esra Femi Greta Hugo Ines Jonas Kofi Lena Marta Nils Olga Pavel Rosa Sami Tove Uma".split()
LAST = "Adler Baker Castro Duarte Eriksen Fontaine Grant Haddad Ito Jansen Kaur Lopez Moreau Novak Okafor".split()
CITIES = "Lyon Turin Graz Porto Bergen Ghent Leeds Malmo Brno Cork".split()
NOUNS = "lamp kettle carpet drawer mirror cushion bracket hinge ladder bucket shelf faucet curtain socket".split()
VERBS = "restock checked moved returned labelled counted sorted wrapped".split()
ODD_NOTES = (
    "water damage on two cartons",
    "recalled by the manufacturer",
    "held by customs until inspection",
    "seal broken on arrival",
    "double billed and disputed",
    "keys lost during handover",
)


def _stamp(minutes: int, day: int = 3) -> str:
    day += minutes // 1440
    return f"2026-03-{day:02d}T{minutes // 60 % 24:02d}:{minutes % 60:02d}:00Z"


# ---------------------------------------------------------------- tables: what they are about


def _orders(dice: random.Random, n: int) -> tuple[str, list[Row]]:
    start = dice.randrange(2000, 7000)
    rows = [
        {
            "order": f"ord-{start + i}",
            "customer": f"{dice.choice(FIRST)} {dice.choice(LAST)}",
            "status": dice.choices(("delivered", "shipped", "packed"), (70, 25, 5))[0],
            "total": f"{dice.uniform(8, 240):.2f}",
            "city": dice.choice(CITIES),
            "placed": _stamp(i * 17),
        }
        for i in range(n)
    ]
    return "order", rows


def _sensors(dice: random.Random, n: int) -> tuple[str, list[Row]]:
    rows = [
        {
            "sensor": f"S-{i + 101}",
            "room": f"{dice.choice('ABCDE')}{dice.randrange(1, 30)}",
            "reading": f"{dice.uniform(18, 24):.1f} C",
            "battery": f"{dice.randrange(55, 100)}%",
            "state": dice.choices(("ok", "idle"), (85, 15))[0],
            "seen": _stamp(i * 2, 9),
        }
        for i in range(n)
    ]
    return "sensor", rows


def _accounts(dice: random.Random, n: int) -> tuple[str, list[Row]]:
    logins = dice.sample([f"{a[0].lower()}{b.lower()}{k}" for a in FIRST for b in LAST for k in ("", "2")], n)
    rows = [
        {
            "login": login,
            "role": dice.choices(("viewer", "editor", "billing"), (60, 30, 10))[0],
            "mfa": "on",
            "logins": dice.randrange(3, 60),
            "plan": dice.choice(("team", "solo")),
            "note": f"{dice.choice(VERBS)} {dice.choice(NOUNS)} {dice.choice(NOUNS)}",
        }
        for login in logins
    ]
    return "login", rows


def _stock(dice: random.Random, n: int) -> tuple[str, list[Row]]:
    rows = [
        {
            "sku": f"{dice.choice(NOUNS)[:3].upper()}-{4000 + i * 3}",
            "item": f"{dice.choice(('oak', 'steel', 'linen', 'brass'))} {dice.choice(NOUNS)}",
            "qty": dice.randrange(4, 90),
            "weight": f"{dice.randrange(200, 950)} g",
            "bin": f"{dice.choice('KLM')}-{dice.randrange(10, 60)}",
            "note": f"{dice.choice(VERBS)} {dice.choice(NOUNS)} {dice.choice(NOUNS)}",
        }
        for i in range(n)
    ]
    return "sku", rows


def _builds(dice: random.Random, n: int) -> tuple[str, list[Row]]:
    start = dice.randrange(300, 900)
    rows = [
        {
            "build": start + i,
            "branch": dice.choice(("main", "main", "main", "next", "docs")),
            "commit": f"{dice.getrandbits(32):08x}",
            "seconds": dice.randrange(95, 160),
            "result": dice.choices(("green", "red"), (80, 20))[0],
            "finished": _stamp(i * 31, 2),
        }
        for i in range(n)
    ]
    return "build", rows


SUBJECTS = (_orders, _sensors, _accounts, _stock, _builds)


# ---------------------------------------------------------------- tables: what differs

RARE = {
    "status": ("lost", "chargeback", "quarantined"),
    "state": ("drifting", "tampered", "flooded"),
    "role": ("owner", "superadmin"),
    "mfa": ("off", "bypassed"),
    "plan": ("legacy", "suspended"),
    "result": ("aborted", "flaky"),
    "branch": ("hotfix", "rogue"),
    "bin": ("outdoors", "Z-999"),
}


def _rare(dice: random.Random, key: str, rows: list[Row], at: int) -> tuple[tuple[str, ...], str, str]:
    column = dice.choice([c for c in RARE if c in rows[at]])
    rows[at][column] = dice.choice(RARE[column])
    value = rows[at][column]
    return (str(rows[at][key]), value), f"Which {key} has an unexpected {column}?", f"Which one is {value}?"


def _unit(dice: random.Random, key: str, rows: list[Row], at: int) -> tuple[tuple[str, ...], str, str]:
    column, value = {
        "order": ("total", f"{dice.uniform(900, 2400):.0f} SEK"),
        "sensor": ("reading", f"{dice.uniform(64, 75):.1f} F"),
        "login": ("logins", "12/day"),
        "sku": ("weight", f"{dice.uniform(1, 4):.2f} lb"),
        "build": ("seconds", "2m09s"),
    }[key]
    rows[at][column] = value
    ident = str(rows[at][key])
    return (ident, value), f"Is every {column} in the same unit?", f"What is the {column} of {ident}?"


def _null(dice: random.Random, key: str, rows: list[Row], at: int) -> tuple[tuple[str, ...], str, str]:
    column = next(c for c in ("total", "battery", "qty", "seconds", "logins") if c in rows[at])
    rows[at][column] = None
    ident = str(rows[at][key])
    other = str(next(v for c, v in rows[at].items() if c in ("customer", "room", "role", "item", "commit")))
    return (ident, other), f"Where is the {column} not known?", f"What is the {column} of {ident}?"


def _outlier(dice: random.Random, key: str, rows: list[Row], at: int) -> tuple[tuple[str, ...], str, str]:
    column = next(c for c in ("total", "reading", "qty", "seconds", "logins") if c in rows[at])
    value = {
        "total": f"{dice.uniform(9000, 70000):.2f}",
        "reading": f"{dice.uniform(61, 88):.1f} C",
        "qty": dice.randrange(1200, 8000),
        "seconds": dice.randrange(2000, 4000),
        "logins": dice.randrange(2500, 9000),
    }[column]
    rows[at][column] = value
    ident = str(rows[at][key])
    return (ident, str(value)), f"Which {key} has the most extreme {column}?", f"What is the {column} of {ident}?"


def _duplicate(dice: random.Random, key: str, rows: list[Row], at: int) -> tuple[tuple[str, ...], str, str]:
    rows[at][key] = rows[at - dice.randrange(3, min(at, 20))][key]
    other = str(next(v for c, v in rows[at].items() if c in ("customer", "room", "role", "item", "commit")))
    ident = str(rows[at][key])
    return (ident, other), f"Is any {key} listed twice?", f"Which rows are about {ident}?"


def _odd_id(dice: random.Random, key: str, rows: list[Row], at: int) -> tuple[tuple[str, ...], str, str]:
    odd = {"order": "ORD/77-B", "sensor": "TMP_X9", "login": "svc.export$", "sku": "zz-return", "build": "manual-3"}[
        key
    ]
    rows[at][key] = odd
    other = str(next(v for c, v in rows[at].items() if c in ("customer", "room", "role", "item", "commit")))
    return (odd, other), f"Does every {key} follow the same format?", f"What is {odd}?"


def _time(dice: random.Random, key: str, rows: list[Row], at: int) -> tuple[tuple[str, ...], str, str]:
    column = next((c for c in ("placed", "seen", "finished") if c in rows[at]), None)
    if column is None:
        return _rare(dice, key, rows, at)
    month = dice.choice(("2025-11", "2026-08"))
    rows[at][column] = f"{month}-{dice.randrange(10, 28)}T{dice.randrange(10, 24)}:{dice.randrange(10, 59)}:00Z"
    ident = str(rows[at][key])
    return (
        (ident, rows[at][column]),
        f"Which {key} is far from the others in time?",
        f"When was {ident} {column}?",
    )


def _long(dice: random.Random, key: str, rows: list[Row], at: int) -> tuple[tuple[str, ...], str, str]:
    if "note" not in rows[at]:
        return _rare(dice, key, rows, at)
    rows[at]["note"] = dice.choice(ODD_NOTES)
    word = max(rows[at]["note"].split(), key=len)
    return (
        (str(rows[at][key]), rows[at]["note"]),
        f"Is there anything about a {key} that somebody should act on?",
        f"Which note says {word}?",
    )


def _missing(dice: random.Random, key: str, rows: list[Row], at: int) -> tuple[tuple[str, ...], str, str]:
    column = dice.choice([c for c in list(rows[at])[3:] if c != key])
    del rows[at][column]
    ident = str(rows[at][key])
    other = str(next(v for c, v in rows[at].items() if c in ("customer", "room", "role", "item", "commit")))
    return (ident, other), f"Which {key} has no {column}?", f"Is {ident} complete?"


def _extra(dice: random.Random, key: str, rows: list[Row], at: int) -> tuple[tuple[str, ...], str, str]:
    name, value = dice.choice(
        (("override", "by-hand"), ("refund", "partial"), ("waiver", "expired"), ("lock", "legal"))
    )
    rows[at][name] = value
    ident = str(rows[at][key])
    return (ident, value), f"Does any {key} say more than the others?", f"Which {key} has a {name}?"


DIFFERENCES: dict[str, Callable[..., tuple[tuple[str, ...], str, str]]] = {
    "rare value": _rare,
    "unit": _unit,
    "null": _null,
    "outlier": _outlier,
    "duplicate id": _duplicate,
    "odd id": _odd_id,
    "time": _time,
    "longer cell": _long,
    "missing field": _missing,
    "extra field": _extra,
}


# ---------------------------------------------------------------- tables: how they look


def _columns(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(c for row in rows[:3] + rows for c in row))


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _csv(rows: list[Row], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    columns = _columns(rows)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(c)) for c in columns] for row in rows)
    return out.getvalue()


def _tsv(rows: list[Row]) -> str:
    return _csv(rows, "\t")


def _json_lines(rows: list[Row]) -> str:
    return "\n".join(json.dumps(row) for row in rows) + "\n"


def _json_compact(rows: list[Row]) -> str:
    return json.dumps({"status": 200, "count": len(rows), "next": None, "data": rows})


def _json_pretty(rows: list[Row]) -> str:
    return json.dumps(rows, indent=2)


def _yaml(rows: list[Row]) -> str:
    lines = ["entries:"]
    for row in rows:
        for n, (key, value) in enumerate(row.items()):
            shown = "null" if value is None else value if isinstance(value, int) else f'"{value}"'
            lines.append(f"  {'- ' if not n else '  '}{key}: {shown}")
    return "\n".join(lines) + "\n"


def _markdown(rows: list[Row]) -> str:
    columns = _columns(rows)
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(_cell(row.get(c)) or '-' for c in columns)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _fixed(rows: list[Row]) -> str:
    columns = _columns(rows)
    table = [[c.upper() for c in columns]] + [
        [_cell(row.get(c)).replace(" ", "_") or "<none>" for c in columns] for row in rows
    ]
    widths = [max(len(line[i]) for line in table) + 3 for i in range(len(columns))]
    return "\n".join("".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in table) + "\n"


def _html_table(rows: list[Row]) -> str:
    columns = _columns(rows)
    head = "".join(f"<th>{c.title()}</th>" for c in columns)
    body = "\n".join(f"<tr class='r'>{''.join(f'<td>{_cell(row.get(c))}</td>' for c in columns)}</tr>" for row in rows)
    menu = "".join(f"<li><a href='/s/{n}'>Section {n}</a></li>" for n in range(20))
    return (
        f"<!doctype html>\n<html><head><title>Overview</title><style>td{{padding:2px}}</style></head><body>"
        f"<nav><ul>{menu}</ul></nav>\n<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
        f"<footer>Printed at night</footer></body></html>\n"
    )


LAYOUTS: dict[str, tuple[Callable[[list[Row]], str], int]] = {
    "csv": (_csv, 1),
    "tsv": (_tsv, 1),
    "json lines": (_json_lines, 1),
    "json compact": (_json_compact, 1),
    "json pretty": (_json_pretty, 9),
    "yaml": (_yaml, 7),
    "markdown": (_markdown, 1),
    "fixed": (_fixed, 1),
    "html table": (_html_table, 1),
}


def table(dice: random.Random, layout: str, difference: str) -> Case:
    """A table of some subject in this layout, with this difference."""
    write, span = LAYOUTS[layout]
    key, rows = dice.choice(SUBJECTS)(dice, dice.choice((60, 110, 180, 260)))
    at = dice.randrange(len(rows) // 4, len(rows) - 4)
    facts, question, named = DIFFERENCES[difference](dice, key, rows, at)
    if layout == "fixed":
        facts = tuple(f.replace(" ", "_") for f in facts)
    return Case(layout, difference, write(rows), facts, question, named, span)


# ---------------------------------------------------------------- outputs with a form of their own


def access_log(dice: random.Random) -> Case:
    paths = ("/", "/cart", "/search?q=lamp", "/api/v1/items", "/static/app.css", "/api/v1/session")
    lines = [
        f"10.1.{dice.randrange(4)}.{dice.randrange(2, 60)} - - [12/Feb/2026:07:{i // 60 % 60:02d}:{i % 60:02d} +0000] "
        f'"GET {dice.choice(paths)} HTTP/1.1" {dice.choices((200, 304, 404), (85, 12, 3))[0]} {dice.randrange(300, 5200)}'
        for i in range(dice.choice((90, 250)))
    ]
    at = dice.randrange(20, len(lines) - 6)
    kind = dice.choice(("method", "status", "path"))
    if kind == "method":
        lines[at] = lines[at].replace("GET /", "DELETE /admin/users/", 1)
        facts, named = ("DELETE", "admin users"), "Who called DELETE?"
    elif kind == "status":
        head, _, size = lines[at].rpartition(" ")
        lines[at] = f"{head.rpartition(' ')[0]} 507 {size}"
        facts, named = ("507",), "Which request got 507?"
    else:
        head, _, tail = lines[at].partition('"GET ')
        lines[at] = f'{head}"GET /.git/config {tail.partition(" ")[2]}'
        facts, named = ("git config",), "Who asked for .git/config?"
    return Case("access log", kind, "\n".join(lines), facts, "Did anybody do something suspicious?", named)


def app_log(dice: random.Random) -> Case:
    calm = (
        "INFO  worker.{n} job {id} done in {ms} ms",
        "INFO  worker.{n} job {id} picked up",
        "DEBUG cache hit for key item:{id}",
        "INFO  http GET /items/{id} 200 {ms} ms",
        "WARN  worker.{n} job {id} slow, {ms} ms",
    )
    lines = []
    for i in range(dice.choice((120, 300))):
        text = dice.choices(calm, (40, 30, 15, 12, 3))[0]
        text = text.format(n=dice.randrange(1, 9), id=dice.randrange(1000, 9999), ms=dice.randrange(10, 900))
        lines.append(f"2026-05-01 13:{i // 60:02d}:{i % 60:02d},{dice.randrange(1000):03d} {text}")
    at = dice.randrange(30, len(lines) - 10)
    stamp = lines[at][:23]
    kind, text, facts, named = dice.choice(
        (
            (
                "rare shape",
                "INFO  config reloaded, limit 50 replaced by 5",
                ("limit 50 replaced by 5",),
                "Was config reloaded?",
            ),
            (
                "level",
                "ERROR worker.3 job 7718 gave up: disk quota of tenant blue",
                ("7718", "disk quota of tenant blue"),
                "What happened to the quota?",
            ),
            (
                "rare shape",
                "INFO  leader lost election to node-c",
                ("leader lost election to node c",),
                "Who won the election?",
            ),
            ("unit", "INFO  worker.4 job 5120 done in 41 s", ("5120", "41 s"), "How long did job 5120 take?"),
            ("negative", "INFO  worker.2 job 6001 done in -3 ms", ("6001", "3 ms"), "How long did job 6001 take?"),
        )
    )
    lines[at] = f"{stamp} {text}"
    return Case("app log", kind, "\n".join(lines), facts, "What went differently from usual?", named)


def late_log(dice: random.Random) -> Case:
    minute = 0.0
    lines = []
    gap = dice.randrange(60, 120)
    for i in range(dice.choice((130, 200))):
        minute += 47.0 if i == gap else dice.uniform(0.3, 0.7)
        lines.append(
            f"time=2026-01-20T{6 + int(minute) // 60:02d}:{int(minute) % 60:02d}:{int(minute * 60) % 60:02d}Z "
            f'level=info msg="batch written" rows={dice.randrange(400, 600)} shard={dice.randrange(12)}'
        )
    stamp = lines[gap].split()[0][5:]
    return Case("logfmt", "gap in time", "\n".join(lines), (stamp,), "Was there a pause?", f"What happened at {stamp}?")


def grep(dice: random.Random) -> Case:
    files = [f"src/{a}/{b}.py" for a in ("web", "core", "jobs") for b in NOUNS]
    lines = [
        f"{f}:{dice.randrange(5, 400)}:    {dice.choice(('conn', 'db', 'self.db'))} = connect(settings.{d}, timeout={t})"
        for f in files
        for d, t in [(dice.choice(("PRIMARY", "REPLICA")), dice.choice((10, 30)))]
    ]
    lines += [f"tests/test_{n}.py:{dice.randrange(5, 90)}:    connect(settings.PRIMARY, timeout=10)" for n in NOUNS]
    at = dice.randrange(8, len(lines) - 4)
    place = lines[at].split(":")[0]
    kind, tail, facts, named = dice.choice(
        (
            (
                "rare value",
                "    conn = connect('10.9.8.7:5432', timeout=30)",
                "10 9 8 7 5432",
                "Who connects to 10.9.8.7?",
            ),
            (
                "missing field",
                "    conn = connect(settings.PRIMARY)",
                "connect settings PRIMARY",
                f"How does {place} connect?",
            ),
            ("null", "    db = connect(settings.PRIMARY, timeout=None)", "timeout None", "Where is the timeout None?"),
            (
                "extra field",
                "    db = connect(settings.REPLICA, timeout=10, verify=False)",
                "verify False",
                "Who sets verify?",
            ),
        )
    )
    lines[at] = f"{place}:{dice.randrange(5, 400)}:{tail}"
    return Case("grep", kind, "\n".join(lines), (place, facts), "Which call differs from the others?", named)


def diff(dice: random.Random) -> Case:
    names = [f"{a}_{b}" for a in NOUNS for b in ("list", "form", "view")]
    dice.shuffle(names)
    odd = dice.randrange(6, 26)
    kind, old, new, facts, named = dice.choice(
        (
            ("other change", "    retries = 5", "    retries = 0", ("retries = 0",), "What are the retries now?"),
            ("removed line", "    check_owner(user)", "", ("check_owner(user)",), "What happened to check_owner?"),
            ("added line", "", "    print(user.token)", ("print(user.token)",), "Is a token printed?"),
        )
    )
    out: list[str] = []
    for n, name in enumerate(names[:30]):
        line = dice.randrange(4, 200)
        out += [
            f"diff --git a/app/{name}.py b/app/{name}.py",
            f"index {dice.getrandbits(28):07x}..{dice.getrandbits(28):07x} 100644",
            f"--- a/app/{name}.py",
            f"+++ b/app/{name}.py",
            f"@@ -{line},5 +{line},5 @@ def load():",
            " def show(user):",
            "-    log.warn('loading %s', user)",
            "+    log.warning('loading %s', user)",
        ]
        if n == odd:
            out += [f"-{old}"] * bool(old) + [f"+{new}"] * bool(new)
            facts = (*facts,)
        out += ["     items = fetch(user)", "     return items"]
    return Case("diff", kind, "\n".join(out) + "\n", facts, "Is there any change beyond the renaming?", named)


def ini(dice: random.Random) -> Case:
    names = dice.sample([f"{a}-{c.lower()}" for a in ("queue", "cache", "store") for c in CITIES], 22)
    lines = ["; written by the deploy tool", "[defaults]", "timeout = 30", "retries = 3", "tls = yes", "pool = 20", ""]
    odd = dice.randrange(5, 20)
    key, value, kind = dice.choice(
        (
            ("tls", "no", "conflict"),
            ("timeout", "3000", "outlier"),
            ("pool", "20%", "unit"),
            ("debug_dump", "yes", "extra field"),
        )
    )
    for n, name in enumerate(names):
        given = {"host": f"{name}.internal", "timeout": "30", "retries": "3", "tls": "yes", "pool": "20"}
        if n == odd:
            given[key] = value
        lines += [f"[{name}]", *(f"{k} = {v}" for k, v in given.items()), ""]
    facts = (f"{key} = {value}",)
    return Case(
        "ini",
        kind,
        "\n".join(lines),
        facts,
        "Which section departs from the defaults?",
        f"What does {names[odd]} set?",
        1,
    )


def env(dice: random.Random) -> Case:
    lines = ["# base"]
    for a in (
        "MAIL",
        "SEARCH",
        "BILLING",
        "MEDIA",
        "AUDIT",
        "EXPORT",
        "IMPORT",
        "STATS",
        "CHAT",
        "MAPS",
        "PRINT",
        "TAX",
    ):
        port = dice.randrange(7000, 7999)
        lines += [f"{a}_HOST={a.lower()}.svc.local", f"{a}_PORT={port}", f"{a}_TIMEOUT_MS=2000", f"{a}_RETRY=on"]
    name = dice.choice(("SEARCH", "MEDIA", "EXPORT", "CHAT"))
    kind = dice.choice(("override", "rare value", "null"))
    if kind == "override":
        lines.insert(dice.randrange(len(lines) - 10, len(lines)), f"{name}_HOST=10.0.0.99")
        facts, named = (f"{name}_HOST=10.0.0.99",), f"What is {name}_HOST in the end?"
    elif kind == "rare value":
        at = lines.index(f"{name}_RETRY=on")
        lines[at] = f"{name}_RETRY=never"
        facts, named = (lines[at],), f"What is {name}_RETRY?"
    else:
        at = next(i for i, x in enumerate(lines) if x.startswith(f"{name}_PORT"))
        lines[at] = f"{name}_PORT="
        facts, named = (f"{name}_PORT",), f"What is {name}_PORT?"
    return Case("env", kind, "\n".join(lines) + "\n", facts, "Which setting is not like its siblings?", named)


def toml(dice: random.Random) -> Case:
    lines = ['title = "fleet"', "", "[common]", "workers = 8", 'zone = "north"', "trace = false", ""]
    odd = dice.randrange(6, 22)
    key, value, kind = dice.choice(
        (
            ("trace", "true", "conflict"),
            ("workers", "800", "outlier"),
            ("zone", '"attic"', "rare value"),
            ("workers", '"8"', "type"),
        )
    )
    name = ""
    for n in range(26):
        unit = f"{dice.choice(NOUNS)}{n}"
        given = {"workers": "8", "zone": dice.choice(('"north"', '"south"')), "trace": "false", "queue": f'"q-{unit}"'}
        if n == odd:
            given[key], name = value, unit
        lines += [f"[service.{unit}]", *(f"{k} = {v}" for k, v in given.items()), ""]
    return Case(
        "toml",
        kind,
        "\n".join(lines),
        (f"{key} = {value}",),
        "Which service is set up differently?",
        f"How is {name} set up?",
    )


def helm(dice: random.Random) -> Case:
    lines = ["global:", "  image: registry.local/base:1.4", "  replicas: 2", "services:"]
    odd = dice.randrange(5, 20)
    names = dice.sample([f"{a}-{b}" for a in NOUNS for b in ("api", "job")], 24)
    key, value, kind = dice.choice(
        (
            ("replicas", "0", "rare value"),
            ("memory", "64Gi", "unit"),
            ("image", "docker.io/someone/base:latest", "override"),
            ("privileged", "true", "extra field"),
        )
    )
    for n, name in enumerate(names):
        given = {"replicas": "2", "memory": f"{dice.choice((256, 512))}Mi", "port": str(dice.randrange(8000, 8100))}
        if n == odd:
            given[key] = value
        lines += [f"  {name}:", *(f"    {k}: {v}" for k, v in given.items())]
    return Case(
        "yaml config",
        kind,
        "\n".join(lines) + "\n",
        (f"{key} {value}",),
        "Which service would surprise an operator?",
        f"What does {names[odd]} run with?",
    )


def ls(dice: random.Random) -> Case:
    lines = ["total 8824"]
    for i in range(dice.choice((60, 150))):
        name = f"{dice.choice(NOUNS)}-{i:03d}.{dice.choice(('png', 'png', 'json'))}"
        lines.append(
            f"-rw-r--r-- 1 build build {dice.randrange(900, 90000):>7} Apr {dice.randrange(2, 9):>2} 1{dice.randrange(10)}:{dice.randrange(10, 59)} {name}"
        )
    at = dice.randrange(12, len(lines) - 3)
    head, name = lines[at].rsplit(" ", 1)
    kind = dice.choice(("rights", "owner", "size", "time", "link"))
    new = {
        "rights": (head.replace("-rw-r--r--", "-rwsrwxrwx"), ("rwsrwxrwx", name), "Which file is rwsrwxrwx?"),
        "owner": (head.replace("build build", "root  wheel"), ("root wheel", name), "Which file belongs to wheel?"),
        "size": (" ".join([*head.split()[:4], "0", *head.split()[5:]]), ("0", name), f"How large is {name}?"),
        "time": (f"{' '.join(head.split()[:5])} Nov 17  2019", ("Nov 17 2019", name), f"How old is {name}?"),
        "link": (f"l{head[1:]}", (name, "/etc/shadow"), "Which file points to /etc/shadow?"),
    }[kind]
    lines[at] = f"{new[0]} {name}" + (" -> /etc/shadow" if kind == "link" else "")
    return Case("ls", kind, "\n".join(lines) + "\n", new[1], "Does any file stand out?", new[2])


def du(dice: random.Random) -> Case:
    lines = [f"{dice.randrange(4, 900)}K\t./{dice.choice(NOUNS)}/{a.lower()}{n}" for a in CITIES for n in range(9)]
    at = dice.randrange(10, len(lines) - 5)
    kind, size = dice.choice((("unit", f"{dice.randrange(3, 80)}G"), ("outlier", "0K")))
    path = lines[at].split("\t")[1]
    lines[at] = f"{size}\t{path}"
    return Case(
        "du",
        kind,
        "\n".join(lines) + "\n",
        (size, path),
        "Which folder is of a different size than the rest?",
        f"How big is {path}?",
    )


def ps(dice: random.Random) -> Case:
    lines = ["USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND"]
    for _ in range(dice.choice((50, 110))):
        user = dice.choice(("app", "app", "app", "www", "db"))
        command = {"app": "/opt/app/bin/worker --queue mail", "www": "nginx: worker process", "db": "postgres: idle"}[
            user
        ]
        lines.append(
            f"{user:<10} {dice.randrange(900, 32000):>5}  {dice.uniform(0, 2):.1f}  {dice.uniform(0, 3):.1f} "
            f"{dice.randrange(90000, 400000):>6} {dice.randrange(5000, 60000):>5} ?        {dice.choice(('S', 'Sl'))}   06:{dice.randrange(10, 59)}   0:0{dice.randrange(9)} {command}"
        )
    at = dice.randrange(10, len(lines) - 4)
    pid = lines[at].split()[1]
    kind = dice.choice(("command", "cpu", "state", "user"))
    if kind == "command":
        lines[at] = f"{lines[at][:67]}/tmp/.x/miner -o pool.example:3333"
        facts, named = (pid, "tmp x miner"), "Is a miner running?"
    elif kind == "cpu":
        lines[at] = f"{lines[at][:16]} 398.7{lines[at][21:]}"
        facts, named = (pid, "398 7"), f"What does {pid} do?"
    elif kind == "state":
        parts = lines[at].split()
        lines[at] = lines[at].replace(f" {parts[7]} ", " Z ", 1)
        facts, named = (pid, "z"), f"What does {pid} do?"
    else:
        lines[at] = f"nobody    {lines[at][10:]}"
        facts, named = (pid, "nobody"), "What does nobody run?"
    return Case("ps", kind, "\n".join(lines) + "\n", facts, "Is any process out of the ordinary?", named)


def pods(dice: random.Random) -> Case:
    lines = [f"{'NAME':<34}{'READY':<8}{'STATUS':<20}{'RESTARTS':<11}AGE"]
    for _ in range(dice.choice((40, 90))):
        name = f"{dice.choice(NOUNS)}-{dice.getrandbits(36):09x}-{''.join(dice.choices('bcdfghjklmnpqrstvwxz', k=5))}"
        lines.append(
            f"{name:<34}{'1/1':<8}{'Running':<20}{dice.choices((0, 1, 2), (80, 15, 5))[0]:<11}{dice.randrange(3, 40)}d"
        )
    at = dice.randrange(8, len(lines) - 3)
    name = lines[at].split()[0]
    kind = dice.choice(("status", "ready", "restarts", "age"))
    ready, status, restarts, age = {
        "status": ("1/1", dice.choice(("Terminating", "ImagePullBackOff", "Evicted")), 0, "12d"),
        "ready": ("0/1", "Running", 0, "9d"),
        "restarts": ("1/1", "Running", 731, "31d"),
        "age": ("1/1", "Running", 0, "41s"),
    }[kind]
    lines[at] = f"{name:<34}{ready:<8}{status:<20}{restarts:<11}{age}"
    fact = {"status": status, "ready": "0/1", "restarts": "731", "age": "41s"}[kind]
    return Case(
        "kubectl", kind, "\n".join(lines) + "\n", (name, fact), "Is there a pod to look into?", f"How is {name}?"
    )


def compiler(dice: random.Random) -> Case:
    lines = []
    for _ in range(dice.choice((25, 60))):
        file, line = f"lib/{dice.choice(NOUNS)}.c", dice.randrange(10, 900)
        name = dice.choice(NOUNS)
        lines += [
            f"{file}:{line}:{dice.randrange(3, 40)}: warning: unused variable '{name}' [-Wunused-variable]",
            f"  {line} |     int {name} = 0;",
            f"      |         ^{'~' * (len(name) - 1)}",
        ]
    at = dice.randrange(4, len(lines) // 3 - 2) * 3
    file = lines[at].split(":")[0]
    line = lines[at].split(":")[1]
    kind, text, fact, named = dice.choice(
        (
            (
                "severity",
                "error: use of undeclared identifier 'owner_id'",
                "undeclared identifier owner_id",
                "Where is owner_id used?",
            ),
            (
                "rare value",
                "warning: array subscript 9 is above array bounds [-Warray-bounds]",
                "array subscript 9",
                "Which subscript is out of bounds?",
            ),
            (
                "rare value",
                "warning: format '%s' expects a matching argument [-Wformat=]",
                "expects a matching argument",
                "Which format is wrong?",
            ),
        )
    )
    lines[at : at + 3] = [f"{file}:{line}:7: {text}", f"  {line} |     touch(row[9]);", "      |           ^"]
    return Case(
        "compiler", kind, "\n".join(lines) + "\n", (f"{file}:{line}", fact), "What has to be fixed first?", named
    )


def mypy(dice: random.Random) -> Case:
    lines = [
        f"app/{dice.choice(NOUNS)}.py:{dice.randrange(5, 300)}: error: Function is missing a return type annotation  [no-untyped-def]"
        for _ in range(dice.choice((30, 80)))
    ]
    at = dice.randrange(6, len(lines) - 3)
    place = lines[at].rsplit(": error", 1)[0]
    text, named = dice.choice(
        (
            (
                'error: Item "None" of "Optional[Invoice]" has no attribute "total"  [union-attr]',
                "Where is Invoice used?",
            ),
            (
                'error: Incompatible types in assignment (expression has type "bytes")  [assignment]',
                "Where are bytes assigned?",
            ),
        )
    )
    lines[at] = f"{place}: {text}"
    lines.append(f"Found {len(lines)} errors in 14 files (checked 60 source files)")
    return Case(
        "mypy",
        "rare shape",
        "\n".join(lines) + "\n",
        (place, text.split("error: ")[1].split("  ")[0]),
        "Which error may be a real defect?",
        named,
    )


def find(dice: random.Random) -> Case:
    lines = [
        f"./static/img/{a}/{dice.choice(NOUNS)}_{n:02d}.webp" for a in ("small", "large", "thumb") for n in range(40)
    ]
    at = dice.randrange(15, len(lines) - 8)
    kind, path = dice.choice(
        (
            ("rare shape", "./static/img/large/.env.backup"),
            ("extension", f"{lines[at][:-4]}php"),
            ("depth", "./static/img/thumb/old/deep/key.pem"),
        )
    )
    lines[at] = path
    return Case(
        "find",
        kind,
        "\n".join(lines) + "\n",
        (path,),
        "Is there a file that should not be here?",
        f"Why is there {path.rsplit('/', 1)[1]}?",
    )


def page(dice: random.Random) -> Case:
    menu = "".join(f"<li><a href='/docs/{n}'>{dice.choice(NOUNS).title()} guide</a></li>" for n in range(30))
    cards = []
    for n in range(dice.choice((24, 60))):
        noun = dice.choice(NOUNS)
        cards.append(
            f'<div class="card"><h3>{noun.title()} {n + 1}</h3><p>Our {noun} comes in {dice.choice(("oak", "steel", "linen"))}, '
            f'made in {dice.choice(CITIES)}.</p><span class="price">{dice.randrange(9, 90)}.00 EUR</span></div>'
        )
    at = dice.randrange(5, len(cards) - 2)
    noun = cards[at].split("<h3>")[1].split("</h3>")[0]
    kind = dice.choice(("rare value", "unit", "extra field"))
    if kind == "rare value":
        cards[at] = cards[at].replace("made in", "no longer sold, last stock in")
        facts, named = (noun, "no longer sold"), "What is no longer sold?"
    elif kind == "unit":
        price = cards[at].split('price">')[1].split("<")[0]
        cards[at] = cards[at].replace(price, "115.00 GBP")
        facts, named = (noun, "115.00 GBP"), "What is priced in GBP?"
    else:
        cards[at] = cards[at].replace("</span></div>", "</span><em>Voltage 110 only</em></div>")
        facts, named = (noun, "Voltage 110 only"), "What voltage is needed?"
    text = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Shop</title><script>var t=[1,2,3];</script></head>'
        f"<body><header><ul>{menu}</ul></header><main>{''.join(cards)}</main><footer>Imprint</footer></body></html>"
    )
    return Case("html page", kind, text, facts, "Which product differs from the rest?", named, 5)


def oneline(dice: random.Random) -> Case:
    lines = [
        f"{dice.getrandbits(28):07x} {dice.choice(('docs', 'fix', 'feat'))}: {dice.choice(VERBS)} {dice.choice(NOUNS)} {dice.choice(NOUNS)}"
        for _ in range(dice.choice((50, 120)))
    ]
    at = dice.randrange(10, len(lines) - 4)
    sha = lines[at].split()[0]
    text, named = dice.choice(
        (
            ('Revert "feat: moved ladder"', "What was reverted?"),
            ("WIP do not merge", "Is there a WIP commit?"),
            ("security: rotate leaked token", "Was a token leaked?"),
        )
    )
    lines[at] = f"{sha} {text}"
    return Case(
        "git log", "rare shape", "\n".join(lines) + "\n", (sha, text), "Which commit needs a second look?", named
    )


SPECIAL: tuple[Callable[[random.Random], Case], ...] = (
    access_log, app_log, late_log, grep, diff, ini, env, toml, helm, ls, du, ps, pods, compiler, mypy, find, page, oneline,
)  # fmt: skip


def cases(seed: int = 1, rounds: int = 4) -> list[Case]:
    """All layouts with all differences, and `rounds` of each output with a form of its own."""
    dice = random.Random(seed)
    found = [table(dice, layout, difference) for layout in LAYOUTS for difference in DIFFERENCES]
    return found + [make(dice) for _ in range(rounds) for make in SPECIAL]
