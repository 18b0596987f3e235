# shellcheck shell=bash
# Each test has a workspace of its own, and runs scripts as their authors would: in a process, under strict mode.

setup() {
    export CTXBUDGET_WORKSPACE=$BATS_TEST_TMPDIR CTXBUDGET_STORE=$BATS_TEST_TMPDIR/store.db
    export -f within sidecars no_sidecar
    cd "$BATS_TEST_TMPDIR" || return
}

# Wait for a command to succeed, at most so many seconds.
within() {
    local tries
    for ((tries = 0; tries < $1 * 20; tries++)); do
        "${@:2}" && return
        sleep 0.05
    done
    echo "not within $1 s: ${*:2}"
    return 1
}

# The process ids of the sidecars of this test's store, each with the process that forked for it beside it.
sidecars() {
    pgrep -f "ctxbudget_server sidecar .*--store $CTXBUDGET_STORE " || true
}

no_sidecar() {
    [[ -z $(sidecars) ]]
}

# No sidecar is left: each ends about a second after its script.
nothing_is_left() {
    within 20 no_sidecar
}

# Run the script on stdin, which begins by sourcing the client. $output and $stderr have what it says.
script() {
    {
        printf 'set -euo pipefail\nsource %q\n' "$CTXBUDGET_SH"
        cat
    } >"$BATS_TEST_TMPDIR/script.sh"
    run --separate-stderr timeout 60 bash "$@" "$BATS_TEST_TMPDIR/script.sh"
    # shellcheck disable=SC2154  # set by run
    printf 'status %s\n%s\n--- stderr:\n%s\n' "$status" "$output" "$stderr"
}

# The script succeeded, and said nothing on stderr.
quiet_success() {
    [[ $status == 0 && -z $stderr ]]
}
