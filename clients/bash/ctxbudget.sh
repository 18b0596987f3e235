# shellcheck shell=bash
# ctxbudget for bash: source this file, then call the functions below. Needs bash >= 4.4 and the command `ctxbudget`.
#
#   extract_report_metadata PATH              print an artifact's metadata (also extract_plan_metadata, _summary_)
#   prune_subagent_output RESPONSE [METADATA] put a subagent's answer on the account; METADATA replaces it
#   prune_phase_output SCOPE [POLICY]         SCOPE: "Wave 1" (of the current phase), "Phase 2", "Phase 3 Wave 1", 2
#   prune_phase_metadata PHASE [PLAN]         end a phase: content becomes metadata, two phases on a marker
#   prune_workflow_context [POLICY]           POLICY: aggressive, moderate, minimal or auto
#   prune_all_transient_data [POLICY]
#   plan_context_budget PLAN [--apply]        print "PHASE TOKENS" for each phase of a plan or a description
#   estimate_context_tokens                   print the tokens in the context now
#   estimate_markdown_tokens CONTENT          print the tokens of a text, counted
#   context_budget_panel [N]                  print the account after phase N
#   context_budget_alerts [--no-prune]        print what is wrong; prune transient data when it is critical
#   context_budget_diagnosis [--apply]        print what is wrong and why; with --apply, cure it
#   ctxbudget_call METHOD [JSON [PATH...]]    one request: the result, or its members, on stdout; or the error on stderr
#   ctxbudget_get JSON PATH...                print members: ctxbudget_get "$json" items.0.id
#   ctxbudget_quote TEXT                      print TEXT as a JSON string
#   ctxbudget_stop                            end the sidecar of this script now
#
# An argument that is the name of a set variable means its value. The account is the session CTXBUDGET_SESSION, which
# the first write creates, or the default session. New items belong to the phase CTXBUDGET_PHASE (or CURRENT_PHASE),
# else to the running phase, and to the wave CTXBUDGET_WAVE (or CURRENT_WAVE). CTXBUDGET_BIN names the command.
# CTXBUDGET_SERVER=off starts no sidecar.
#
# Each request is a `ctxbudget call`. The first that no process answers starts a sidecar, which answers those that
# follow and ends with the script. JSON is read by the command (`--get`, `ctxbudget get`), never by bash.
#
# Names with a leading _ctxbudget are private. Each public function works in a guard that sets its own options, IFS and
# locale, and ends with the caller's. `return` always says what: without, it means the status before the trap when a
# trap of the caller's calls one of the functions.

if [ -z "${BASH_VERSION:-}" ] || ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
    echo "ctxbudget: bash 4.4 or later is needed" >&2
    # shellcheck disable=SC2317
    return 1 2>/dev/null || exit 1
fi

# ---------------------------------------------------------------------------------------------- public functions

ctxbudget_call() { _ctxbudget_guarded _ctxbudget_call "$@" || return "$?"; }
ctxbudget_get() { _ctxbudget_guarded _ctxbudget_get "$@" || return "$?"; }
ctxbudget_quote() { _ctxbudget_guarded _ctxbudget_print_quoted "$@" || return "$?"; }
ctxbudget_stop() { _ctxbudget_guarded _ctxbudget_stop || return "$?"; }
extract_report_metadata() { _ctxbudget_guarded _ctxbudget_extract report "$@" || return "$?"; }
extract_plan_metadata() { _ctxbudget_guarded _ctxbudget_extract plan "$@" || return "$?"; }
extract_summary_metadata() { _ctxbudget_guarded _ctxbudget_extract summary "$@" || return "$?"; }
prune_subagent_output() { _ctxbudget_guarded _ctxbudget_subagent_output "$@" || return "$?"; }
prune_phase_output() { _ctxbudget_guarded _ctxbudget_phase_output "$@" || return "$?"; }
prune_phase_metadata() { _ctxbudget_guarded _ctxbudget_phase_metadata "$@" || return "$?"; }
prune_workflow_context() { _ctxbudget_guarded _ctxbudget_sweep workflow_context '"workflow":true' "$@" || return "$?"; }
prune_all_transient_data() {
    _ctxbudget_guarded _ctxbudget_sweep all_transient_data '"layer":"transient"' "$@" || return "$?"
}
plan_context_budget() { _ctxbudget_guarded _ctxbudget_plan "$@" || return "$?"; }
estimate_context_tokens() { _ctxbudget_guarded _ctxbudget_retained || return "$?"; }
estimate_markdown_tokens() { _ctxbudget_guarded _ctxbudget_count "$@" || return "$?"; }
context_budget_panel() { _ctxbudget_guarded _ctxbudget_panel "$@" || return "$?"; }
context_budget_alerts() { _ctxbudget_guarded _ctxbudget_alerts "$@" || return "$?"; }
context_budget_diagnosis() { _ctxbudget_guarded _ctxbudget_diagnosis "$@" || return "$?"; }

# Run a private function under known settings. In the C locale a character is a byte. The ERR and DEBUG traps of the
# caller stay outside, his `set -x` does not print whole documents, his `set -a` exports nothing. What the arguments
# mean as names of variables is looked up here, where no local variable hides one of the caller's.
_ctxbudget_guarded() {
    local - LC_ALL=C IFS=$' \t\n' BASH_COMPAT='' _ctxbudget_error='' _ctxbudget_value='' _ctxbudget_quoted=''
    local -a _ctxbudget_values=()
    set +aCeETuvx -f +o pipefail
    for _ctxbudget_value in "$@"; do
        _ctxbudget_value_of "$_ctxbudget_value"
        _ctxbudget_values+=("$_ctxbudget_value")
    done
    "$@"
}

# ------------------------------------------------------------------------------------------------ what scripts say

_ctxbudget_extract() { # KIND PATH
    local kind=$1 who="extract_$1_metadata" path=''
    (($# == 2)) || { _ctxbudget_usage "$who PATH"; return 2; }
    path=$2
    [[ -e $path ]] || path=${_ctxbudget_values[2]}
    [[ $path == /* ]] || path=$PWD/$path
    _ctxbudget_quote "$path"
    _ctxbudget_request metadata/extract "{\"kind\":\"$kind\",\"path\":$_ctxbudget_quoted}" --get text --errors text &&
        return 0
    # The server reads only inside the workspace; this script may read what its user may, up to a NUL.
    if ! _ctxbudget_is_error pathNotAllowed || [[ ! -f $path || ! -r $path ]] ||
        IFS= read -r -d '' _ctxbudget_value <"$path"; then
        _ctxbudget_complain "$who"
        return 1
    fi
    _ctxbudget_quote "$_ctxbudget_value"
    _ctxbudget_ask "$who" metadata/extract "{\"kind\":\"$kind\",\"content\":$_ctxbudget_quoted}" --get text
}

_ctxbudget_subagent_output() { # RESPONSE [METADATA]
    local who=prune_subagent_output place='' id
    (($# == 1 || $# == 2)) || { _ctxbudget_usage "$who RESPONSE [METADATA]"; return 2; }
    _ctxbudget_place "$who" || return $?
    _ctxbudget_quote "${_ctxbudget_values[1]}"
    # Two requests: the response has been in the context, so the peak must have seen it.
    place+='"layer":"transient","kind":"report"'
    id=$(_ctxbudget_ask "$who" context/add "{\"items\":[{$place,\"content\":$_ctxbudget_quoted}]}" --get items.0.id) ||
        return $?
    if [[ -z ${_ctxbudget_values[2]-} ]]; then
        _ctxbudget_ask "$who" context/prune "{\"target\":{\"items\":[\"$id\"]}}" >/dev/null
        return $?
    fi
    _ctxbudget_quote "${_ctxbudget_values[2]}"
    _ctxbudget_ask "$who" context/add "{\"items\":[{\"reduces\":[\"$id\"],\"content\":$_ctxbudget_quoted}]}" >/dev/null
}

_ctxbudget_phase_output() { # SCOPE [POLICY]
    local who=prune_phase_output phase='' wave='' ids='' target policy
    (($# == 1 || $# == 2)) || { _ctxbudget_usage "$who SCOPE [POLICY]"; return 2; }
    _ctxbudget_parse_scope "$1" || _ctxbudget_parse_scope "${_ctxbudget_values[1]}" || {
        _ctxbudget_usage "$who \"Wave N\" | \"Phase N\" | \"Phase N Wave M\" | N [POLICY]"
        return 2
    }
    _ctxbudget_policy "${2-}" "${_ctxbudget_values[2]-}"
    [[ -n $phase ]] || _ctxbudget_current_phase "$who" || return $?
    if [[ -n $phase ]]; then
        target="\"phase\":$phase${wave:+,\"wave\":$wave}"
        _ctxbudget_prune "$target" "$policy" && return 0
        _ctxbudget_is_error unknownPhase || { _ctxbudget_complain "$who"; return 1; }
        [[ -n $wave ]] || { _ctxbudget_nothing_of "$phase"; return 0; }
    fi
    # A script that never named its waves means what it has brought in since the phase began.
    _ctxbudget_ids_of "$who" "\"layer\":\"transient\"${phase:+,\"phase\":$phase}" wave null || return $?
    [[ -z $ids ]] || _ctxbudget_prune "\"items\":[$ids]" "$policy" || { _ctxbudget_complain "$who"; return 1; }
}

_ctxbudget_phase_metadata() { # PHASE [PLAN]
    local who=prune_phase_metadata phase='' wave='' ended ids=''
    (($# == 1 || $# == 2)) || { _ctxbudget_usage "$who PHASE [PLAN]"; return 2; }
    _ctxbudget_parse_scope "$1" || _ctxbudget_parse_scope "${_ctxbudget_values[1]}"
    [[ -n $phase && -z $wave ]] || { _ctxbudget_usage "$who PHASE [PLAN]"; return 2; }
    ended=$phase
    if ! _ctxbudget_prune "\"phase\":$ended" aggressive; then
        _ctxbudget_is_error unknownPhase || { _ctxbudget_complain "$who"; return 1; }
        _ctxbudget_nothing_of "$ended"
        return 0
    fi
    _ctxbudget_complete "$who" "$ended" && _ctxbudget_current_phase "$who" || return $?
    [[ -n $phase ]] && ((ended + 2 <= phase)) || return 0
    _ctxbudget_ids_of "$who" "\"layer\":\"metadata\",\"pinned\":false,\"phase\":$ended" marker false || return $?
    [[ -z $ids ]] || _ctxbudget_leave_marker "$who" "$ended"
}

# Complete a phase that the script has ended without ever having started it. One that runs is the script's to complete.
_ctxbudget_complete() { # WHO PHASE
    local all half i
    _ctxbudget_words "$1" budget/status '{}' --get 'phases.*.phase' --get 'phases.*.state' || return $?
    for ((i = 0; i < half; i++)); do
        [[ ${all[i]} != "$2" || ${all[i + half]} != planned ]] ||
            _ctxbudget_ask "$1" workflow/completePhase "{\"phase\":$2,\"force\":true}" >/dev/null || return $?
    done
}

_ctxbudget_nothing_of() { echo "ctxbudget: nothing of phase $1 is on the account: nothing to prune" >&2; }

# Replace the metadata $ids of a phase by the line "Phase N: complete ✓", unless more of the phase is retained.
_ctxbudget_leave_marker() { # WHO PHASE
    local total commas=${ids//[!,]/} line="Phase $2: complete ✓" # a comma less than ids
    total=$(_ctxbudget_ask "$1" context/list "{\"state\":\"retained\",\"phase\":$2,\"limit\":1}" --get total) ||
        return $?
    if ((total > ${#commas} + 1)); then
        _ctxbudget_ask "$1" context/prune "{\"target\":{\"items\":[$ids]}}" >/dev/null
        return $?
    fi
    _ctxbudget_ask "$1" context/add \
        "{\"items\":[{\"reduces\":[$ids],\"phase\":$2,\"kind\":\"other\",\"title\":\"$line\",\"content\":\"$line\"}]}" \
        >/dev/null
}

_ctxbudget_sweep() { # WHAT TARGET [POLICY]
    local policy
    (($# <= 3)) || { _ctxbudget_usage "prune_$1 [POLICY]"; return 2; }
    _ctxbudget_policy "${3-}" "${_ctxbudget_values[3]-}"
    _ctxbudget_prune "$2" "$policy" || { _ctxbudget_complain "prune_$1"; return 1; }
}

_ctxbudget_policy() { # ARGUMENT VALUE: policy
    policy=${2:-aggressive}
    case $1 in aggressive | moderate | minimal | auto) policy=$1 ;; esac
}

_ctxbudget_prune() { # TARGET POLICY: error
    _ctxbudget_quote "$2"
    _ctxbudget_request context/prune "{\"target\":{$1},\"policy\":$_ctxbudget_quoted}" --errors text >/dev/null
}

_ctxbudget_plan() { # PLAN [--apply]
    local who=plan_context_budget path=${_ctxbudget_values[1]-} what=description apply=false all half i
    [[ $# == 1 || ($# == 2 && $2 == --apply) ]] || { _ctxbudget_usage "$who PLAN [--apply]"; return 2; }
    (($# == 1)) || apply=true
    [[ ! -e $1 ]] || path=$1
    [[ ! -e $path ]] || { what=path; [[ $path == /* ]] || path=$PWD/$path; }
    _ctxbudget_quote "$path"
    _ctxbudget_words "$who" workflow/plan "{\"$what\":$_ctxbudget_quoted,\"apply\":$apply}" \
        --get 'phases.*.phase' --get 'phases.*.allocated' || return $?
    for ((i = 0; i < half; i++)); do echo "${all[i]} ${all[i + half]/null/0}"; done
}

_ctxbudget_retained() { _ctxbudget_ask estimate_context_tokens budget/status '{}' --get retained; }

_ctxbudget_count() { # CONTENT
    (($# == 1)) || { _ctxbudget_usage "estimate_markdown_tokens CONTENT"; return 2; }
    _ctxbudget_quote "${_ctxbudget_values[1]}"
    _ctxbudget_ask estimate_markdown_tokens tokens/count "{\"texts\":[$_ctxbudget_quoted]}" --get total
}

_ctxbudget_panel() { # [N]
    local title='Context Budget' rule='' i window budget retained level
    _ctxbudget_status context_budget_panel || return $?
    [[ -z ${_ctxbudget_values[1]-} ]] || title+=" After Phase ${_ctxbudget_values[1]}"
    for ((i = 0; i < 57; i++)); do rule+='━'; done
    printf '%s\n' "$rule" "$title" "$rule" ''
    printf 'Current usage: %d tokens (%s, %s)\n' "$retained" \
        "$(_ctxbudget_share "$budget" budget)" "$(_ctxbudget_share "$window" window)"
    printf 'Budget remaining: %d tokens\n\n' "$((budget - retained))"
    ((retained <= budget)) ||
        printf '%s\n' '⚠️  WARNING: Budget exceeded!' 'Action: Apply aggressive pruning or reduce scope'
}

_ctxbudget_alerts() { # [--no-prune]
    local window budget retained level before
    [[ $# == 0 || $* == --no-prune ]] || { _ctxbudget_usage "context_budget_alerts [--no-prune]"; return 2; }
    _ctxbudget_status context_budget_alerts || return $?
    case $level in
        critical)
            printf '🚨 CRITICAL: Context usage at %s\n' "$(_ctxbudget_share "$budget" budget)"
            echo 'Action: Emergency pruning required'
            (($# == 0)) || return 0
            before=$retained
            _ctxbudget_sweep all_transient_data '"layer":"transient"' aggressive &&
                _ctxbudget_status context_budget_alerts || return $?
            printf 'Pruned: %d tokens of transient data, %d remain\n' "$((before - retained))" "$retained"
            ;;
        warn)
            printf '⚠️  WARNING: Context usage at %s\n' "$(_ctxbudget_share "$budget" budget)"
            echo 'Action: Consider pruning non-critical data'
            ;;
    esac
}

_ctxbudget_diagnosis() { # [--apply]
    local said status who=context_budget_diagnosis
    [[ $# == 0 || $* == --apply ]] || { _ctxbudget_usage "$who [--apply]"; return 2; }
    (($#)) || { _ctxbudget_ask "$who" budget/diagnose '{}' --get text; return $?; }
    said=$(_ctxbudget_export && "${CTXBUDGET_BIN:-ctxbudget}" diagnose "${CTXBUDGET_SESSION:-default}" --apply)
    status=$?
    [[ -z $said ]] || printf '%s\n' "$said"
    # Something that no request cures may be left: that is not a failure. After a failure the command has said why.
    ((status <= 1))
}

# Print what is retained, in the caller's variable, as a share; what is over the base in tokens.
_ctxbudget_share() { # WHOLE BASE
    if ((retained > $1)); then printf '%d tokens over %s' "$((retained - $1))" "$2"; return; fi
    printf '%d%% of %s' "$((retained * 100 / $1))" "$2"
}

# The figures of the account, in the caller's variables window, budget, retained and level.
_ctxbudget_status() { # WHO
    local all half
    _ctxbudget_words "$1" budget/status '{}' --get window --get budget --get retained --get level || return $?
    window=${all[0]} budget=${all[1]} retained=${all[2]} level=${all[3]}
}

# ------------------------------------------------------------------------------------------- reading the arguments

# The value of the variable that the argument names, if it is one; else the argument. An array is its lines.
_ctxbudget_value_of() { # ARGUMENT: value
    _ctxbudget_value=$1
    case $1 in '' | [!a-zA-Z_]* | *[!a-zA-Z0-9_]* | _ctxbudget* | IFS | LC_ALL) return 0 ;; esac
    [[ -v $1 || -v $1[@] ]] || return 0
    local -n _ctxbudget_named=$1
    local IFS=$'\n'
    _ctxbudget_value="${_ctxbudget_named[*]}"
}

# "Wave 1", "Phase 2", "Phase 2 Wave 1" or "2", in any case; nothing that only looks like it.
_ctxbudget_parse_scope() { # TEXT: phase, wave
    local text=${1,,}
    case $text in
        'phase '*' wave '*) text=${text#phase } phase=${text%% wave *} wave=${text#* wave } ;;
        'wave '*) phase='' wave=${text#wave } ;;
        *) phase=${text#phase } wave='' ;;
    esac
    case $phase$wave in '' | *[!0-9]*) phase='' wave='' ;; esac
    ((${#phase} < 9 && ${#wave} < 9)) || phase='' wave=''
    # In decimal: a leading zero would mean octal, and is not JSON.
    phase=${phase:+$((10#$phase))} wave=${wave:+$((10#$wave))}
    [[ -n $phase$wave ]]
}

# The phase that the script says it is in, else the one that runs, else the last that has begun; empty if none has.
_ctxbudget_current_phase() { # WHO: phase
    local wave='' said=${CTXBUDGET_PHASE:-${CURRENT_PHASE:-}} all half i
    [[ -z $said ]] || ! _ctxbudget_parse_scope "$said" || [[ -z $phase ]] || return 0
    phase=''
    _ctxbudget_words "$1" budget/status '{}' --get phase --get 'phases.*.phase' --get 'phases.*.state' || return $?
    [[ ${all[0]} == null ]] || { phase=${all[0]}; return 0; }
    for ((i = 1; i <= half; i++)); do
        [[ ${all[i + half]} == planned ]] || ((all[i] <= ${phase:--1})) || phase=${all[i]}
    done
}

# The members "phase" and "wave" of a new item, each with a comma behind it.
_ctxbudget_place() { # WHO: place
    local phase='' said=${CTXBUDGET_WAVE:-${CURRENT_WAVE:-}}
    case $said in *[!0-9]* | '') said='' ;; *) said=$((10#$said)) ;; esac
    [[ -n $said || -n ${CTXBUDGET_PHASE:-${CURRENT_PHASE:-}} ]] || return 0
    _ctxbudget_current_phase "$1" || return $?
    place=${phase:+"\"phase\":$phase,${said:+\"wave\":$said,}"}
}

# The ids of the retained items that match, as JSON separated by commas; only those whose MEMBER has this value.
_ctxbudget_ids_of() { # WHO FILTER MEMBER VALUE: ids
    local after='' all half i
    ids=''
    while
        _ctxbudget_words "$1" context/list "{\"state\":\"retained\",$2$after}" \
            --get 'items.*.id' --get "items.*.$3" --get next || return $?
        for ((i = 0; i < half; i++)); do
            [[ ${all[i + half]} != "$4" ]] || ids+="${ids:+,}\"${all[i]}\""
        done
        [[ ${all[2 * half]} != null ]]
    do after=",\"after\":\"${all[2 * half]}\""; done
}

_ctxbudget_usage() { echo "ctxbudget: usage: $1" >&2; }

# A request of a function for people: what goes wrong is said in a sentence.
_ctxbudget_ask() { # WHO METHOD PARAMS [OPTION...]
    _ctxbudget_request "$2" "$3" --errors text "${@:4}" && return 0
    # A function that prunes creates the session at its first request, even if that is a read.
    [[ $1 == prune_* ]] && _ctxbudget_is_error unknownSession &&
        _ctxbudget_request session/open '{}' --errors text >/dev/null &&
        _ctxbudget_request "$2" "$3" --errors text "${@:4}" && return 0
    _ctxbudget_complain "$1"
    return 1
}

# The words that the request prints, in the caller's array `all`: numbers, ids, single words and null.
_ctxbudget_words() { # WHO METHOD PARAMS [OPTION...]: all, half
    local printed
    printed=$(_ctxbudget_ask "$@") || return $?
    # shellcheck disable=SC2206  # split on purpose
    all=($printed)
    half=$((${#all[@]} / 2))
}

# The command escapes what a terminal would act on; what else may have been said on its stderr is made harmless here.
_ctxbudget_complain() { # WHO
    local said=$_ctxbudget_error
    [[ ${said%%: *} == *[!a-zA-Z]* ]] || said=${said#*: }
    echo "ctxbudget: $1: ${said//[[:cntrl:]]/?}" >&2
}

# Whether the request failed with this error, printed as JSON or as text.
_ctxbudget_is_error() { # NAME
    [[ $_ctxbudget_error == "$1: "* || $_ctxbudget_error == '{'*"\"name\": \"$1\""* ]]
}

# ------------------------------------------------------------------------------------------------------- requests

_ctxbudget_call() { # METHOD [JSON [PATH...]]
    local path
    local -a options=()
    (($#)) || { _ctxbudget_usage "ctxbudget_call METHOD [JSON [PATH...]]"; return 2; }
    for path in "${@:3}"; do options+=(--get "$path"); done
    _ctxbudget_request "$1" "${_ctxbudget_values[2]-}" "${options[@]}" && return 0
    printf '%s\n' "$_ctxbudget_error" >&2
    return 1
}

# One request: what is asked for on stdout. The params go to stdin, because an argument has a limit. The command puts
# the session in that CTXBUDGET_SESSION names, and creates it at the first write.
_ctxbudget_request() { # METHOD PARAMS [OPTION...]: error
    local status command=${CTXBUDGET_BIN:-ctxbudget}
    [[ ${CTXBUDGET_SERVER:-on} == off ]] || set -- "$@" --sidecar-for "$$"
    {
        _ctxbudget_error=$(_ctxbudget_export && printf '%s' "$2" | "$command" call "$1" - "${@:3}" 2>&1 1>&51 51>&-)
        status=$?
    } 51>&1
    ((status)) || { [[ -z $_ctxbudget_error ]] || printf '%s\n' "$_ctxbudget_error" >&2; return 0; }
    ((status != 127)) || _ctxbudget_error="no command $command: put it on the PATH, or set CTXBUDGET_BIN"
    : "${_ctxbudget_error:="$command call ended with status $status"}"
    if [[ $_ctxbudget_error != '{'* && " $* " != *' --errors text '* ]]; then
        _ctxbudget_quote "$_ctxbudget_error"
        _ctxbudget_error="{\"code\":-32603,\"message\":$_ctxbudget_quoted,"
        _ctxbudget_error+='"data":{"name":"internalError","retryable":false}}'
    fi
    return 1
}

# What the command looks for in its environment, if the script has set it without exporting it.
_ctxbudget_export() {
    local name
    for name in CTXBUDGET_{WORKSPACE,STORE,ROOTS,LOG,SESSION}; do [[ ! -v $name ]] || export "${name?}"; done
}

_ctxbudget_stop() (_ctxbudget_export && "${CTXBUDGET_BIN:-ctxbudget}" sidecar --for "$$" --stop)

# ------------------------------------------------------------------------------------------------------------- JSON

_ctxbudget_get() { # JSON PATH...
    (($# >= 2)) || { _ctxbudget_usage "ctxbudget_get JSON PATH..."; return 2; }
    local command=${CTXBUDGET_BIN:-ctxbudget}
    { _ctxbudget_error=$(printf '%s' "${_ctxbudget_values[1]}" | "$command" get "${@:2}" 2>&1 1>&51 51>&-); } 51>&1 &&
        return 0
    # A member that is missing is a condition like any other; everything else is a mistake.
    (($? == 1)) || _ctxbudget_complain ctxbudget_get
    return 1
}

_ctxbudget_print_quoted() { # TEXT
    (($# == 1)) || { _ctxbudget_usage "ctxbudget_quote TEXT"; return 2; }
    _ctxbudget_quote "${_ctxbudget_values[1]}"
    printf '%s\n' "$_ctxbudget_quoted"
}

# A JSON string of any bytes but NUL, which no variable holds. In pieces, because bash looks at all that is left of a
# text for each replacement.
_ctxbudget_quote() { # TEXT: quoted
    local piece code character escape at length=${#1} IFS=''
    local -a pieces=()
    for ((at = 0; at < length; at += 65536)); do
        piece=${1:at:65536}
        if [[ $piece == *[\"\\[:cntrl:]]* ]]; then
            piece=${piece//\\/\\\\}
            piece=${piece//'"'/'\"'}
            piece=${piece//$'\n'/'\n'}
            piece=${piece//$'\t'/'\t'}
            piece=${piece//$'\r'/'\r'}
        fi
        if [[ $piece == *[$'\x01'-$'\x1f']* ]]; then
            for ((code = 1; code < 32; code++)); do
                printf -v escape '\\u%04x' "$code"
                printf -v character '%b' "$escape"
                piece=${piece//"$character"/"$escape"}
            done
        fi
        pieces+=("$piece")
    done
    _ctxbudget_quoted="\"${pieces[*]}\""
}
