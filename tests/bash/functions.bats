#!/usr/bin/env bats
# What the functions do to the account, by the call forms of the document that they come from.

bats_require_minimum_version 1.5.0
load support

@test "a subagent's output is reduced to its metadata, by value and by name" {
    script <<'EOF'
FULL_RESPONSE=$(printf 'word %.0s' {1..5000})
METADATA=$(printf 'word %.0s' {1..250})
prune_subagent_output "$FULL_RESPONSE" "$METADATA"
estimate_context_tokens
agent_response=$FULL_RESPONSE metadata=$METADATA
prune_subagent_output "agent_response" "metadata"
estimate_context_tokens
status=$(ctxbudget_call budget/status)
echo "$(ctxbudget_get "$status" peak) $(ctxbudget_get "$status" processed) $(ctxbudget_get "$status" saved)"
EOF
    quiet_success
    [ "${lines[*]}" = "251 502 5252 10002 9500" ]
}

@test "without metadata the server makes it" {
    script <<'EOF'
prune_subagent_output "# Report

## Executive Summary

The gateway rotates its tokens. $(printf 'Filler without a message. %.0s' {1..600})"
estimate_context_tokens
EOF
    [ "$status" -eq 0 ]
    [ "$output" -gt 10 ]
    [ "$output" -le 300 ]
}

@test "metadata of a report, a plan and a summary, by path and by the name of a variable" {
    mkdir reports
    printf '# Token rotation\n\n## Executive Summary\n\nTokens are rotated on every use.\n' >reports/001.md
    printf '# Plan: rotation\n\n### Phase 1: Store\n\n- [ ] write it\n' >plan.md
    script <<'EOF'
REPORT_PATH=reports/001.md
extract_report_metadata "$REPORT_PATH"
cd reports
REPORT_PATH=001.md extract_report_metadata REPORT_PATH
cd ..
extract_plan_metadata plan.md
extract_summary_metadata "$PWD/plan.md"
extract_report_metadata missing.md || echo "status $?"
EOF
    [ "$status" -eq 0 ]
    [ "$(grep -c 'Token rotation' <<<"$output")" -eq 2 ]
    [ "$(grep -c 'Plan: rotation' <<<"$output")" -eq 2 ]
    [[ $output == *"status 1" && $stderr == "ctxbudget: extract_report_metadata: "*missing.md* ]]
}

@test "metadata of a report outside of the workspace" {
    printf '# Elsewhere\n\nIt is read by the script.\n\n' >"$BATS_FILE_TMPDIR/outside.md"
    printf 'bi\0nary' >"$BATS_FILE_TMPDIR/binary"
    script <<EOF
extract_report_metadata "$BATS_FILE_TMPDIR/outside.md"
extract_report_metadata "$BATS_FILE_TMPDIR/binary" || echo "status \$?"
EOF
    [ "$status" -eq 0 ]
    [[ ${lines[0]} == "# Elsewhere" && $output == *"status 1" ]]
}

@test "a wave of the current phase" {
    script <<'EOF'
ctxbudget_call workflow/startPhase '{"phase": 3}' >/dev/null
ctxbudget_call context/add '{"items": [
    {"layer": "transient", "tokens": 3000, "phase": 3, "wave": 1},
    {"layer": "transient", "tokens": 2500, "phase": 3, "wave": 11},
    {"layer": "transient", "tokens": 40, "phase": 3}, {"layer": "permanent", "tokens": 7}]}' >/dev/null
prune_phase_output "Wave 1" "aggressive"
estimate_context_tokens
prune_phase_output "wave 11"
estimate_context_tokens
prune_phase_output "Wave 5" aggressive # never named: what of the phase has no wave
estimate_context_tokens
EOF
    quiet_success
    [ "${lines[*]}" = "2547 47 7" ]
}

@test "waves and phases by the script's own variables" {
    script <<'EOF'
CURRENT_PHASE=3 CURRENT_WAVE=2
prune_subagent_output "$(printf 'word %.0s' {1..300})" "kept"
items=$(ctxbudget_call context/list '{"state": "retained"}')
echo "$(ctxbudget_get "$items" items.0.phase) $(ctxbudget_get "$items" items.0.wave)"
CTXBUDGET_PHASE=4 CTXBUDGET_WAVE='' CURRENT_WAVE='' prune_subagent_output "$(printf 'word %.0s' {1..300})" "kept"
items=$(ctxbudget_call context/list '{"state": "retained"}')
echo "$(ctxbudget_get "$items" items.1.phase) $(ctxbudget_get "$items" items.1.wave)"
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "3 2 4 null" ]
}

@test "a phase by its number is that phase alone" {
    script <<'EOF'
ctxbudget_call context/add '{"items": [
    {"layer": "transient", "tokens": 100, "phase": 1}, {"layer": "transient", "tokens": 1000, "phase": 10},
    {"layer": "phase", "tokens": 10, "phase": 1}]}' >/dev/null
prune_phase_output 1
estimate_context_tokens
prune_phase_output "Phase 10" "moderate" # not completed: moderate keeps it
estimate_context_tokens
prune_phase_output "Phase 10 Wave 3" "aggressive" || echo "status $?"
prune_phase_output "phase_10" || echo "status $?"
prune_phase_output 12
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "1000 1000 status 2" ]
    [[ $stderr == *usage:* && $stderr == *"nothing of phase 12"* ]]
}

@test "a phase's metadata: content goes first, metadata two phases later" {
    script <<'EOF'
response=$(printf 'word %.0s' {1..2000}) metadata=$(printf 'word %.0s' {1..800})
CURRENT_PHASE=2
ctxbudget_call context/add '{"items": [{"layer": "transient", "phase": 1, "tokens": 14500}]}' >/dev/null
prune_subagent_output response metadata
prune_phase_metadata "1" "$PWD/plan.md"
estimate_context_tokens # the 801 of phase 2
CURRENT_PHASE=3
prune_phase_metadata "2"
estimate_context_tokens # one phase on: it stays
CURRENT_PHASE=4 PHASE_TO_PRUNE=2
prune_phase_metadata PHASE_TO_PRUNE "$PWD/plan.md"
prune_phase_metadata PHASE_TO_PRUNE "$PWD/plan.md"
estimate_context_tokens
items=$(ctxbudget_call context/list '{"state": "retained"}')
id=$(ctxbudget_get "$items" items.0.id)
ctxbudget_get "$(ctxbudget_call context/get "{\"itemId\": $(ctxbudget_quote "$id")}")" content
prune_phase_metadata 11
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "801 801 6 Phase 2: complete ✓" ]
    [[ $stderr == "ctxbudget: nothing of phase 11 is on the account: nothing to prune" ]]
}

@test "a scope that is not the number of a phase gives the usage" {
    script <<'EOF'
for scope in second "Wave 2" "Phase 1 Wave 2" "phase 123456789" -1 ""; do
    prune_phase_metadata "$scope" || echo "status $?"
done
prune_phase_output "phase one" || echo "status $?"
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "status 2 status 2 status 2 status 2 status 2 status 2 status 2" ]
    [ "$(grep -c '^ctxbudget: usage: prune_phase_' <<<"$stderr")" -eq 7 ]
}

@test "a pinned item stays, and then no marker says that all is gone" {
    script <<'EOF'
ctxbudget_call context/add '{"items": [{"layer": "metadata", "phase": 1, "tokens": 300},
    {"layer": "metadata", "phase": 1, "tokens": 50, "pinned": true}]}' >/dev/null
CURRENT_PHASE=3 prune_phase_metadata 1
estimate_context_tokens
EOF
    [ "$status" -eq 0 ]
    [ "$output" = 50 ]
}

@test "the policies of the whole workflow" {
    script <<'EOF'
ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 500},
    {"layer": "transient", "kind": "log", "tokens": 70},
    {"layer": "phase", "tokens": 30}, {"layer": "permanent", "tokens": 9}]}' >/dev/null
prune_workflow_context "minimal"
estimate_context_tokens
prune_all_transient_data "aggressive"
estimate_context_tokens
prune_workflow_context
estimate_context_tokens
prune_workflow_context "conservative" || echo "status $?"
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "109 39 9 status 1" ]
    [[ $stderr == "ctxbudget: prune_workflow_context: policy"* ]]
}

@test "texts are counted, not estimated" {
    script <<'EOF'
estimate_markdown_tokens ""
estimate_markdown_tokens "hello world"
content=$(printf '━%.0s' {1..57})
estimate_markdown_tokens content
mapfile -t content <<<$'one\ntwo\nthree'
estimate_markdown_tokens content
estimate_markdown_tokens || echo "status $?"
EOF
    [ "$status" -eq 0 ]
    [ "${lines[0]} ${lines[1]}" = "0 2" ]
    [ "${lines[2]}" = "$(printf '━%.0s' {1..57} | "$CTXBUDGET_BIN" count - | awk 'NR == 1 {print $1}')" ]
    [ "${lines[3]}" = "$(printf 'one\ntwo\nthree' | "$CTXBUDGET_BIN" count - | awk 'NR == 1 {print $1}')" ]
    [ "${lines[4]}" = "status 2" ]
}

@test "the diagnosis, and its cure" {
    script <<'EOF'
ctxbudget_call workflow/startPhase '{"phase": 1}' >/dev/null
ctxbudget_call context/add '{"items": [{"layer": "transient", "kind": "report", "agent": "a", "tokens": 7000}]}' >/dev/null
context_budget_diagnosis | grep -c 'frees 7,000'
context_budget_diagnosis --apply | grep -c 'as promised'
estimate_context_tokens
EOF
    quiet_success
    [ "${lines[*]}" = "1 1 0" ]
}

@test "the panel and the alerts" {
    script <<'EOF'
N=2
add() { ctxbudget_call context/add "{\"items\": [{\"layer\": \"transient\", \"tokens\": $1}]}" >/dev/null; }
add 2050
context_budget_panel "$N"
context_budget_alerts
add 3575
context_budget_alerts
add 1975
context_budget_panel
context_budget_alerts --no-prune
context_budget_alerts
context_budget_alerts
EOF
    [ "$status" -eq 0 ]
    [ "$output" = "━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
Context Budget After Phase 2
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

Current usage: 2050 tokens (27% of budget, 8% of window)
Budget remaining: 5450 tokens

⚠️  WARNING: Context usage at 75% of budget
Action: Consider pruning non-critical data
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
Context Budget
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

Current usage: 7600 tokens (100 tokens over budget, 30% of window)
Budget remaining: -100 tokens

⚠️  WARNING: Budget exceeded!
Action: Apply aggressive pruning or reduce scope
🚨 CRITICAL: Context usage at 100 tokens over budget
Action: Emergency pruning required
🚨 CRITICAL: Context usage at 100 tokens over budget
Action: Emergency pruning required
Pruned: 7600 tokens of transient data, 0 remain" ]
}

@test "a failed call is JSON on stderr and status 1, by either way" {
    for server in on off; do
        CTXBUDGET_SERVER=$server script <<'EOF'
ctxbudget_call context/get '{"itemId": "none"}' || echo "status $?"
EOF
        [ "$status" -eq 0 ]
        [ "$output" = "status 1" ]
        [[ $stderr == '{"code":'*'"unknownItem"'* ]]
        CTXBUDGET_SERVER=$server script <<<'ctxbudget_call budget/status "{"; echo "not reached"'
        [ "$status" -eq 1 ]
        [ -z "$output" ]
        [[ $stderr == '{"code":'*'"parseError"'* ]]
    done
}

@test "params that are not JSON, and a method that does not exist, do not confuse the server" {
    script <<'EOF'
ctxbudget_call budget/status '{},"id":"other"' >/dev/null || true
ctxbudget_call budget/status '[1' || true
ctxbudget_call 'budget/status","x":"' || true
ctxbudget_call budget/status 3 || true
ctxbudget_call budget/status ' { } ' >/dev/null
estimate_context_tokens
EOF
    [ "$status" -eq 0 ]
    [ "$output" = 0 ]
    [ "$(grep -c '"parseError"' <<<"$stderr")" -eq 2 ]
    [ "$(grep -c '"methodNotFound"' <<<"$stderr")" -eq 1 ]
    [ "$(grep -c '"invalidParams"' <<<"$stderr")" -eq 1 ]
}

@test "the first write creates the session that CTXBUDGET_SESSION names; reads say that it is missing" {
    script <<'EOF'
CTXBUDGET_SESSION=run-1
estimate_context_tokens || echo "status $?"
ctxbudget_call session/close || echo "status $?"
ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 40}]}' >/dev/null
estimate_context_tokens
ctxbudget_get "$(ctxbudget_call budget/status '{"sessionId": "default"}')" retained
ctxbudget_call budget/status '{"sessionId": "other"}' || true
CTXBUDGET_SESSION='' estimate_context_tokens
ctxbudget_get "$(ctxbudget_call session/list)" sessions.0.sessionId
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "status 1 status 1 40 0 0 run-1" ]
    [[ $stderr == *"there is no session 'run-1' yet; the first write creates it"*unknownSession* ]]
}

@test "a function that prunes creates the session, whatever it asks for first" {
    script <<'EOF'
CTXBUDGET_SESSION=run-2
prune_phase_output "Wave 1"
estimate_context_tokens
CTXBUDGET_SESSION=run-3
prune_subagent_output "what the agent said" "it is done"
ctxbudget_get "$(ctxbudget_call session/list)" 'sessions.*.sessionId'
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "0 run-2 run-3" ]
}

@test "without the command, the error says what to do" {
    CTXBUDGET_BIN=no-such-command script <<<'estimate_context_tokens'
    [ "$status" -eq 1 ]
    [ -z "$output" ]
    [[ $stderr == "ctxbudget: estimate_context_tokens: no command no-such-command: put it on the PATH, or"* ]]
}

@test "members of a result come with the call, and missing ones are errors" {
    script <<'EOF'
ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 40}, {"layer": "phase", "tokens": 2}]}' \
    'items.*.layer' status.retained
ctxbudget_call budget/status '{}' retained.none || echo "status $?"
json='{"a": ["x y", null, {"b.c": 1.5}], "d": "\u00e9\ud83d\ude00\udcff"}'
ctxbudget_get json a.0 'a.*' a.2
ctxbudget_get json a.3 || echo "status $?"
[[ $(ctxbudget_get json d) == $'é😀\xff' ]]
ctxbudget_get '{' a || echo "status $?"
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = 'transient phase 42 status 1 x y x y null {"b.c": 1.5} {"b.c": 1.5} status 1 status 1' ]
    [[ $stderr == *"its result has no member 'retained.none'"* && $stderr == *"ctxbudget_get: "*"stdin must be JSON"* ]]
}

@test "what a message quotes does nothing to a terminal" {
    script <<'EOF'
prune_workflow_context $'\e[31mred\e]0;title\a\u202e' || true
extract_report_metadata $'no\e[2Jsuch.md' || true
EOF
    [ "$status" -eq 0 ]
    [[ $stderr == *'\x1b[2Jsuch.md'* && $stderr != *[$'\e\a']* ]]
}

@test "the files that scripts of the document source" {
    script <<'EOF'
unset -f extract_report_metadata prune_subagent_output
CLAUDE_CONFIG=${CTXBUDGET_SH%/*}/shim
for name in metadata-extraction context-pruning context-metrics unified-location-detection dependency-analyzer; do
    source "${CLAUDE_CONFIG}/.claude/lib/$name.sh"
done
declare -F extract_report_metadata prune_subagent_output
cd "$CLAUDE_CONFIG/.claude/lib"
source ./context-pruning.sh
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "extract_report_metadata prune_subagent_output" ]
}

@test "a plan, by path, by the name of a variable and in words, prints its phases and tokens" {
    printf '# Plan\n\n## Phase 1: Dig\n- [ ] a\n\n## Phase 2: Sow\n- [ ] b\n' >plan.md
    script <<'EOF'
PLAN_PATH=plan.md
plan_context_budget plan.md
plan_context_budget "Research beans"
plan_context_budget PLAN_PATH --apply
ctxbudget_call budget/status '{}' phases.0.allocated
plan_context_budget plan.md --aply || echo "status $?"
EOF
    [ "$status" -eq 0 ]
    [ "${lines[*]}" = "1 3750 2 3750 0 500 1 1200 1 3750 2 3750 3750 status 2" ]
}
