#!/usr/bin/env bash
# posenc in Go against other libraries in Go: first as a stock toolchain builds it, then with GOEXPERIMENT=simd.
#
#     ./build.sh bench --native [--quick] [--run REGEXP] [--json FILE]
set -euo pipefail
GOTOOLCHAIN=$(sed -n 's|^toolchain ||p' "$(dirname "${BASH_SOURCE[0]}")/../../go.mod")
export GOTOOLCHAIN GOFLAGS="-trimpath -buildvcs=false"
json=
options=()
while [ $# -gt 0 ]; do
  case $1 in
    --quick) options+=(--quick) ;;
    --run | --json)
      [ $# -ge 2 ] || { echo "$1 needs a value" >&2; exit 2; }
      if [ "$1" = --run ]; then options+=(--run "$2"); else json=$(realpath -m "$2"); fi
      shift
      ;;
    *) sed -n '4s/^# *//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
  shift
done
cd "$(dirname "${BASH_SOURCE[0]}")"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for experiment in "" simd; do
  GOEXPERIMENT=$experiment go build -o "$scratch/compare" ./compare
  "$scratch/compare" ${options[@]+"${options[@]}"} ${json:+--json "$scratch/$experiment.json"}
  echo
done
if [ -n "$json" ]; then # both, in a list
  { echo "["; cat "$scratch/.json"; echo ","; cat "$scratch/simd.json"; echo "]"; } >"$json"
fi
