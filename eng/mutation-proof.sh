#!/usr/bin/env bash
# Proves that the conformance suites can fail: takes one safeguard at a time out of a copy of the sources (the patches in eng/mutations,
# a folder for each leaf), runs the leaf that the folder is named after, and demands that it fails. Unchanged, each leaf has to pass.
# The names of folders may be given, to prove those only.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

leaves=("$@")
if ((${#leaves[@]} == 0)); then
    mapfile -t leaves < <(find eng/mutations -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort)
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files --cached --others --exclude-standard -z |
    while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done |
    xargs -0 cp --parents --target-directory "$copy"

# The test project that a leaf stands in.
project_of() {
    local file
    file=$(grep -rlE "class $1\b" tests --include='*.cs' | head -n 1)
    echo "tests/$(cut -d / -f 2 <<<"$file")"
}

suite() {
    (cd "$copy" && dotnet test "$(project_of "$1")" --configuration Release --nologo --verbosity quiet \
        -p:TreatWarningsAsErrors=false --filter "FullyQualifiedName~.$1." >"$copy/output.txt" 2>&1)
}

failures() {
    grep -oE '^\[xUnit.*\[FAIL\]' "$copy/output.txt" | sed -E "s/.*\.$1\.([A-Za-z_0-9]+).*/    \1/" | sort -u
}

survived=0
for leaf in "${leaves[@]}"; do
    if suite "$leaf" && grep -q 'Passed!' "$copy/output.txt"; then
        echo "$leaf, unchanged: passes ($(grep -oE 'Passed: +[0-9]+' "$copy/output.txt" | tr -s ' '))"
    else
        echo "$leaf, unchanged: FAILS, so nothing can be proved"
        failures "$leaf"
        exit 1
    fi

    for patch in "eng/mutations/$leaf"/*.patch; do
        name=$(basename "$patch" .patch)
        (cd "$copy" && git apply --unsafe-paths "$OLDPWD/$patch")
        if suite "$leaf"; then
            echo "$name: SURVIVED, the suite does not notice"
            survived=1
        elif ! grep -q 'Failed:' "$copy/output.txt"; then
            echo "$name: does not build"
            cat "$copy/output.txt"
            survived=1
        else
            echo "$name: caught; facts that fail: $(failures "$leaf" | wc -l)"
            failures "$leaf" | head -5
        fi
        (cd "$copy" && git apply --unsafe-paths --reverse "$OLDPWD/$patch")
    done
done
exit $survived
