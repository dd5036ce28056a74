#!/usr/bin/env python3
"""Draws a trace as an SVG: each span a bar, below its parent, colored by its service. Python 3 alone, no packages.

    ./draw-trace.py http://127.0.0.1:8191 TRACE_ID > trace.svg     from Jaeger's query API
    ./draw-trace.py trace.json > trace.svg                         from what that API answered

What stands in the picture is the names and times of a real trace. Spans far longer than the rest, such as a watcher's call, are cut at the
end of the last one that is not.
"""

import json
import sys
import urllib.request
from html import escape

WIDTH, LEFT, ROW, TOP = 1180, 430, 22, 56
COLORS = {"suite-user": "#3b7dd8", "suite-order": "#2a9d6f", "suite-payment": "#c9741d"}
OTHER = "#7a7f87"


def load(arguments):
    if len(arguments) == 1:
        with open(arguments[0], encoding="utf-8") as file:
            return json.load(file)
    if len(arguments) == 2:
        with urllib.request.urlopen(f"{arguments[0].rstrip('/')}/api/traces/{arguments[1]}", timeout=10) as answer:
            return json.load(answer)
    sys.exit(__doc__)


def read(answer):
    if not answer.get("data"):
        sys.exit("There is no such trace.")
    trace = answer["data"][0]
    spans = {}
    for span in trace["spans"]:
        parents = [r["spanID"] for r in span.get("references", []) if r["refType"] == "CHILD_OF" and r["traceID"] == span["traceID"]]
        tags = {t["key"]: t["value"] for t in span.get("tags", [])}
        spans[span["spanID"]] = {
            "id": span["spanID"],
            "parent": parents[0] if parents else None,
            "name": span["operationName"],
            "service": trace["processes"][span["processID"]]["serviceName"],
            "start": span["startTime"],
            "end": span["startTime"] + span["duration"],
            "kind": tags.get("span.kind", "internal"),
            "failed": bool(tags.get("error")),
        }
    return spans


def ordered(spans):
    """Depth first, children by their start."""
    children = {}
    for span in spans.values():
        children.setdefault(span["parent"] if span["parent"] in spans else None, []).append(span)

    def walk(parent, depth):
        for span in sorted(children.get(parent, []), key=lambda s: s["start"]):
            yield span, depth
            yield from walk(span["id"], depth + 1)

    return list(walk(None, 0))


def draw(rows):
    begin = min(span["start"] for span, _ in rows)
    end = max(span["end"] for span, _ in rows if not span["name"].endswith("/WatchOrder"))
    scale = (WIDTH - LEFT - 110) / max(1, end - begin)
    height = TOP + ROW * len(rows) + 20
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="ui-sans-serif, system-ui, sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    x = 16
    for service in sorted({span["service"] for span, _ in rows}):
        out.append(f'<rect x="{x}" y="14" width="12" height="12" rx="2" fill="{COLORS.get(service, OTHER)}"/>')
        out.append(f'<text x="{x + 18}" y="24" fill="#24292f">{escape(service)}</text>')
        x += 30 + 8 * len(service)
    for i in range(6):
        at = LEFT + (WIDTH - LEFT - 110) * i / 5
        out.append(f'<line x1="{at:.1f}" y1="{TOP - 8}" x2="{at:.1f}" y2="{height - 12}" stroke="#e4e7eb"/>')
        out.append(f'<text x="{at:.1f}" y="{TOP - 14}" fill="#6a737d" text-anchor="middle">{(end - begin) * i / 5000:.1f} ms</text>')
    for row, (span, depth) in enumerate(rows):
        y = TOP + ROW * row
        left = LEFT + (span["start"] - begin) * scale
        width = max(2.0, (min(span["end"], end) - span["start"]) * scale)
        color = "#c62828" if span["failed"] else COLORS.get(span["service"], OTHER)
        name = span["name"].removeprefix("suite.order.v1.").removeprefix("suite.user.v1.").removeprefix("suite.payment.v1.")
        out.append(f'<text x="{16 + 14 * depth}" y="{y + 14}" fill="#24292f">{escape(name)}<tspan fill="#8a929a"> {span["kind"]}</tspan></text>')
        out.append(f'<rect x="{left:.1f}" y="{y + 3}" width="{width:.1f}" height="{ROW - 8}" rx="2" fill="{color}"/>')
        took = (span["end"] - span["start"]) / 1000
        out.append(f'<text x="{left + width + 5:.1f}" y="{y + 14}" fill="#6a737d">{took:.1f} ms</text>')
    out.append("</svg>")
    return "\n".join(out)


if __name__ == "__main__":
    print(draw(ordered(read(load(sys.argv[1:])))))
