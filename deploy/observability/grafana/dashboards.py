#!/usr/bin/env python3
"""Writes dashboards/*.json, the dashboards of Suite for Grafana 10 and later. Python 3 alone, no packages.

    ./dashboards.py           writes them
    ./dashboards.py --check   says whether they are as this file would write them

A panel is a line here and fifty of JSON. Queries name what ../prometheus/rules.yml records and what services expose, nothing else. What is
absent while all is well ends with NONE (nothing has happened) or UNKNOWN (nobody has looked): a panel without data is a broken one.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent / "dashboards"
NONE = " or on() vector(0)"
UNKNOWN = " or on() vector(-1)"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
GREEN, YELLOW, RED, GREY = "green", "yellow", "red", "text"


# Panels. A query is (expression, legend).

def panel(kind, title, queries, unit="short", about="", steps=(), width=None, height=8, **more):
    targets = [
        {"refId": chr(ord("A") + i), "datasource": SOURCE, "editorMode": "code", "expr": expression, "legendFormat": legend, "range": True}
        for i, (expression, legend) in enumerate(queries)
    ]
    thresholds = [{"color": GREEN, "value": None}] + [{"color": color, "value": value} for value, color in steps]
    return {
        "type": kind,
        "title": title,
        "description": about,
        "datasource": SOURCE,
        "targets": targets,
        "fieldConfig": {"defaults": {"unit": unit, "thresholds": {"mode": "absolute", "steps": thresholds}}, "overrides": []},
        "_size": (width, height),
        **more,
    }


def graph(title, *queries, unit="short", about="", steps=(), width=None, stacked=False, least=0):
    """Lines over time; thresholds are drawn as lines."""
    made = panel("timeseries", title, queries, unit, about, steps, width)
    made["fieldConfig"]["defaults"]["min"] = least
    made["fieldConfig"]["defaults"]["custom"] = {
        "drawStyle": "line", "lineWidth": 1, "fillOpacity": 40 if stacked else 8, "showPoints": "never", "spanNulls": False,
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"}, "thresholdsStyle": {"mode": "line" if steps else "off"},
    }
    made["options"] = {
        "legend": {"showLegend": True, "displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    # suite.order.v1.OrderService/CreateOrder is OrderService/CreateOrder in a legend.
    made["transformations"] = [{"id": "renameByRegex", "options": {"regex": r"suite\.\w+\.v1\.(\w+/.*)", "renamePattern": "$1"}}]
    return made


def stat(title, *queries, unit="short", about="", steps=(), width=None, names=None):
    """The latest number, colored by its thresholds; names gives words to numbers."""
    made = panel("stat", title, queries, unit, about, steps, width, height=5)
    if names:
        made["fieldConfig"]["defaults"]["mappings"] = [
            {"type": "value", "options": {str(value): {"text": text, "color": color, "index": i} for i, (value, text, color) in enumerate(names)}}]
    made["options"] = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "value", "graphMode": "none", "textMode": "value_and_name" if len(queries) > 1 or "{{" in queries[0][1] else "value",
    }
    return made


def heat(title, metric, selector, about="", width=None):
    """How durations spread, with the traces that exemplars lead to."""
    made = panel("heatmap", title, [(f"sum by (le) (rate({metric}_bucket{{{selector}}}[5m]))", "{{le}}")], "s", about, width=width)
    made["targets"][0] |= {"format": "heatmap", "exemplar": True}
    made["options"] = {
        "calculate": False, "yAxis": {"unit": "s"}, "cellGap": 1, "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64}, "tooltip": {"mode": "single", "yHistogram": True}, "legend": {"show": True},
    }
    return made


def table(title, query, about="", width=None):
    made = panel("table", title, [(query, "")], about=about, width=width)
    made["targets"][0] |= {"format": "table", "instant": True, "range": False}
    made["transformations"] = [{"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": {"Value": "replicas"}}}]
    return made


# Rows that several dashboards have. `of` is a label selector.

def calls(job):
    of = f'job="{job}"'
    return [
        ("Calls", [
            graph("Calls a second", (f"job_method:rpc_server_calls:rate5m{{{of}}}", "{{rpc_method}}"), unit="reqps"),
            graph("Calls that failed, by reason",
                  (f'sum by (error_type) (rate(rpc_server_call_duration_seconds_count{{{of}, error_type!=""}}[5m]))' + NONE, "{{error_type}}"), unit="reqps",
                  about="Every reason, also those that are the caller's affair."),
            graph("Server faults, share of a method's calls",
                  (f"job_method:rpc_server_faults:rate5m{{{of}}} / clamp_min(job_method:rpc_server_calls:rate5m{{{of}}}, 1e-9)", "{{rpc_method}}"),
                  unit="percentunit", steps=[(0.0144, RED)], about="INTERNAL, UNKNOWN, DATA_LOSS; of unary calls UNAVAILABLE and DEADLINE_EXCEEDED too."),
        ]),
        ("Time", [
            graph("99 % of unary calls are quicker", (f"job_method:rpc_server_call_duration_seconds:p99_5m{{{of}}}", "{{rpc_method}}"), unit="s",
                  steps=[(1, YELLOW)]),
            graph("Half of unary calls are quicker", (f"job_method:rpc_server_call_duration_seconds:p50_5m{{{of}}}", "{{rpc_method}}"), unit="s"),
            heat("Unary calls by duration", "rpc_server_call_duration_seconds", f'{of}, rpc_kind="unary"'),
        ]),
        ("Overload", [
            graph("Calls that run", (f"sum by (rpc_method) (suite_overload_running{{{of}}})", "{{rpc_method}}")),
            graph("Calls that may run at once", (f"min by (rpc_method) (suite_overload_limit{{{of}}})", "{{rpc_method}}"),
                  about="The lowest limit of any replica. It follows the latency, between SUITE_MIN_CALLS_PER_METHOD and SUITE_MAX_CALLS_PER_METHOD."),
            graph("Calls refused as OVERLOADED", (f"sum by (rpc_method) (job_method:suite_overload_refusals:rate5m{{{of}}})", "{{rpc_method}}"), unit="reqps"),
        ]),
    ]


def database(job):
    of = f'job="{job}"'
    return [
        graph("Connections to PostgreSQL",
              (f'sum by (instance) (db_client_connection_count{{{of}, db_client_connection_state="used"}})', "{{instance}} used"),
              (f"sum by (instance) (db_client_connection_max{{{of}}})", "{{instance}} at most")),
        graph("Waiting for a connection, and given up",
              (f"sum by (instance) (db_client_connection_npgsql_pending_requests{{{of}}})" + NONE, "{{instance}} wait"),
              (f"sum by (instance) (increase(db_client_connection_npgsql_timeouts_total{{{of}}}[5m]))" + NONE, "{{instance}} gave up in 5 min")),
    ]


def cache(job):
    return [
        graph("Who answered reads", (f'job_cache_level:suite_cache_requests:rate5m{{job="{job}"}}' + NONE, "{{cache}}: {{level}}"), unit="reqps", stacked=True),
        graph("Share that went past the cache", (f'job_cache:suite_cache_bypass_ratio:rate5m{{job="{job}"}}' + NONE, "{{cache}}"), unit="percentunit",
              steps=[(0.9, YELLOW)]),
    ]


def process(of, by="instance"):
    name = "{{instance}}" if by == "instance" else "{{job}} {{instance}}"
    by = "instance" if by == "instance" else "job, instance"
    return ("Processes", [
        graph("Processor, cores", (f"sum by ({by}) (rate(dotnet_process_cpu_time_seconds_total{{{of}}}[5m]))", name)),
        graph("Memory", (f"max by ({by}) (dotnet_process_memory_working_set_bytes{{{of}}})", name), unit="bytes", steps=[(300 * 1024 * 1024, YELLOW)]),
        graph("Time in garbage collection", (f"sum by ({by}) (rate(dotnet_gc_pause_time_seconds_total{{{of}}}[5m]))", name), unit="percentunit"),
        graph("Work that waits for a thread", (f"max by ({by}) (dotnet_thread_pool_queue_length_total{{{of}}})", name)),
        graph("Connections", (f"sum by ({by}) (kestrel_active_connections{{{of}}})", name)),
    ])


def provider_calls(operation):
    return (f'sum by (outcome) (rate(suite_provider_call_duration_seconds_count{{operation="{operation}"}}[5m]))' + NONE, "{{outcome}}")


LEDGER = stat("Ledger", ("max(suite_ledger_imbalance)" + UNKNOWN, "currencies out of balance"), steps=[(1, RED)],
              names=[(-1, "not looked at yet", GREY), (0, "balances", GREEN)], about="Currencies in which debits are not credits. Runbook: docs/runbooks/ledger-imbalance.md")
RECONCILIATION = stat("Reconciliation", ("max(suite_reconciliation_differences)" + UNKNOWN, "differences"), steps=[(1, RED)],
                      names=[(-1, "not looked at yet", GREY), (0, "all agree", GREEN)],
                      about="Differences between orders, payments, the ledger and the provider's record. Runbook: docs/runbooks/reconciliation.md")
OUTCOMES = graph("Orders placed, and outcomes",
                 ("sum(job:suite_orders_placed:rate5m)" + NONE, "placed by call"),
                 ("sum by (outcome) (job_outcome:suite_order_sagas:rate5m)" + NONE, "{{outcome}}"), unit="reqps",
                 about="Imported orders are among the outcomes and not among those placed by call. Runbook: docs/runbooks/saga.md")
SAGA_TIME = graph("From order to outcome",
                  ("max(job:suite_order_saga_duration_seconds:p50_15m)" + NONE, "half"), ("max(job:suite_order_saga_duration_seconds:p99_15m)" + NONE, "99 %"),
                  unit="s", steps=[(5, YELLOW)])

# Dashboards: name, title, what it is about, has a $job variable, rows.

DASHBOARDS = [
    ("overview", "Suite", "Whether all is well, and where to look when not.", True, [
        ("Now", [
            stat("Replicas that answer", ('sum by (job) (up{job=~"$job"})', "{{job}}"), width=4),
            stat("Alerts", ('count(ALERTS{alertstate="firing", severity="critical"})' + NONE, "critical"),
                 ('count(ALERTS{alertstate="firing", severity="warning"})' + NONE, "warning"), steps=[(1, RED)], width=3),
            stat("Faults in the last hour", ('job:rpc_server_fault_ratio:rate1h{job=~"$job"}', "{{job}}"), unit="percentunit",
                 steps=[(0.001, YELLOW), (0.0144, RED)], width=5, about="Of all calls; 0.1 % is what may fail in 30 days."),
            stat("Oldest event not sent", ('job:suite_outbox_age_seconds:max{job=~"$job"}', "{{job}}"), unit="s", steps=[(30, YELLOW), (300, RED)], width=4),
            stat("Parked messages", ('sum(job_group_kind:suite_dead_letters:max{job=~"$job", kind="failed"})' + NONE, "failed"), steps=[(1, YELLOW), (20, RED)], width=2),
            {**LEDGER, "_size": (3, 5)},
            {**RECONCILIATION, "_size": (3, 5)},
        ]),
        ("Calls", [
            graph("Calls a second", ('job:rpc_server_calls:rate5m{job=~"$job"}', "{{job}}"), unit="reqps"),
            graph("Server faults, share", ('job:rpc_server_fault_ratio:rate5m{job=~"$job"}', "{{job}}"), unit="percentunit", steps=[(0.0144, RED)]),
            graph("Unary calls: half, and 99 %, are quicker",
                  ('job:rpc_server_call_duration_seconds:p50_5m{job=~"$job"}', "{{job}} half"),
                  ('job:rpc_server_call_duration_seconds:p99_5m{job=~"$job"}', "{{job}} 99 %"), unit="s"),
            graph("Refused as OVERLOADED", ('sum by (job) (job_method:suite_overload_refusals:rate5m{job=~"$job"})', "{{job}}"), unit="reqps"),
        ]),
        ("Orders", [OUTCOMES, SAGA_TIME,
                    graph("Events not sent", ('job:suite_outbox_depth:sum{job=~"$job"}', "{{job}}")),
                    graph("Behind in topics", ('sum by (messaging_consumer_group_name) (job_group_topic:suite_consumer_lag:sum{job=~"$job"})' + NONE,
                                               "{{messaging_consumer_group_name}}"))]),
        process('job=~"$job"', by="job"),
        ("What runs", [
            table("Builds", 'count by (job, service_version, suite_commit) (suite_build_info{job=~"$job"})'),
            graph("Alerts that fire", ('count by (alertname, severity) (ALERTS{alertstate="firing"})' + NONE, "{{severity}} {{alertname}}"), stacked=True),
        ]),
    ]),
    ("user", "Suite: User", "Users, sessions and API keys.", False, [
        *calls("user"),
        ("Cache", cache("user")),
        ("Database", database("user")),
        process('job="user"'),
    ]),
    ("order", "Suite: Order", "Orders, from placed to their outcome, and the price book.", False, [
        ("Orders", [OUTCOMES, SAGA_TIME, heat("From order to outcome", "suite_order_saga_duration_seconds", 'outcome=~"confirmed|rejected"')]),
        *calls("order"),
        ("Cache and locks", [
            *cache("order"),
            graph("Time to get a lock, nine of ten", ('job:suite_lock_wait_duration_seconds:p90_15m{job="order"}' + NONE, "p90"), unit="s", steps=[(0.25, YELLOW)]),
            graph("Attempts to take a lock", ('sum by (lock_acquired) (rate(suite_lock_wait_duration_seconds_count{job="order"}[5m]))' + NONE, "acquired: {{lock_acquired}}"),
                  unit="reqps", about="With several replicas most attempts fail: another sweeps. That is as it should be."),
        ]),
        ("Database", database("order")),
        process('job="order"'),
    ]),
    ("payment", "Suite: Payment", "Payments, and the provider they are asked of.", False, [
        ("Provider", [
            graph("Calls to the provider",
                  ("sum by (operation, outcome) (job_provider_operation_outcome:suite_provider_calls:rate5m)" + NONE, "{{operation}}: {{outcome}}"), unit="reqps", stacked=True),
            graph("Errors and time-outs, share", ("job_provider:suite_provider_failure_ratio:rate10m" + NONE, "{{provider}}"), unit="percentunit", steps=[(0.2, RED)],
                  about="Their outcome is not known and is asked for again with the same key. Runbook: docs/runbooks/provider.md"),
            graph("99 % of calls to the provider are quicker", ("job_operation:suite_provider_call_duration_seconds:p99_5m" + NONE, "{{operation}}"), unit="s"),
            heat("Calls to the provider by duration", "suite_provider_call_duration_seconds", 'job="payment"'),
        ]),
        *calls("payment"),
        ("Database", database("payment")),
        process('job="payment"'),
    ]),
    ("messaging", "Suite: messaging", "From the outbox over Kafka to the inbox, and what was parked on the way.", True, [
        ("Outbox", [
            graph("Events not sent", ('job:suite_outbox_depth:sum{job=~"$job"}', "{{job}}"), about="Counted up to 10,000 a shard."),
            graph("Age of the oldest", ('job:suite_outbox_age_seconds:max{job=~"$job"}', "{{job}}"), unit="s", steps=[(30, YELLOW), (300, RED)],
                  about="Runbook: docs/runbooks/outbox.md"),
            graph("Sent", ('job_topic:messaging_client_sent_messages:rate5m{job=~"$job"}', "{{job}} to {{messaging_destination_name}}"), unit="cps"),
            graph("Not taken by the broker", ('job:messaging_client_send_failures:rate5m{job=~"$job"}', "{{job}}"), unit="cps"),
        ]),
        ("Consumers", [
            graph("Applied", ('job_group_topic:messaging_client_consumed_messages:rate5m{job=~"$job"}', "{{messaging_consumer_group_name}}"), unit="cps"),
            graph("Behind", ('job_group_topic:suite_consumer_lag:sum{job=~"$job"}', "{{messaging_consumer_group_name}}"), about="Runbook: docs/runbooks/consumer-lag.md"),
            graph("Behind, the worst partitions",
                  ('topk(12, max by (messaging_consumer_group_name, messaging_destination_partition_id) (suite_consumer_lag{job=~"$job"}))',
                   "{{messaging_consumer_group_name}} {{messaging_destination_partition_id}}")),
        ]),
        ("Batches", [
            graph("99 % of batches are quicker", ('job_group:messaging_process_duration_seconds:p99_5m{job=~"$job"}', "{{messaging_consumer_group_name}}"), unit="s"),
            graph("Batches that failed",
                  ('sum by (messaging_consumer_group_name, error_type) (rate(messaging_process_duration_seconds_count{job=~"$job", error_type!=""}[5m]))' + NONE,
                   "{{messaging_consumer_group_name}} {{error_type}}"), unit="cps"),
            graph("Had been applied before", ('sum by (messaging_consumer_group_name) (rate(suite_inbox_duplicates_total{job=~"$job"}[5m]))' + NONE,
                                              "{{messaging_consumer_group_name}}"), unit="cps", about="Sent again after a crash or a lost broker, and without effect."),
        ]),
        ("Projections", [
            graph("Age of the documents", ('max by (projection) (suite_projection_age_seconds{job=~"$job"})', "{{projection}}"), unit="s", steps=[(60, YELLOW), (300, RED)],
                  about="Everything that was told until then is in them. Runbook: docs/runbooks/projections.md"),
            graph("Read from histories", ('sum by (projection) (rate(suite_projection_history_read_total{job=~"$job"}[5m]))' + NONE, "{{projection}}"), unit="cps",
                  about="While documents are made anew or compared."),
            graph("Passed over in an hour", ('sum by (projection) (increase(suite_projection_skipped_total{job=~"$job"}[1h]))' + NONE, "{{projection}}"),
                  about="Events that are in no document. Runbook: docs/runbooks/projections.md"),
            graph("Interrupted", ('sum by (projection) (rate(suite_projection_failures_total{job=~"$job"}[5m]))' + NONE, "{{projection}}"), unit="cps"),
        ]),
        ("Dead letters", [
            graph("Parked now", ('job_group_kind:suite_dead_letters:max{job=~"$job"}' + NONE, "{{messaging_consumer_group_name}}: {{kind}}"),
                  about="failed: could not be applied. waiting: of the same key, behind one that failed. Runbook: docs/runbooks/dead-letters.md"),
            graph("Parked in an hour", ('sum by (messaging_consumer_group_name) (increase(suite_dead_letters_parked_total{job=~"$job"}[1h]))' + NONE,
                                        "{{messaging_consumer_group_name}}")),
        ]),
    ]),
    ("money", "Suite: money", "Whether the books are right, and what moves.", False, [
        ("Books", [
            LEDGER, RECONCILIATION,
            stat("Alerts about money", ('count(ALERTS{alertstate="firing", alertname=~"Ledger.*|Reconciliation.*|Provider.*|Saga.*"})' + NONE, "firing"), steps=[(1, RED)]),
            graph("What reconciliations found", ("max(suite_reconciliation_differences)" + UNKNOWN, "differences"),
                  ("max(suite_ledger_imbalance)" + UNKNOWN, "currencies out of balance"), least=-1, about="-1: nobody has looked since the start of Payment.", width=12),
        ]),
        ("The provider was asked for", [
            graph("Authorizations", provider_calls("authorize"), unit="reqps", stacked=True),
            graph("Captures", provider_calls("capture"), unit="reqps", stacked=True),
            graph("Refunds", provider_calls("refund"), unit="reqps", stacked=True),
            graph("Voids", provider_calls("void"), unit="reqps", stacked=True),
        ]),
        ("Answers", [
            graph("Authorizations that were approved, share",
                  ('sum(job_provider_operation_outcome:suite_provider_calls:rate5m{operation="authorize", outcome="approved"})'
                   ' / clamp_min(sum(job_provider_operation_outcome:suite_provider_calls:rate5m{operation="authorize", outcome=~"approved|declined"}), 1e-9)' + NONE, "approved"),
                  unit="percentunit"),
            graph("Outcome not known",
                  ('sum by (operation, outcome) (job_provider_operation_outcome:suite_provider_calls:rate5m{outcome=~"error|timeout"})' + NONE, "{{operation}}: {{outcome}}"), unit="reqps"),
            graph("Asked what became of a step", provider_calls("find"), unit="reqps"),
        ]),
        ("Orders", [
            OUTCOMES, SAGA_TIME,
            graph("Calls that move money: 99 % are quicker",
                  ('job_method:rpc_server_call_duration_seconds:p99_5m{rpc_method=~".*/(FulfillOrder|RefundOrder|CancelOrder|CapturePayment|VoidPayment|RefundPayment)"}' + NONE,
                   "{{rpc_method}}"), unit="s", steps=[(10, YELLOW)]),
        ]),
    ]),
]


def place(rows):
    """Gives panels their numbers and places: 24 columns, a row of panels below its heading."""
    placed, y = [], 0
    for title, panels in rows:
        placed.append({"type": "row", "title": title, "collapsed": False, "panels": [], "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}})
        x, y, tallest = 0, y + 1, 0
        fixed = sum(p["_size"][0] or 0 for p in panels)
        free = sum(1 for p in panels if not p["_size"][0])
        for original in panels:
            one = {key: value for key, value in original.items() if key != "_size"}
            width, height = original["_size"]
            width = width or (24 - fixed) // free
            one["gridPos"] = {"x": x, "y": y, "w": width, "h": height}
            x, tallest = x + width, max(tallest, height)
            placed.append(one)
        y += tallest
    return [{"id": number, **one} for number, one in enumerate(placed, 1)]


def dashboard(name, title, about, has_job, rows):
    variables = [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "refresh": 1, "hide": 0, "multi": False,
                  "includeAll": False, "current": {}, "options": []}]
    if has_job:
        jobs = ["user", "order", "payment"]
        variables.append({
            "name": "job", "label": "Service", "type": "custom", "query": ",".join(jobs), "multi": True, "includeAll": True, "allValue": "|".join(jobs), "hide": 0,
            "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
            "options": [{"selected": value == "$__all", "text": text, "value": value} for text, value in [("All", "$__all")] + [(j, j) for j in jobs]],
        })
    return {
        "uid": f"suite-{name}", "title": title, "description": about, "tags": ["suite"], "schemaVersion": 39, "version": 1, "editable": True,
        "graphTooltip": 1, "refresh": "30s", "time": {"from": "now-1h", "to": "now"}, "timepicker": {}, "timezone": "", "fiscalYearStartMonth": 0,
        "annotations": {"list": []}, "templating": {"list": variables},
        "links": [{"type": "dashboards", "title": "Suite", "tags": ["suite"], "asDropdown": False, "includeVars": False, "keepTime": True, "targetBlank": False,
                   "icon": "external link", "tooltip": "", "url": ""}],
        "panels": place(rows),
    }


def main():
    wrong = []
    for spec in DASHBOARDS:
        path = HERE / f"{spec[0]}.json"
        text = json.dumps(dashboard(*spec), indent=2, ensure_ascii=False) + "\n"
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            wrong.append(path.name)
    if wrong:
        sys.exit(f"{', '.join(wrong)}: not as dashboards.py writes them; run it.")


if __name__ == "__main__":
    main()
