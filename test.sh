#!/bin/bash
# Installs what the tests need, builds everything with warnings as errors, and runs every test project.
# The last line is "N passed, N failed"; the exit code is 0 only if tests ran and none failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# A build node would outlive this script and hold its output open.
export MSBUILDDISABLENODEREUSE=1
results=artifacts/test-results

passed=0
failed=0
finish() {
    echo "$passed passed, $failed failed"
    ((passed > 0 && failed == 0 && ${1:-0} == 0))
    exit
}

stop() {
    echo "$1: no test ran." >&2
    finish 1
}

# Reads one number of the summary of a results file, 0 where there is none.
count() {
    local number
    number=$(sed -n "s/.*<Counters [^>]*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" 2>/dev/null | head -n 1)
    echo "${number:-0}"
}

run_tests() {
    local name results_file failed_here exit_code=0
    name=$(basename "$1" .csproj)
    results_file=$results/$name.trx
    echo "--- $name"
    dotnet test "$1" --no-build --configuration Release --results-directory "$results" \
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
        --blame-hang-timeout 10m --blame-hang-dump-type none </dev/null || exit_code=$?
    failed_here=$(count "$results_file" failed)
    # A test process that died or hung reports no failure of its own.
    if ((exit_code != 0 && failed_here == 0)); then
        echo "$name ended with exit code $exit_code; it counts as one failure." >&2
        failed_here=1
    fi
    passed=$((passed + $(count "$results_file" passed)))
    failed=$((failed + failed_here))
}

# Ends the compiler of this run, which would wait ten minutes for more work.
end_compiler() {
    local process
    for process in /proc/[0-9]*; do
        if grep -qz -- "-pipename:$compiler\$" "$process/cmdline" 2>/dev/null; then
            kill "${process#/proc/}"
        fi
    done
}

eng/install-test-needs.sh || stop "What the tests need could not be installed"

rm -rf "$results"
# One compiler for all projects, under a name of its own: to start one for each takes longer than all that they compile.
compiler=pipeline-test-$$
trap end_compiler EXIT
dotnet build Pipeline.sln --configuration Release -warnaserror -verbosity:minimal \
    -p:UseSharedCompilation=true -p:SharedCompilationId="$compiler" </dev/null || stop "The build failed"
end_compiler

for project in tests/*/*.csproj; do
    is_test_project=$(dotnet msbuild "$project" -getProperty:IsTestProject </dev/null) || stop "$project cannot be read"
    if [[ $is_test_project == true ]]; then
        run_tests "$project"
    fi
done
finish
