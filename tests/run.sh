#!/usr/bin/env bash
# All tests; build.sh has built dist/ before. A group's name, or several, run only those: ./build.sh test go node
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
GOTOOLCHAIN=$(sed -n 's|^toolchain ||p' go.mod)
export GOTOOLCHAIN
unset GOEXPERIMENT # each group says its own
shopt -s extglob
all="style go simd gobench wasm node package interop runtimes model browsers www soak"
check=false
[ "${1:-}" != --check ] || { check=true; shift; } # only says whether there are such groups
groups=${*:-$all}
for group in $groups; do
  case " $all " in *" $group "*) ;; *) echo "no test group $group; there are $all"; exit 2 ;; esac
done
if $check; then exit; fi

title() { printf '\n== %d:%02d %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$1"; } # since the tests began

# Go's wasm programs die on a large environment, so they get a small one.
as_wasm() {
  env -i PATH="$PATH:$(go env GOROOT)/lib/wasm" HOME="$HOME" GOTOOLCHAIN="$GOTOOLCHAIN" GOOS=js GOARCH=wasm "$@"
}

for group in $groups; do
  case $group in
    style)
      title "JavaScript and Go, formatted and linted"
      tests/node_modules/.bin/biome check jsbridge/js wasm www tests
      unformatted=$("$(go env GOROOT)/bin/gofmt" -l encoding jsbridge wasm tests)
      [ -z "$unformatted" ] || { echo "gofmt would change: $unformatted"; exit 1; }
      ;;
    go)
      title "Go, vetted"
      go vet ./encoding/...
      title "Go, as a stock toolchain builds it"
      go test ./encoding/...
      title "Goroutines that share an encoder, under the race detector" # which has nothing to find in the other tests, in six times the time
      go test -race -run Concurren ./encoding/{additive,rotary,bias,hfconfig} | awk '{ print } /no tests to run/ { none = 1 } END { exit none }'
      title "No fused multiply-add, on any architecture"
      tests/nofma.sh
      title "Go, as its users see it: documentation, exported API, what a program links; staticcheck, govulncheck"
      go -C tests/gotools vet .
      go -C tests/gotools test -count=1 . # which looks at files outside, so nothing is cached
      ;;
    simd)
      title "Go with GOEXPERIMENT=simd"
      GOEXPERIMENT=simd go vet ./encoding/...
      GOEXPERIMENT=simd go test ./encoding/...
      ;;
    gobench)
      title "The Go benchmarks' contenders agree"
      for experiment in "" simd; do
        (cd tests/gobench && export GOEXPERIMENT=$experiment && go vet ./... && go test ./...)
      done
      ;;
    wasm)
      title "Go as wasm, in Node"
      as_wasm go vet ./...
      as_wasm go test ./encoding/...
      ;;
    node)
      title "The package in Node"
      node --test --test-concurrency=2 tests/node/*.test.js tests/bench/!(browsers).test.js tests/accuracy/*.test.js
      ;;
    package)
      title "The packed tarball: checkers, types, bundlers, import and require"
      node --test --test-concurrency=1 tests/package/*.test.js
      ;;
    interop)
      title "With tfjs, onnxruntime-web, transformers.js, Float16Array, in workers"
      node --test --test-concurrency=1 tests/interop/*.test.js
      ;;
    runtimes)
      title "The packed tarball in the newest Node, Bun and Deno"
      node --test tests/runtimes/*.test.js
      ;;
    model)
      title "The real model"
      node --test tests/model/*.test.js
      ;;
    browsers)
      title "Chromium, Firefox, WebKit"
      node --test tests/browsers/*.test.js tests/bench/browsers.test.js
      ;;
    www)
      title "The page in Chromium, Firefox, WebKit"
      node --test --test-concurrency=1 tests/www/*.test.js # one browser at a time
      ;;
    soak)
      title "A minute of calls of every kind"
      node --test tests/soak/*.test.js
      ;;
  esac
done
title "all tests passed: $groups"
