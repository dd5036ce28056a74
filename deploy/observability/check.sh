#!/bin/sh
# Checks everything in this folder that can be checked without a running suite. PROMTOOL, AMTOOL and OTELCOL name the programs where they are
# not in the PATH; one that is missing is said and left out, and with CI set it is an error.
set -eu
cd "$(dirname "$0")"

left_out=""
have() {
    command -v "$2" > /dev/null 2>&1 && return 0
    echo "left out: $1 ($2 is not there)"
    left_out="$left_out $2"
    return 1
}

PROMTOOL=${PROMTOOL:-promtool} AMTOOL=${AMTOOL:-amtool} OTELCOL=${OTELCOL:-otelcol} PYTHON=${PYTHON:-python3}

if have "Prometheus' configuration, rules and their tests" "$PROMTOOL"; then
    for file in prometheus/prometheus.yml prometheus/prometheus-dns.yml; do
        "$PROMTOOL" check config "$file"
    done
    "$PROMTOOL" test rules prometheus/tests/*.yml
fi

if have "Alertmanager's configuration and routes" "$AMTOOL"; then
    "$AMTOOL" check-config alertmanager/alertmanager.yml
    grep -v '^#' alertmanager/routes.test | while read -r receiver labels; do
        # The labels are words of their own.
        # shellcheck disable=SC2086
        "$AMTOOL" config routes test --config.file=alertmanager/alertmanager.yml --verify.receivers="$receiver" $labels > /dev/null 2>&1 || {
            echo "routes.test: an alert with $labels does not go to $receiver"
            exit 1
        }
    done
    echo "routes.test: all alerts go where they should"
fi

if have "the Collector's configuration" "$OTELCOL"; then
    "$OTELCOL" validate --config collector-core.yaml
    LOGS_EXPORTER=otlp_http "$OTELCOL" validate --config collector-core.yaml
    # Only the contrib distribution knows tail_sampling.
    if "$OTELCOL" components | grep -q 'name: tail_sampling'; then
        "$OTELCOL" validate --config collector.yaml
        echo "the Collector takes both configurations"
    else
        echo "the Collector takes collector-core.yaml; it is not the contrib distribution, so collector.yaml was not asked for"
    fi
fi

# The two files for the Collector are one file with and without what lies between the marks. Comments and empty lines do not count.
plain() { sed -e '/# begin: contrib/,/# end: contrib/d' -e 's/[[:space:]]*#.*//' -e '/^[[:space:]]*$/d' "$1"; }
[ "$(plain collector.yaml)" = "$(plain collector-core.yaml)" ] || { echo "collector-core.yaml is not collector.yaml without what is contrib's"; exit 1; }

if have "dashboards, runbooks and the completeness of tests" "$PYTHON"; then
    "$PYTHON" grafana/dashboards.py --check
    "$PYTHON" prometheus/complete.py
fi

[ -z "$left_out" ] || [ -z "${CI:-}" ] || { echo "missing:$left_out"; exit 1; }
echo "all checks passed"
