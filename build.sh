#!/usr/bin/env bash
# Restores the pinned local tools and runs build.cake, which holds every verb:  ./build.sh VERB [options]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v dotnet >/dev/null; then
  echo "The .NET SDK is missing (version in global.json). It is at https://dot.net/download" >&2
  exit 1
fi
if ! version=$(dotnet --version 2>&1); then
  echo "The .NET SDK of global.json is missing:" >&2
  echo "$version" >&2
  exit 1
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
export CAKE_SETTINGS_ENABLESCRIPTCACHE=true CAKE_PATHS_TOOLS=artifacts/cake/tools CAKE_PATHS_CACHE=artifacts/cake/cache
mkdir -p artifacts

# Restoring takes half a second; it is done again when the list of tools has changed.
if [ ! artifacts/.tools -nt .config/dotnet-tools.json ] || [ ! -d "${NUGET_PACKAGES:-$HOME/.nuget/packages}/cake.tool" ]; then
  if ! restored=$(dotnet tool restore 2>&1); then
    echo "The local tools cannot be restored (is the package registry within reach?):" >&2
    echo "$restored" >&2
    exit 1
  fi
  touch artifacts/.tools
fi

if [ $# -eq 0 ]; then
  exec dotnet cake build.cake --description --verbosity=quiet
fi

verb=$1
shift
if ! grep -q "^Task(\"$verb\")" build.cake; then
  echo "There is no verb '$verb'. ./build.sh alone prints them." >&2
  exit 2
fi
launcher=deploy/local/bin/Release/net10.0/Suite.Local
if [ "$verb" = run ] && [ -x "$launcher" ] && [ -f "$launcher.dll" ]; then
  # A port that is taken is known at once; nobody should wait for a build to hear of it.
  "$launcher" check "$@" || exit $?
fi

# What a task leaves in these files is for us: a program to become, so that signals and the terminal reach it and nobody else;
# and the last line to print.
export SUITE_BUILD_THEN=artifacts/then SUITE_BUILD_LAST=artifacts/last
rm -f "$SUITE_BUILD_THEN" "$SUITE_BUILD_LAST"
cake=(dotnet cake build.cake --target="$verb" --verbosity=quiet)
code=0
case $verb in
  run | demo | bench | faults)
    echo "Building (the first time takes a minute or two)."
    "${cake[@]}" >artifacts/build.log || code=$?
    if [ $code -ne 0 ]; then
      cat artifacts/build.log >&2
      exit $code
    fi
    ;;
  *)
    "${cake[@]}" || code=$?
    ;;
esac

if [ $code -eq 0 ] && [ -f "$SUITE_BUILD_THEN" ]; then
  then=()
  while IFS= read -r argument; do then+=("$argument"); done <"$SUITE_BUILD_THEN"
  exec "${then[@]}" "$@"
fi
if [ -f "$SUITE_BUILD_LAST" ]; then
  cat "$SUITE_BUILD_LAST"
fi
exit $code
