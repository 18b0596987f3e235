#!/usr/bin/env bats
# The client inside other people's scripts: their options, traps, descriptors, jobs and variables.

bats_require_minimum_version 1.5.0
load support

# The script adds 5 tokens in each of the ways, and prints the account.
FIVE='{"items": [{"layer": "transient", "tokens": 5}]}'

@test "subshells, substitutions, background jobs, pipelines and other processes see one account" {
    export FIVE
    script <<'EOF'
ctxbudget_call context/add "$FIVE" >/dev/null
(ctxbudget_call context/add "$FIVE" >/dev/null)
added=$(ctxbudget_call context/add "$FIVE")
ctxbudget_call context/add "$FIVE" >/dev/null &
wait
echo x | while read -r _; do ctxbudget_call context/add "$FIVE" >/dev/null; done
bash -euc 'source "$CTXBUDGET_SH"; ctxbudget_call context/add "$FIVE"' >/dev/null
"$CTXBUDGET_BIN" call context/add "$FIVE" >/dev/null
echo "$(estimate_context_tokens) $(ctxbudget_get "$added" status.retained)"
EOF
    quiet_success
    [ "$output" = "35 15" ]
}

@test "many background jobs at a time lose and double nothing" {
    export FIVE
    script <<'EOF'
for i in {1..12}; do
    (
        for j in {1..4}; do ctxbudget_call context/add "$FIVE" >/dev/null; done
        [[ $(ctxbudget_get "$(ctxbudget_call budget/status)" window) == 25000 ]] || echo wrong
    ) &
done
for j in {1..4}; do ctxbudget_call context/add "$FIVE" >/dev/null; done
wait
estimate_context_tokens
EOF
    quiet_success
    [ "$output" = 260 ]
}

@test "the caller's options, IFS, traps, jobs and last background process stay as they are" {
    script <<'EOF'
IFS=:,
trap 'echo ERR >&2' ERR
trap ': debug' DEBUG
trap 'echo bye' EXIT
trap 'echo usr1' USR1
set -ETCbf
shopt -s nocasematch extglob nullglob failglob dotglob lastpipe
LC_ALL=C.UTF-8
sleep 0.01 &
job=$!
[[ abc =~ b ]]
state() {
    shopt
    set -o
    trap -p
    jobs -p
    declare -p IFS LC_ALL BASH_REMATCH
    umask
    x=é
    echo "${#x} $!"
}
state >|before
source "$CTXBUDGET_SH"
ctxbudget_call budget/status >|/dev/null
prune_subagent_output "a response" "metadata"
prune_phase_output "Wave 1" aggressive
prune_phase_metadata 1 2>|/dev/null
context_budget_panel 1 >|/dev/null
text=$(ctxbudget_quote $'a\n"b"')
state >|after
cmp before after
[[ $! == "$job" ]]
wait
EOF
    quiet_success
    [ "$output" = "bye" ]
}

@test "options that change how bash reads do no harm" {
    script <<'EOF'
letters=IFS=abcdefghijklmnopqrstuvwxyz0123456789
all="set -afC -o posix; shopt -s nocasematch extglob; umask 077; $letters"
for options in "$all" 'set -x' 'set -a' 'set -o posix' "$letters" 'BASH_COMPAT=4.2' \
    'shopt -s localvar_inherit nocasematch extglob' 'set -f; set -C; umask 077' 'LC_ALL=C.UTF-8'; do
    ( # the first of them starts the server
        CTXBUDGET_SESSION=s${#options}
        eval "$options"
        text='a & b \\ "c" é'
        prune_subagent_output "$text $text" text
        prune_phase_output "wave 1"
        result=$(ctxbudget_call context/list '{"state": "retained"}')
        id=$(ctxbudget_get "$result" items.0.id)
        back=$(ctxbudget_get "$(ctxbudget_call context/get "{\"itemId\":\"$id\"}")" content)
        [[ "$back" == "$text" ]]
        echo fine
    )
done
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "fine fine fine fine fine fine fine fine fine" ]
}

@test "a trap that runs in the middle of a call has the script's stderr" {
    script <<'EOF'
trap 'echo trapped >&2' USR1
(sleep 0.1; kill -USR1 $$) &
CTXBUDGET_SERVER=off estimate_context_tokens
wait || true # which a signal ends that comes late
EOF
    [ "$status" -eq 0 ]
    [ "$stderr" = trapped ]
}

@test "sourced twice, and again in the middle" {
    script <<'EOF'
source "$CTXBUDGET_SH"
ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 5}]}' >/dev/null
source "$CTXBUDGET_SH"
estimate_context_tokens
EOF
    quiet_success
    [ "$output" = 5 ]
}

@test "a failing function stops a strict script, and is a condition like any other" {
    script <<'EOF'
trap 'echo "ERR at $LINENO" >&2' ERR
if extract_report_metadata none.md 2>/dev/null; then echo wrong; fi
extract_report_metadata none.md 2>/dev/null || echo "status $?"
extract_report_metadata none.md 2>/dev/null
echo "not reached"
EOF
    [ "$status" -eq 1 ]
    [ "$output" = "status 1" ]
    [ "$stderr" = "ERR at 6" ]
}

@test "stdin is the script's alone" {
    for server in on off; do
        CTXBUDGET_SERVER=$server script <<'EOF'
printf 'one\ntwo\nthree\n' | {
    estimate_context_tokens
    while read -r line; do
        prune_subagent_output "$line" "$line"
        echo "$line"
    done
    estimate_context_tokens
}
EOF
        [ "$status" -eq 0 ]
        [ "${lines[*]}" = "$([ $server = on ] && echo '0 one two three 3' || echo '3 one two three 6')" ]
    done
}

@test "descriptors of the script are not handed to the sidecar" {
    script <<'EOF'
exec 7>held
estimate_context_tokens
for pid in $(sidecars); do
    [[ ! -d /proc/self/fd ]] || ! readlink /proc/$pid/fd/* | grep held
done
(: >&51) 2>/dev/null && echo "left open"
true
EOF
    [ "$status" -eq 0 ]
    [ "$output" = 0 ]
}

@test "a trap that runs in the middle of a call may call too" {
    script <<'EOF'
trap 'estimate_context_tokens >>trapped' USR1
estimate_context_tokens >/dev/null
(for i in {1..10}; do kill -USR1 $$; sleep 0.02; done) &
for i in {1..30}; do ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 1}]}' >/dev/null; done
wait || true
wait
estimate_context_tokens
grep -c . trapped
EOF
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = 30 ]
    [ "${lines[1]}" -ge 1 ]
}

@test "another folder is another workspace, as for the command" {
    unset CTXBUDGET_WORKSPACE
    mkdir -p one/.git one/deep two/.git
    script <<'EOF'
cd one
ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 5}]}' >/dev/null
cd deep
estimate_context_tokens
ctxbudget_get "$(ctxbudget_call session/list)" workspace
cd ../../two
ctxbudget_get "$(ctxbudget_call session/list)" workspace
cd ../one
ctxbudget_get "$(ctxbudget_call session/list)" workspace
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "5 $(realpath one) $(realpath two) $(realpath one)" ]
}

@test "settings that the script does not export" {
    unset CTXBUDGET_STORE
    script <<'EOF'
CTXBUDGET_STORE=$PWD/elsewhere.db
ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 5}]}' >/dev/null
estimate_context_tokens
[[ -s elsewhere.db ]]
EOF
    [ "$status" -eq 0 ]
    [ "$output" = 5 ]
}

@test "a megabyte of anything, with and without a sidecar" {
    head -c 700000 /dev/urandom | tr -d '\0' | base64 -w 200 >big.txt
    printf '\x01\x7f"\\\t\r&é😀\\u0041' >>big.txt
    for server in on off; do
        rm -rf store.db*
        CTXBUDGET_SERVER=$server script <<'EOF'
IFS= read -r -d '' big <big.txt || true
prune_subagent_output big "kept"
items=$(ctxbudget_call context/list)
got=$(ctxbudget_call context/get "{\"itemId\": $(ctxbudget_quote "$(ctxbudget_get "$items" items.0.id)")}")
ctxbudget_get got content >back.txt
EOF
        [ "$status" -eq 0 ]
        echo >expected.txt
        cat big.txt expected.txt | cmp - back.txt
    done
}

@test "bytes that are not UTF-8 are kept" {
    script <<'EOF'
text=$'bad \xff\xc3( byte'
prune_subagent_output text "kept"
items=$(ctxbudget_call context/list)
id=$(ctxbudget_get "$items" items.0.id)
[[ $(ctxbudget_get "$(ctxbudget_call context/get "{\"itemId\":\"$id\"}")" content) == "$text" ]]
estimate_context_tokens
EOF
    quiet_success
    [ "$output" = 2 ] # those of "kept"
}
