#!/usr/bin/env python3
"""Says what is missing: every alert has a severity, a runbook that exists and is in the index, and tests in which it fires and in which it
does not; every test and route is of an alert that exists. Python 3 alone: the files are read by the way they are written."""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def entries(text, start):
    """The parts of a YAML list whose items begin with `start`, by the name behind it."""
    parts = re.split(rf"^[ ]*{start}[ ]*(\S+)$", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


def main():
    wrong = []
    alerts = dict(entries((HERE / "alerts.yml").read_text(encoding="utf-8"), "- alert:"))
    index = (ROOT / "docs/runbooks/README.md").read_text(encoding="utf-8")
    for name, body in alerts.items():
        if not re.search(r"severity: (critical|warning)$", body, re.MULTILINE):
            wrong.append(f"{name} has no severity")
        runbook = re.search(r"runbook_url: (docs/runbooks/(\S+\.md))$", body, re.MULTILINE)
        if runbook is None or not (ROOT / runbook[1]).is_file():
            wrong.append(f"{name} has no runbook")
        elif not re.search(rf"\| `{name}` .*\({re.escape(runbook[2])}\)", index):
            wrong.append(f"{name} is not in the index of runbooks with {runbook[2]}")
        wrong += [f"{name} has no {part}" for part in ("summary", "description") if f"{part}: " not in body]

    fires, quiet = set(), set()
    for path in sorted((HERE / "tests").glob("*.yml")):
        # A case ends where the next begins or the list does.
        for name, body in entries(path.read_text(encoding="utf-8"), "alertname:"):
            (quiet if re.match(r"\s*exp_alerts: \[\]", body) else fires).add(name)
    wrong += [f"{name}: no test in which it fires" for name in alerts if name not in fires]
    wrong += [f"{name}: no test in which it does not fire" for name in alerts if name not in quiet]
    wrong += [f"tests name {name}, which is no alert" for name in sorted((fires | quiet) - alerts.keys())]
    inhibited = re.findall(r'alertname=~?"([^"]+)"', (HERE.parent / "alertmanager/alertmanager.yml").read_text(encoding="utf-8"))
    wrong += [f"alertmanager.yml names {name}, which is no alert" for names in inhibited for name in names.split("|") if name not in alerts]
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
