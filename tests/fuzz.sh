#!/usr/bin/env bash
# Fuzzes every Fuzz function of encoding/ in turn, found by their names. What is found is a file under the package's testdata/fuzz/:
# committed with its mend it stays as a test. Without fuzzing, `go test` runs all that is there.
#
#     ./build.sh fuzz [SECONDS] [TARGET]     60 s each by default; TARGET is the name of one, or encoding/rotary for a package
#
# GOMAXPROCS=1 fuzzes with one worker. Interesting inputs are kept in Go's own cache (go clean -fuzzcache), so that another run goes
# on where this one ended. A package that SIMD builds from other files is fuzzed with each width of vectors, and without.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
GOTOOLCHAIN=$(sed -n 's|^toolchain ||p' go.mod)
export GOTOOLCHAIN
unset GOEXPERIMENT GODEBUG

seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then seconds=$1; shift; fi
if [ "$seconds" -lt 1 ] || [ $# -gt 1 ]; then sed -n '5s/^# *//p' "${BASH_SOURCE[0]}" >&2; exit 2; fi
only=${1:-}

# "package target build" for each run.
runs=()
files() { GOEXPERIMENT=$1 go list -f '{{.GoFiles}}' "$2"; }
listed=$(GOEXPERIMENT=simd go test -list '^Fuzz' ./encoding/...)
while read -r package target; do
  package=${package#posenc/}
  case $only in "" | "$target" | "$package" | "./$package") ;; *) continue ;; esac
  builds=simd
  if [ "$(files simd "./$package")" != "$(files "" "./$package")" ]; then
    builds="simd stock"
    [ "$(go env GOARCH)" != amd64 ] || builds="simd simd=256 stock"
  fi
  for build in $builds; do runs+=("$package $target $build"); done
done < <(awk '/^Fuzz/ { targets[n++] = $1 } /^ok/ { for (i = 0; i < n; i++) print $2, targets[i] } /^ok|^\?/ { n = 0 }' <<<"$listed")
if [ ${#runs[@]} = 0 ]; then
  echo "no target or package ${only:-at all}; there are" $(grep '^Fuzz' <<<"$listed") >&2
  exit 2
fi
echo "${#runs[@]} runs of $seconds s: $(((${#runs[@]} * seconds + 59) / 60)) min"

log=$(mktemp)
pid=
trap 'rm -f "$log"' EXIT
trap 'trap - INT TERM; [ -z "$pid" ] || { kill -INT -- "-$pid" 2>/dev/null; wait "$pid" || true; summary; }; echo "stopped"; exit 130' INT TERM

# summary: one line of what the log says so far.
summary() {
  local execs new time
  [ ! -t 1 ] || printf '\r\033[K'
  time=$(grep -oE 'elapsed: [0-9hm]+s' "$log" | tail -1) || true
  execs=$(grep -oE 'execs: [0-9]+' "$log" | tail -1) || true
  new=$(grep -oE 'new interesting: [0-9]+' "$log" | tail -1) || true
  printf '%-24s %-16s %-8s %10s executions, %4s new inputs, %6s\n' "$package" "$target" "$build" "${execs#execs: }" "${new#new interesting: }" "${time#elapsed: }"
}

failed=0 number=0
for run in "${runs[@]}"; do
  read -r package target build <<<"$run"
  number=$((number + 1))
  setting="GOEXPERIMENT=simd"
  case $build in simd=*) setting+=" GODEBUG=$build" ;; stock) setting="GOEXPERIMENT=" ;; esac
  : >"$log"
  set -m # a process group of its own, which is told when to stop
  env $setting go test -run '^$' -fuzz "^$target\$" -fuzztime "${seconds}s" -fuzzminimizetime 2s "./$package" >"$log" 2>&1 </dev/null &
  pid=$!
  set +m
  while [ -t 1 ] && kill -0 "$pid" 2>/dev/null; do
    printf '\r\033[K[%d/%d] %s %s, %s: %s' "$number" "${#runs[@]}" "$package" "$target" "$build" "$(tail -1 "$log" | cut -c1-90)"
    sleep 0.5
  done
  status=0
  wait "$pid" || status=$?
  pid=
  summary
  if [ "$status" != 0 ]; then
    failed=1
    sed -n '/^--- FAIL/,$p' "$log" | grep . || cat "$log"
    input=$(sed -nE 's/.*(testdata\/fuzz\/|seed corpus entry: )([^ ]+).*/\2/p' "$log" | head -1)
    if [ -n "$input" ]; then
      echo "the input:  $package/testdata/fuzz/$input"
      echo "once more:  $setting go test ./$package -run '^${input%%/*}\$/^${input#*/}\$'"
    fi
  fi
done
exit $failed
