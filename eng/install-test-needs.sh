#!/bin/bash
# Installs what the tests need beside the .NET SDK, which has to be there. Safe to run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian packages that the tests start programs of, each with a file that shows that it is there, as a program of the package's name does.
declare -A debian_packages=(
    [redis-server]='/usr/bin/redis-server'
    [postgresql]='/usr/lib/postgresql/*/bin/initdb'
    [pgbouncer]='/usr/sbin/pgbouncer'
    [prometheus]='/usr/bin/prometheus'
)

# Services that those packages bring along and that no test uses: the tests start their own servers on free ports.
services=(redis-server postgresql pgbouncer prometheus)

# The suite of Debian whose source package pgvector is built where the machine's own release has no package of it.
vector_suite=trixie

as_root=()
if ((EUID != 0)); then
    as_root=(sudo -n)
fi

require_sdk() {
    local wanted
    wanted=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' global.json)
    if ! command -v dotnet >/dev/null; then
        echo "The .NET SDK is missing. Install SDK $wanted or a later one of its line: https://dotnet.microsoft.com/download" >&2
        return 1
    fi
    # In this folder the SDK answers only if it meets global.json.
    if ! dotnet --version >/dev/null 2>&1; then
        echo "No installed .NET SDK meets global.json, which asks for $wanted or a later one of its line. Installed are:" >&2
        (cd / && dotnet --list-sdks) >&2
        echo "Install it from https://dotnet.microsoft.com/download" >&2
        return 1
    fi
}

apt_update() {
    "${as_root[@]}" apt-get update -qq </dev/null
}

apt_install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null
}

install_debian_packages() {
    local package missing=()
    for package in "${!debian_packages[@]}"; do
        compgen -G "${debian_packages[$package]}" >/dev/null || command -v "$package" >/dev/null || missing+=("$package")
    done
    if ((${#missing[@]} == 0)); then
        return
    fi
    if ! { apt_update && apt_install "${missing[@]}"; }; then
        echo "The tests need ${missing[*]}. As root: apt-get update && apt-get install ${missing[*]}" >&2
        return 1
    fi
    for package in "${missing[@]}"; do
        stop_service "$package"
    done
}

# Stops the service of a package that was installed just now; one that was there before is its owner's.
stop_service() {
    if [[ " ${services[*]} " != *" $1 "* ]]; then
        return
    fi
    if [[ -d /run/systemd/system ]]; then
        "${as_root[@]}" systemctl disable --now --quiet "$1" || true
    else
        "${as_root[@]}" service "$1" stop >/dev/null 2>&1 || true
    fi
}

# Installs pgvector for the newest PostgreSQL of this machine, which is the one that the tests start.
install_vector_extension() {
    local bin version package
    bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort --version-sort | tail -n 1)
    version=$(basename "$(dirname "$bin")")
    if [[ -e /usr/share/postgresql/$version/extension/vector.control ]]; then
        return
    fi
    package=postgresql-$version-pgvector
    if ! apt_update; then
        echo "The tests need pgvector for PostgreSQL $version, and the package lists cannot be brought up to date. As root: apt-get update" >&2
        return 1
    fi
    if apt-cache show "$package" >/dev/null 2>&1; then
        if ! apt_install "$package"; then
            echo "The tests need $package. As root: apt-get install $package" >&2
            return 1
        fi
    elif ! build_vector_extension "$version"; then
        echo "The tests need pgvector for PostgreSQL $version, and building Debian's source package failed: see above." >&2
        echo "Install it from its sources by hand (https://github.com/pgvector/pgvector) with PG_CONFIG=$bin/pg_config" >&2
        return 1
    fi
}

# Builds Debian's source package against the server's headers. It runs where errexit is off, so each step says what happens if it fails.
build_vector_extension() (
    set -uo pipefail
    folder=$(mktemp --directory) || exit
    trap 'rm -rf "$folder"' EXIT
    # Not optimized for this very machine, which would be another program on another.
    build=(make --silent --directory "$folder/source" "PG_CONFIG=/usr/lib/postgresql/$1/bin/pg_config" with_llvm=no OPTFLAGS=)

    apt_install "postgresql-server-dev-$1" gcc libc6-dev make || exit
    fetch_vector_source "$folder" || exit
    mkdir "$folder/source" && tar --extract --file "$folder"/pgvector_*.orig.tar.* --directory "$folder/source" --strip-components 1 || exit
    "${build[@]}" >&2 || exit
    "${as_root[@]}" "${build[@]}" install >&2
)

# Downloads the source package into a folder, from the mirror that the machine's packages come from. The machine's own apt stays as it is.
fetch_vector_source() {
    local mirror apt
    mirror=$(apt-get indextargets --format '$(LABEL) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian main //p' | head -n 1)
    if [[ -z $mirror ]]; then
        echo "apt knows no mirror of Debian's section main, from which the source package pgvector would come." >&2
        return 1
    fi
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $vector_suite main" >"$1/sources.list" || return
    mkdir --parents "$1/lists/partial" "$1/cache/archives/partial" || return
    apt=(apt-get -qq
        -o "Dir::Etc::sourcelist=$1/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$1/lists" -o "Dir::Cache=$1/cache" -o "APT::Sandbox::User=$(id --user --name)")
    "${apt[@]}" update </dev/null && (cd "$1" && "${apt[@]}" source --download-only pgvector </dev/null)
}

require_sdk
install_debian_packages
install_vector_extension
