#!/usr/bin/env bats
# The server of a script: it starts with the first call and ends with the script, however that ends.

bats_require_minimum_version 1.5.0
load support

@test "a script that never calls starts nothing" {
    script <<<'ls "$XDG_RUNTIME_DIR"'
    [ "$status" -eq 0 ]
    [ -z "$output$stderr" ]
}

@test "one server for the script and its subshells, also if a subshell calls first" {
    script <<'EOF'
first=$(estimate_context_tokens)
server() { cat "$XDG_RUNTIME_DIR"/*/server; }
one=$(server)
estimate_context_tokens
(estimate_context_tokens)
estimate_context_tokens &
wait
[[ $(server) == "$one" ]]
ctxbudget_get "$(ctxbudget_call session/list)" sessions >/dev/null
EOF
    quiet_success
    [ "${lines[*]}" = "0 0 0" ]
    nothing_is_left
}

@test "whoever waits for the script's output waits for nothing else" {
    {
        printf 'source %q\nestimate_context_tokens\necho "$$" >pid\n' "$CTXBUDGET_SH"
    } >script.sh
    [ "$(timeout 30 bash script.sh 2>&1 | cat)" = 0 ]
    nothing_is_left
}

@test "it ends with a script that is killed" {
    printf 'source %q\nestimate_context_tokens >ready\nread -r <>waiting\n' "$CTXBUDGET_SH" >script.sh
    mkfifo waiting
    bash script.sh 3>&- &
    pid=$!
    within 20 test -s ready
    server=$(cat "$XDG_RUNTIME_DIR"/*/server)
    kill -0 "$server"
    kill -KILL "$pid"
    wait "$pid" || true
    nothing_is_left
    run ! kill -0 "$server"
}

@test "a server that is killed is started again, and nothing counts twice" {
    script <<'EOF'
add() { ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 5}]}' >/dev/null; }
add
for signal in KILL TERM; do
    kill -"$signal" "$(cat "$XDG_RUNTIME_DIR"/*/server)"
    add
    add
done
estimate_context_tokens
[[ -p $(echo "$XDG_RUNTIME_DIR"/*/requests) ]]
EOF
    quiet_success
    [ "$output" = 25 ]
}

@test "a request whose answer is lost with the server counts once" {
    script <<'EOF'
estimate_context_tokens >/dev/null
# Kill the server when it has done the work, before its answer can be read.
hand_in=$(declare -f _ctxbudget_hand_in)
_ctxbudget_hand_in() {
    eval "$hand_in"
    exec 57<>"$_ctxbudget_dir/wake.$_ctxbudget_seat"
    printf '%s\n' "$_ctxbudget_seat $_ctxbudget_id $1" 1<>"$_ctxbudget_dir/requests"
    read -r -t 20 -u 57 _
    kill -KILL "$(cat "$_ctxbudget_dir/server")"
    while [[ -d $_ctxbudget_dir ]]; do sleep 0.05; done
    return 1
}
ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 5}]}' >/dev/null
estimate_context_tokens
EOF
    quiet_success
    [ "$output" = 5 ]
}

@test "a subshell that is killed in the middle of a call blocks nobody" {
    script <<'EOF'
estimate_context_tokens >/dev/null
(
    _ctxbudget_await() { touch holding; sleep 30; }
    estimate_context_tokens
) &
job=$!
for i in {1..400}; do [[ -e holding ]] || sleep 0.05; done
pkill -KILL -P "$job"
kill -KILL "$job"
wait "$job" 2>/dev/null || true
before=$SECONDS
estimate_context_tokens
estimate_context_tokens
((SECONDS - before < 9))
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "0 0" ]
}

@test "a background job that outlives its script can still call" {
    script <<'EOF'
estimate_context_tokens >/dev/null
(
    while kill -0 $$ 2>/dev/null || [[ -n $(ls "$XDG_RUNTIME_DIR") ]]; do sleep 0.1; done
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
    script <<'EOF'
estimate_context_tokens
ctxbudget_stop
ls "$XDG_RUNTIME_DIR"
ctxbudget_stop
CTXBUDGET_SERVER=off estimate_context_tokens
ls "$XDG_RUNTIME_DIR"
EOF
    quiet_success
    [ "${lines[*]}" = "0 0" ]
}

@test "no place for the fifos: every call is a process" {
    chmod 500 "$XDG_RUNTIME_DIR"
    script <<'EOF'
_ctxbudget_dir=/proc/none/folder
ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 5}]}' >/dev/null
estimate_context_tokens
EOF
    chmod 700 "$XDG_RUNTIME_DIR"
    quiet_success
    [ "$output" = 5 ]
}

@test "a folder that somebody else has made is not used" {
    script <<'EOF'
mkdir "$_ctxbudget_dir"
mkfifo "$_ctxbudget_dir/requests"
estimate_context_tokens
rm -r "$_ctxbudget_dir"
EOF
    quiet_success
    [ "$output" = 0 ]
}
