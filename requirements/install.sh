# Read by ./run and ./check: `install_locked run` or `install_locked dev` brings .venv up to the lock of that name.
# What is installed already is left alone; `dev` contains all of `run`.

fail() {
    printf '%s\n' "$*" >&2
    exit 2
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            printf '%s' "$candidate"
            return 0
        fi
    done
    return 1
}

make_venv() {
    if [ -x .venv/bin/python ] && .venv/bin/python -c 'import sys' 2>/dev/null; then
        return 0
    fi
    python=$(find_python) || fail "Scale Sense needs Python 3.11, 3.12 or 3.13. Install python3 and python3-venv, or name one: PYTHON=/path/to/python3 ./run"
    printf 'Making .venv with %s\n' "$("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv || fail "python3 cannot make virtual environments. On Debian and Raspberry Pi OS: apt install python3-venv"
}

# What is installed, and where: a clone that was moved is installed again.
stamp_of() {
    { pwd; cat "requirements/$1.txt" pyproject.toml; } | .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

is_installed() {
    [ -f ".venv/installed-$1" ] && [ "$(cat ".venv/installed-$1")" = "$(stamp_of "$1")" ]
}

# Prints whole seconds since some moment; `date +%s` is in every sh, monotonic enough for a minute.
seconds() {
    date +%s
}

install_locked() {
    make_venv
    if is_installed "$1" || { [ "$1" = run ] && is_installed dev; }; then
        return 0
    fi
    began=$(seconds)
    log=.venv/install.log
    : >"$log"
    UV_PYTHON_DOWNLOADS=never
    export UV_PYTHON_DOWNLOADS
    printf 'Installing what requirements/%s.txt lists ...\n' "$1"
    if [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt >>"$log" 2>&1; then
        .venv/bin/uv pip install --require-hashes -r "requirements/$1.txt" >>"$log" 2>&1 ||
            { cat "$log" >&2; fail "The packages could not be installed: see above. Is the package index reached from here?"; }
        # uv downloads and unpacks ("Prepared"), then links ("Installed"); only the first of the two is the network's.
        downloading=$(sed -n 's/^Prepared .* in \(.*\)$/\1/p' "$log" | tail -n 1)
    else
        printf 'uv cannot be had here, going on with pip (slower)\n'
        wheels=.venv/wheels
        .venv/bin/python -m pip download --quiet --disable-pip-version-check --require-hashes --dest "$wheels" -r "requirements/$1.txt" >>"$log" 2>&1 ||
            { cat "$log" >&2; fail "The packages could not be downloaded: see above. Is the package index reached from here?"; }
        downloading="$(($(seconds) - began))s"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-index --find-links "$wheels" -r "requirements/$1.txt" >>"$log" 2>&1 ||
            { cat "$log" >&2; fail "The packages could not be installed: see above."; }
        rm -rf "$wheels"
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . >>"$log" 2>&1 ||
        { cat "$log" >&2; fail "Scale Sense itself could not be installed: see above."; }
    stamp_of "$1" >".venv/installed-$1"
    printf 'Installed in %s s, of which downloading took %s\n' "$(($(seconds) - began))" "${downloading:-0s}"
}
