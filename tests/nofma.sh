#!/usr/bin/env bash
# No fused multiply-add: a*b + c with one rounding has other bits than with two, and Go's compiler fuses it wherever the
# machine can, unless the product is converted: float64(a*b) + c. No machine here has most of these processors, so the
# numeric packages are compiled for each of them and the instructions are looked at.
#
#     tests/nofma.sh [--list] [MACHINE...]     --list names every function that was looked at
#
# Code of other packages is seen where it is inlined, and else not looked at: no number comes from a function of another
# package but math's Sqrt, Floor, Trunc, Abs, Frexp, Ldexp and bit patterns, which are exact everywhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
GOTOOLCHAIN=$(sed -n 's|^toolchain ||p' go.mod)
export GOTOOLCHAIN GOOS=linux CGO_ENABLED=0

# The mnemonics of Go's assembler: FMADDD and FNMSUBS (arm64, riscv64), FMADD (ppc64, s390x), FMSUBF (loong64), VFMADD231SD
# (amd64), and those on vectors: VFMLA (arm64), WFMADB (s390x), XSMADDADP (ppc64), VFMACCVV (riscv64).
fused='^[VWX]*(F|S|V)N?M(ADD|SUB|LA|LS|A[DS]B|S[DS]B|ACC|SAC)[A-Z0-9]*$'

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The pattern has to find what the compiler makes of these on every machine (of all three, or of the first), or finding
# nothing would mean nothing.
cat >"$scratch/fused.go" <<'GO'
package fused

func Double(a, b, c float64) float64 { return a*b + c }
func Single(a, b, c float32) float32 { return a*b - c }
func Negate(a, b, c float64) float64 { return c - a*b }
GO
echo 'module fused' >"$scratch/go.mod"

# look LISTING: prints "function package.name" for each in a listing of go build -gcflags=-S, and "fused ..." for each hit.
look() {
  awk -F '\t' -v fused="$fused" '
    / STEXT / { name = $1; sub(/ STEXT .*/, "", name); if (!seen[name]++) print "function " name }
    /^\t0x[0-9a-f]+ / && $3 ~ fused { line = $2; sub(/.*\(/, "", line); sub(/\).*/, "", line); print "fused " $3 " in " name " (" line ")" }
  ' "$1"
}

# by_name takes out what a line asks for by name: math.FMA has one rounding everywhere, in software where need be.
by_name() {
  while read -r what; do
    if [[ $what =~ ^fused.*\(posenc/([^:]+):([0-9]+)\)$ ]] && sed -n "${BASH_REMATCH[2]}p" "${BASH_REMATCH[1]}" | grep -q 'math\.FMA('; then
      continue
    fi
    printf '%s\n' "$what"
  done
}

list=false
[ "${1:-}" != --list ] || { list=true; shift; }
machines=${*:-arm64 ppc64le s390x riscv64 loong64 amd64/v3 arm64+simd amd64/v3+simd}

failed=0
for machine in $machines; do
  export GOARCH=${machine%%[/+]*} GOAMD64=v1 GOEXPERIMENT=
  case $machine in */v3*) GOAMD64=v3 ;; esac # v1 has no such instruction
  case $machine in *+simd) GOEXPERIMENT=simd ;; esac

  (cd "$scratch" && go build -gcflags=-S .) >"$scratch/known" 2>&1 || { cat "$scratch/known"; exit 1; }
  known=$(look "$scratch/known" | grep -c '^fused') || true
  if [ "$known" = 0 ]; then
    echo "$machine: not one of the sums that the compiler fuses was found: the pattern here does not know this machine"
    failed=1
    continue
  fi

  go build -trimpath -gcflags=posenc/...=-S ./encoding/... >"$scratch/listing" 2>&1 || { tail -20 "$scratch/listing"; exit 1; }
  look "$scratch/listing" | by_name >"$scratch/found"
  for package in $(go list ./encoding/... | grep -v /truth/ask); do # which has a main alone, and no numbers
    if ! grep -qE "^function ${package//./\\.}\.[^/]*$" "$scratch/found"; then
      echo "$machine: no function of $package was looked at"
      failed=1
    fi
  done
  functions=$(grep -c '^function posenc/' "$scratch/found")
  if grep -q '^fused' "$scratch/found"; then
    echo "$machine: fused multiply-adds; write float64(a*b) + c:"
    sed -n 's/^fused /  /p' "$scratch/found" | sort | uniq -c
    failed=1
  else
    echo "$machine: none in $functions functions of $(go list ./encoding/... | wc -l) packages"
  fi
  if $list; then sed -n 's/^function /  /p' "$scratch/found" | sort; fi
done
exit $failed
