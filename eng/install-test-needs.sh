#!/bin/bash
# Installs what the tests need beside the .NET SDK, which has to be there. Safe to run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian packages that the tests start programs of. One line each, with the program that shows that it is there.
declare -A debian_packages=(
    [redis-server]=redis-server
)

# Services that those packages bring along and that no test uses: the tests start their own servers on free ports.
services=(redis-server)

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

install_debian_packages() {
    local package missing=()
    for package in "${!debian_packages[@]}"; do
        command -v "${debian_packages[$package]}" >/dev/null || missing+=("$package")
    done
    if ((${#missing[@]} == 0)); then
        return
    fi
    local as_root=()
    if ((EUID != 0)); then
        as_root=(sudo -n)
    fi
    if ! { "${as_root[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${missing[@]}"; } </dev/null; then
        echo "The tests need ${missing[*]}. As root: apt-get install ${missing[*]}" >&2
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

require_sdk
install_debian_packages
