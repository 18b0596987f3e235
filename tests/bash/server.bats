#!/usr/bin/env bats
# The sidecar of a script: it starts with the first call and ends with the script, however that ends.

bats_require_minimum_version 1.5.0
load support

@test "a script that never calls starts nothing" {
    script <<<'sidecars; true'
    [ "$status" -eq 0 ]
    [ -z "$output$stderr" ]
    [ ! -e store.db ]
}

@test "a sidecar answers the script, its subshells and jobs, and ends with the script" {
    export CTXBUDGET_LOG=$BATS_TEST_TMPDIR/log
    script <<'EOF'
first=$(estimate_context_tokens)
within 20 grep -qs 'answered in' "$CTXBUDGET_LOG"
estimate_context_tokens
(estimate_context_tokens)
estimate_context_tokens &
wait
[[ $(grep -c 'answered call' "$CTXBUDGET_LOG") == 3 ]]
EOF
    quiet_success
    [ "${lines[*]}" = "0 0 0" ]
    nothing_is_left
}

@test "whoever waits for the script's output waits for nothing else" {
    printf 'source %q\nestimate_context_tokens\n' "$CTXBUDGET_SH" >script.sh
    [ "$(timeout 30 bash script.sh 2>&1 | cat)" = 0 ]
    nothing_is_left
}

@test "it ends with a script that is killed" {
    printf 'source %q\nestimate_context_tokens >ready\nread -r <>waiting\n' "$CTXBUDGET_SH" >script.sh
    mkfifo waiting
    bash script.sh 3>&- &
    pid=$!
    within 20 test -s ready
    [ -n "$(sidecars)" ]
    kill -KILL "$pid"
    wait "$pid" || true
    nothing_is_left
}

@test "a sidecar that is killed is started again, and nothing counts twice" {
    export CTXBUDGET_LOG=$BATS_TEST_TMPDIR/log
    script <<'EOF'
add() { ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 5}]}' >/dev/null; }
for signal in KILL TERM; do
    add
    within 20 grep -qs 'answered in' "$CTXBUDGET_LOG"
    add
    kill -"$signal" $(sidecars)
    rm "$CTXBUDGET_LOG"
    add
    add
done
estimate_context_tokens
EOF
    [ "$status" -eq 0 ]
    [ "$output" = 40 ]
}

@test "a background job that outlives its script can still call" {
    script <<'EOF'
estimate_context_tokens >/dev/null
(
    while kill -0 $$ 2>/dev/null; do sleep 0.1; done
    ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 5}]}' >late 2>&1
    touch done
) >/dev/null 2>&1 3>&- &
EOF
    within 20 test -e done
    run --separate-stderr bash -c 'source "$CTXBUDGET_SH"; CTXBUDGET_SERVER=off estimate_context_tokens'
    [ "$output" = 5 ]
    nothing_is_left
}

@test "stopped by hand, and switched off" {
    export CTXBUDGET_LOG=$BATS_TEST_TMPDIR/log
    script <<'EOF'
CTXBUDGET_SERVER=off estimate_context_tokens
sidecars
estimate_context_tokens
within 20 grep -qs 'answered in' "$CTXBUDGET_LOG"
"$CTXBUDGET_BIN" sidecar --for 1 --stop # another's
[[ -n $(sidecars) ]]
ctxbudget_stop
within 5 no_sidecar
ctxbudget_stop
EOF
    quiet_success
    [ "${lines[*]}" = "0 0" ]
}
