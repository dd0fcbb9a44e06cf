#!/usr/bin/env bash
# Proves that the queue's conformance suite can fail: takes one safeguard at a time out of a copy of the sources (the patches in
# eng/mutations), runs the suite, and demands that it fails. Unchanged, the suite has to pass.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files --cached --others --exclude-standard -z | xargs -0 cp --parents --target-directory "$copy"

suite() {
    (cd "$copy" && dotnet test tests/Pipeline.Core.Tests --configuration Release --nologo --verbosity quiet \
        -p:TreatWarningsAsErrors=false --filter 'FullyQualifiedName~InMemoryQueueConformance' >"$copy/output.txt" 2>&1)
}

failures() {
    grep -oE '^\[xUnit.*\[FAIL\]' "$copy/output.txt" | sed -E 's/.*InMemoryQueueConformance\.([A-Za-z_0-9]+).*/    \1/' | sort -u
}

survived=0
if suite; then
    echo "unchanged: passes ($(grep -oE 'Passed: +[0-9]+' "$copy/output.txt" | tr -s ' '))"
else
    echo "unchanged: FAILS, so nothing can be proved"
    failures
    exit 1
fi

for patch in eng/mutations/*.patch; do
    name=$(basename "$patch" .patch)
    (cd "$copy" && git apply --unsafe-paths "$OLDPWD/$patch")
    if suite; then
        echo "$name: SURVIVED, the suite does not notice"
        survived=1
    elif ! grep -q 'Failed:' "$copy/output.txt"; then
        echo "$name: does not build"
        cat "$copy/output.txt"
        survived=1
    else
        echo "$name: caught; facts that fail: $(failures | wc -l)"
        failures | head -5
    fi
    (cd "$copy" && git apply --unsafe-paths --reverse "$OLDPWD/$patch")
done
exit $survived
