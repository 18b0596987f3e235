# shellcheck shell=bash
# ctxbudget for bash: source this file, then call the functions below. Needs bash >= 4.4 and the command `ctxbudget`.
#
#   extract_report_metadata PATH              print an artifact's metadata (also extract_plan_metadata, _summary_)
#   prune_subagent_output RESPONSE [METADATA] put a subagent's answer on the account, and let METADATA stand for it
#   prune_phase_output SCOPE [POLICY]         SCOPE: "Wave 1" (of the current phase), "Phase 2", "Phase 3 Wave 1", 2
#   prune_phase_metadata PHASE [PLAN]         content becomes metadata; two phases on, metadata becomes a marker
#   prune_workflow_context [POLICY]           POLICY: aggressive, moderate, minimal or auto
#   prune_all_transient_data [POLICY]
#   estimate_context_tokens                   print the tokens in the context now
#   estimate_markdown_tokens CONTENT          print the tokens of a text, counted
#   context_budget_panel [N]                  print the account after phase N
#   context_budget_alerts [--no-prune]        print what is wrong; prune transient data when it is critical
#   ctxbudget_call METHOD [JSON]              one request: the result on stdout, or the error on stderr and status 1
#   ctxbudget_get JSON PATH                   print a member: ctxbudget_get "$json" items.0.id
#   ctxbudget_quote TEXT                      print TEXT as a JSON string
#   ctxbudget_stop                            end the server of this script now
#
# An argument that is the name of a set variable means its value. The account is the session CTXBUDGET_SESSION, or the
# default session. New items belong to the phase CTXBUDGET_PHASE (or CURRENT_PHASE), else to the running phase, and to
# the wave CTXBUDGET_WAVE (or CURRENT_WAVE). CTXBUDGET_BIN names the command. CTXBUDGET_SERVER=off keeps no server.
#
# Names with a leading _ctxbudget are private. Each public function works in a guard that sets its own options, IFS and
# locale, and ends with the caller's. Private functions answer in variables: a $(...) would be a process each. `return`
# always says what: without, it means the status before the trap when a trap of the caller's calls one of the functions.

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
prune_workflow_context() { _ctxbudget_guarded _ctxbudget_prune "${FUNCNAME[0]}" '"workflow":true' "$@" || return "$?"; }
prune_all_transient_data() {
    _ctxbudget_guarded _ctxbudget_prune "${FUNCNAME[0]}" '"layer":"transient"' "$@" || return "$?"
}
estimate_context_tokens() { _ctxbudget_guarded _ctxbudget_print_retained || return "$?"; }
estimate_markdown_tokens() { _ctxbudget_guarded _ctxbudget_count "$@" || return "$?"; }
context_budget_panel() { _ctxbudget_guarded _ctxbudget_panel "$@" || return "$?"; }
context_budget_alerts() { _ctxbudget_guarded _ctxbudget_alerts "$@" || return "$?"; }

# Run a private function under known settings. In the C locale a character is a byte, as Content-Length counts. The ERR
# and DEBUG traps of the caller stay outside, his `set -x` does not print whole documents, his `set -a` exports nothing.
_ctxbudget_guarded() {
    local - LC_ALL=C IFS=$' \t\n' BASH_COMPAT=''
    set +aCeETuvx -f +o pipefail
    "$@"
}

# ------------------------------------------------------------------------------------------------ what scripts say

_ctxbudget_extract() { # KIND PATH
    local _ctxbudget_kind=$1 _ctxbudget_value='' _ctxbudget_quoted='' _ctxbudget_reply=''
    local _ctxbudget_who="extract_$1_metadata" _ctxbudget_path=''
    (($# == 2)) || { _ctxbudget_usage "$_ctxbudget_who PATH"; return 2; }
    _ctxbudget_path=$2
    [[ -e $_ctxbudget_path ]] || { _ctxbudget_value_of "$2"; _ctxbudget_path=$_ctxbudget_value; }
    [[ $_ctxbudget_path == /* ]] || _ctxbudget_path=$PWD/$_ctxbudget_path
    _ctxbudget_quote "$_ctxbudget_path"
    if ! _ctxbudget_request metadata/extract "{\"kind\":\"$_ctxbudget_kind\",\"path\":$_ctxbudget_quoted}"; then
        # The server reads only inside the workspace; this script may read what its user may.
        if ! { _ctxbudget_is_error pathNotAllowed && _ctxbudget_read_text "$_ctxbudget_path"; }; then
            _ctxbudget_complain "$_ctxbudget_who"
            return 1
        fi
        _ctxbudget_quote "$_ctxbudget_value"
        _ctxbudget_ask "$_ctxbudget_who" metadata/extract \
            "{\"kind\":\"$_ctxbudget_kind\",\"content\":$_ctxbudget_quoted}" || return $?
    fi
    _ctxbudget_get "$_ctxbudget_reply" text
}

_ctxbudget_subagent_output() { # RESPONSE [METADATA]
    local _ctxbudget_value='' _ctxbudget_quoted='' _ctxbudget_reply='' _ctxbudget_found='' _ctxbudget_place=''
    local _ctxbudget_who=prune_subagent_output
    (($# == 1 || $# == 2)) || { _ctxbudget_usage "$_ctxbudget_who RESPONSE [METADATA]"; return 2; }
    _ctxbudget_place "$_ctxbudget_who" || return $?
    _ctxbudget_value_of "$1"
    _ctxbudget_quote "$_ctxbudget_value"
    # Two requests: the response has been in the context, so the peak must have seen it.
    _ctxbudget_place+="\"layer\":\"transient\",\"kind\":\"report\""
    _ctxbudget_ask "$_ctxbudget_who" context/add \
        "{\"items\":[{$_ctxbudget_place,\"content\":$_ctxbudget_quoted}]}" || return $?
    _ctxbudget_find "$_ctxbudget_reply" items.0.id
    _ctxbudget_value_of "${2-}"
    if [[ -z $_ctxbudget_value ]]; then
        _ctxbudget_ask "$_ctxbudget_who" context/prune "{\"target\":{\"items\":[$_ctxbudget_found]}}"
        return $?
    fi
    _ctxbudget_quote "$_ctxbudget_value"
    _ctxbudget_ask "$_ctxbudget_who" context/add \
        "{\"items\":[{\"reduces\":[$_ctxbudget_found],\"content\":$_ctxbudget_quoted}]}"
}

_ctxbudget_phase_output() { # SCOPE [POLICY]
    local _ctxbudget_value='' _ctxbudget_reply='' _ctxbudget_found='' _ctxbudget_ids=''
    local _ctxbudget_who=prune_phase_output _ctxbudget_phase='' _ctxbudget_wave=''
    (($# == 1 || $# == 2)) || { _ctxbudget_usage "$_ctxbudget_who SCOPE [POLICY]"; return 2; }
    if ! _ctxbudget_parse_scope "$1"; then
        _ctxbudget_value_of "$1"
        _ctxbudget_parse_scope "$_ctxbudget_value" || {
            _ctxbudget_usage "$_ctxbudget_who \"Wave N\" | \"Phase N\" | \"Phase N Wave M\" | N [POLICY]"
            return 2
        }
    fi
    if [[ -z $_ctxbudget_phase ]]; then
        _ctxbudget_current_phase "$_ctxbudget_who" || return $?
    fi
    if [[ -n $_ctxbudget_phase ]]; then
        local _ctxbudget_target="\"phase\":$_ctxbudget_phase${_ctxbudget_wave:+,\"wave\":$_ctxbudget_wave}"
        _ctxbudget_prune_quietly "$_ctxbudget_target" "${2-}" && return $?
        _ctxbudget_is_error unknownPhase || { _ctxbudget_complain "$_ctxbudget_who"; return 1; }
        if [[ -z $_ctxbudget_wave ]]; then
            echo "ctxbudget: nothing of phase $_ctxbudget_phase is on the account: nothing to prune" >&2
            return 0
        fi
    fi
    # A script that never named its waves means what it has brought in since the phase began.
    _ctxbudget_ids_of "$_ctxbudget_who" "\"layer\":\"transient\"${_ctxbudget_phase:+,\"phase\":$_ctxbudget_phase}" \
        wave null || return $?
    [[ -z $_ctxbudget_ids ]] || _ctxbudget_prune "$_ctxbudget_who" "\"items\":[$_ctxbudget_ids]" "${2-}"
}

_ctxbudget_phase_metadata() { # PHASE [PLAN]
    local _ctxbudget_value='' _ctxbudget_reply='' _ctxbudget_found='' _ctxbudget_ids='' _ctxbudget_others=0
    local _ctxbudget_who=prune_phase_metadata _ctxbudget_phase='' _ctxbudget_wave='' _ctxbudget_ended=''
    (($# == 1 || $# == 2)) || { _ctxbudget_usage "$_ctxbudget_who PHASE [PLAN]"; return 2; }
    if ! _ctxbudget_parse_scope "$1"; then
        _ctxbudget_value_of "$1"
        _ctxbudget_parse_scope "$_ctxbudget_value"
    fi
    [[ -n $_ctxbudget_phase && -z $_ctxbudget_wave ]] || { _ctxbudget_usage "$_ctxbudget_who PHASE [PLAN]"; return 2; }
    _ctxbudget_ended=$_ctxbudget_phase
    if ! _ctxbudget_prune_quietly "\"phase\":$_ctxbudget_ended" aggressive; then
        _ctxbudget_is_error unknownPhase || { _ctxbudget_complain "$_ctxbudget_who"; return 1; }
        echo "ctxbudget: nothing of phase $_ctxbudget_ended is on the account: nothing to prune" >&2
        return 0
    fi
    _ctxbudget_current_phase "$_ctxbudget_who" || return $?
    [[ -n $_ctxbudget_phase ]] && ((_ctxbudget_ended + 2 <= _ctxbudget_phase)) || return 0
    _ctxbudget_ids_of "$_ctxbudget_who" "\"layer\":\"metadata\",\"pinned\":false,\"phase\":$_ctxbudget_ended" \
        marker false || return $?
    [[ -n $_ctxbudget_ids ]] || return 0
    _ctxbudget_leave_marker "$_ctxbudget_who" "$_ctxbudget_ended"
}

# Let the line "Phase N: complete ✓" stand for the metadata $_ctxbudget_ids of a phase, unless more of it is retained.
_ctxbudget_leave_marker() { # WHO PHASE
    local line="Phase $2: complete ✓" content=''
    content=${_ctxbudget_ids//[!,]/} # a comma less than ids
    _ctxbudget_ask "$1" context/list "{\"state\":\"retained\",\"phase\":$2,\"limit\":1}" || return $?
    _ctxbudget_find "$_ctxbudget_reply" total
    if ((_ctxbudget_found > ${#content} + 1)); then
        _ctxbudget_ask "$1" context/prune "{\"target\":{\"items\":[$_ctxbudget_ids]}}"
        return $?
    fi
    _ctxbudget_ask "$1" context/add \
        "{\"items\":[{\"reduces\":[$_ctxbudget_ids],\"phase\":$2,\"kind\":\"other\",\"content\":\"$line\"}]}"
}

_ctxbudget_prune() { # WHO TARGET [POLICY]
    local _ctxbudget_reply=''
    (($# <= 3)) || { _ctxbudget_usage "$1 [POLICY]"; return 2; }
    _ctxbudget_prune_quietly "$2" "${3-}" || { _ctxbudget_complain "$1"; return 1; }
}

_ctxbudget_prune_quietly() { # TARGET POLICY: reply
    local _ctxbudget_value=${2:-aggressive} _ctxbudget_quoted=''
    case $_ctxbudget_value in
        aggressive | moderate | minimal | auto) ;;
        *) _ctxbudget_value_of "$_ctxbudget_value" ;;
    esac
    _ctxbudget_quote "$_ctxbudget_value"
    _ctxbudget_request context/prune "{\"target\":{$1},\"policy\":$_ctxbudget_quoted}"
}

_ctxbudget_print_retained() {
    local _ctxbudget_reply=''
    _ctxbudget_ask estimate_context_tokens budget/status '{}' && _ctxbudget_get "$_ctxbudget_reply" retained
}

_ctxbudget_count() { # CONTENT
    local _ctxbudget_value='' _ctxbudget_quoted='' _ctxbudget_reply=''
    (($# == 1)) || { _ctxbudget_usage "estimate_markdown_tokens CONTENT"; return 2; }
    _ctxbudget_value_of "$1"
    _ctxbudget_quote "$_ctxbudget_value"
    _ctxbudget_ask estimate_markdown_tokens tokens/count "{\"texts\":[$_ctxbudget_quoted]}" &&
        _ctxbudget_get "$_ctxbudget_reply" total
}

_ctxbudget_panel() { # [N]
    local _ctxbudget_reply='' _ctxbudget_found='' _ctxbudget_value=''
    _ctxbudget_value_of "${1-}"
    local title='Context Budget' rule='' i window budget retained
    _ctxbudget_status context_budget_panel || return $?
    [[ -z $_ctxbudget_value ]] || title+=" After Phase $_ctxbudget_value"
    for ((i = 0; i < 57; i++)); do rule+='━'; done
    printf '%s\n' "$rule" "$title" "$rule" ''
    printf 'Current usage: %d tokens (%d%% of budget, %d%% of window)\n' "$retained" \
        "$((retained * 100 / budget))" "$((retained * 100 / window))"
    printf 'Budget remaining: %d tokens\n\n' "$((budget - retained))"
    if ((retained > budget)); then
        printf '%s\n' '⚠️  WARNING: Budget exceeded!' 'Action: Apply aggressive pruning or reduce scope'
    fi
}

_ctxbudget_alerts() { # [--no-prune]
    local _ctxbudget_reply='' _ctxbudget_found='' window budget retained before
    [[ $# == 0 || $* == --no-prune ]] || { _ctxbudget_usage "context_budget_alerts [--no-prune]"; return 2; }
    _ctxbudget_status context_budget_alerts || return $?
    _ctxbudget_find "$_ctxbudget_reply" level
    case $_ctxbudget_found in
        '"critical"')
            printf '🚨 CRITICAL: Context usage at %d%% of budget\n' "$((retained * 100 / budget))"
            echo 'Action: Emergency pruning required'
            (($# == 0)) || return 0
            before=$retained
            _ctxbudget_prune prune_all_transient_data '"layer":"transient"' aggressive &&
                _ctxbudget_status context_budget_alerts || return $?
            printf 'Pruned: %d tokens of transient data, %d remain\n' "$((before - retained))" "$retained"
            ;;
        '"warn"')
            printf '⚠️  WARNING: Context usage at %d%% of budget\n' "$((retained * 100 / budget))"
            echo 'Action: Consider pruning non-critical data'
            ;;
    esac
}

# The figures of the account, in the caller's variables window, budget and retained.
_ctxbudget_status() { # WHO: reply
    _ctxbudget_ask "$1" budget/status '{}' || return $?
    _ctxbudget_find "$_ctxbudget_reply" window && window=$_ctxbudget_found
    _ctxbudget_find "$_ctxbudget_reply" budget && budget=$_ctxbudget_found
    _ctxbudget_find "$_ctxbudget_reply" retained && retained=$_ctxbudget_found
}

# ------------------------------------------------------------------------------------------- reading the arguments

# The value of the variable that the argument names, if it is one; else the argument. An array is its lines.
_ctxbudget_value_of() { # ARGUMENT: value
    _ctxbudget_value=$1
    case $1 in
        '' | [!a-zA-Z_]* | *[!a-zA-Z0-9_]* | _ctxbudget* | IFS | LC_ALL) return $? ;;
    esac
    if [[ -v $1 || -v $1[@] ]]; then
        local -n _ctxbudget_named=$1
        local IFS=$'\n'
        _ctxbudget_value="${_ctxbudget_named[*]}"
    fi
}

# "Wave 1", "Phase 2", "Phase 2 Wave 1" or "2", in any case; nothing that only looks like it.
_ctxbudget_parse_scope() { # TEXT: phase, wave
    local text=${1,,} number
    case $text in
        'phase '*' wave '*) _ctxbudget_phase=${text#phase } _ctxbudget_phase=${_ctxbudget_phase%% wave *} ;;
        'phase '*) _ctxbudget_phase=${text#phase } ;;
        'wave '*) _ctxbudget_phase='' ;;
        *) _ctxbudget_phase=$text ;;
    esac
    case $text in *'wave '*) _ctxbudget_wave=${text##*wave } ;; *) _ctxbudget_wave='' ;; esac
    for number in "$_ctxbudget_phase" "$_ctxbudget_wave"; do
        case $number in *[!0-9]* | ?????????*) return 1 ;; esac
    done
    [[ -n $_ctxbudget_phase$_ctxbudget_wave ]] || return 1
    # In decimal: a leading zero would mean octal, and is no JSON.
    [[ -z $_ctxbudget_phase ]] || _ctxbudget_phase=$((10#$_ctxbudget_phase))
    [[ -z $_ctxbudget_wave ]] || _ctxbudget_wave=$((10#$_ctxbudget_wave))
}

# The phase that the script says it is in, else the one that runs, else the last that has begun; empty if none has.
_ctxbudget_current_phase() { # WHO: phase, and wave keeps
    local wave=$_ctxbudget_wave said=${CTXBUDGET_PHASE:-${CURRENT_PHASE:-}} states='' one
    if [[ -n $said ]] && _ctxbudget_parse_scope "$said" && [[ -n $_ctxbudget_phase ]]; then
        _ctxbudget_wave=$wave
        return $?
    fi
    _ctxbudget_wave=$wave _ctxbudget_phase=''
    _ctxbudget_ask "$1" budget/status '{}' || return $?
    _ctxbudget_find "$_ctxbudget_reply" phase
    if [[ $_ctxbudget_found != null ]]; then
        _ctxbudget_phase=$_ctxbudget_found
        return $?
    fi
    local -a _ctxbudget_elements=()
    _ctxbudget_elements_of "$_ctxbudget_reply" phases
    for one in "${_ctxbudget_elements[@]}"; do
        _ctxbudget_find "$one" state && states=$_ctxbudget_found
        _ctxbudget_find "$one" phase
        [[ $states == '"planned"' ]] || ((_ctxbudget_found <= ${_ctxbudget_phase:--1})) ||
            _ctxbudget_phase=$_ctxbudget_found
    done
}

# The members "phase" and "wave" of a new item, each with a comma behind it.
_ctxbudget_place() { # WHO: place
    local _ctxbudget_phase='' _ctxbudget_wave='' said=${CTXBUDGET_WAVE:-${CURRENT_WAVE:-}}
    _ctxbudget_place=''
    case $said in
        *[!0-9]* | '') said='' ;;
        *) said=$((10#$said)) ;;
    esac
    if [[ -n $said || -n ${CTXBUDGET_PHASE:-${CURRENT_PHASE:-}} ]]; then
        _ctxbudget_current_phase "$1" || return $?
        [[ -z $_ctxbudget_phase ]] || _ctxbudget_place="\"phase\":$_ctxbudget_phase,${said:+\"wave\":$said,}"
    fi
}

# The text of a file, its final newlines included. Fails on NUL, which no variable of bash can hold.
_ctxbudget_read_text() { # PATH: value
    [[ -f $1 && -r $1 ]] || return 1
    ! IFS= read -r -d '' _ctxbudget_value <"$1"
}

# The ids of the retained items that match, as JSON separated by commas; only those whose MEMBER has this value.
_ctxbudget_ids_of() { # WHO FILTER MEMBER VALUE: ids
    local -a _ctxbudget_elements=()
    local after='' one
    _ctxbudget_ids=''
    while
        _ctxbudget_ask "$1" context/list "{\"state\":\"retained\",$2$after}" || return $?
        _ctxbudget_elements_of "$_ctxbudget_reply" items
        for one in "${_ctxbudget_elements[@]}"; do
            _ctxbudget_find "$one" "$3"
            [[ $_ctxbudget_found == "$4" ]] || continue
            _ctxbudget_find "$one" id
            _ctxbudget_ids+=${_ctxbudget_ids:+,}$_ctxbudget_found
        done
        _ctxbudget_find "$_ctxbudget_reply" next
        [[ $_ctxbudget_found != null ]]
    do
        after=",\"after\":$_ctxbudget_found"
    done
}

_ctxbudget_usage() {
    echo "ctxbudget: usage: $1" >&2
}

# A request of a function for people: what goes wrong is said in a sentence.
_ctxbudget_ask() { # WHO METHOD PARAMS: reply
    _ctxbudget_request "$2" "$3" || { _ctxbudget_complain "$1"; return 1; }
}

_ctxbudget_complain() { # WHO
    local _ctxbudget_found='' _ctxbudget_text=''
    _ctxbudget_find "$_ctxbudget_reply" message && _ctxbudget_unquote "${_ctxbudget_found:1:-1}"
    echo "ctxbudget: $1: ${_ctxbudget_text:-$_ctxbudget_reply}" >&2
}

_ctxbudget_is_error() { # NAME
    local _ctxbudget_found=''
    _ctxbudget_find "$_ctxbudget_reply" data.name && [[ $_ctxbudget_found == "\"$1\"" ]]
}

# ------------------------------------------------------------------------------------------------------- requests

_ctxbudget_call() { # METHOD [JSON]
    local _ctxbudget_value='' _ctxbudget_reply=''
    (($# == 1 || $# == 2)) || { _ctxbudget_usage "ctxbudget_call METHOD [JSON]"; return 2; }
    _ctxbudget_value_of "${2-}"
    if _ctxbudget_request "$1" "$_ctxbudget_value"; then
        printf '%s\n' "$_ctxbudget_reply"
    else
        printf '%s\n' "$_ctxbudget_reply" >&2
        return 1
    fi
}

# One request, by the server of this script or by a process of its own. A session that CTXBUDGET_SESSION names comes to
# be when it is used first.
_ctxbudget_request() { # METHOD PARAMS: reply, the result or, with status 1, the error
    local _ctxbudget_found=''
    _ctxbudget_request_once "$1" "$2" && return $?
    [[ -n ${CTXBUDGET_SESSION:-} && $1 != session/* ]] && _ctxbudget_is_error unknownSession || return $?
    _ctxbudget_find "$_ctxbudget_reply" data.sessionId
    [[ $_ctxbudget_found == "\"$CTXBUDGET_SESSION\"" ]] || return 1
    _ctxbudget_request_once session/open '{}' && _ctxbudget_request_once "$1" "$2"
}

_ctxbudget_request_once() { # METHOD PARAMS: reply
    local members='' body=$2 status id
    # Process ids come again, and a subshell counts on from its parent: only with the time no two are the same.
    printf -v id '%d.%(%s)T.%d' "$BASHPID" -1 "$((++_ctxbudget_requests))"
    if [[ -n ${CTXBUDGET_SESSION:-} && $1 != context/fit ]] && _ctxbudget_takes_session "$1"; then
        local _ctxbudget_quoted=''
        _ctxbudget_quote "$CTXBUDGET_SESSION"
        members="\"sessionId\":$_ctxbudget_quoted,"
    fi
    if _ctxbudget_needs_key "$1"; then # a request that is sent once more must not count twice
        members+="\"requestKey\":\"$HOSTNAME.${_ctxbudget_dir##*/}.$id\","
    fi
    _ctxbudget_join "$members"
    _ctxbudget_converse "$id" "$1" "$body"
    status=$?
    ((status > 1)) || return "$status"
    _ctxbudget_in_own_process "$1" "$body"
}

# Made from the method table by `python -m ctxbudget_protocol.generate`: begin
_ctxbudget_takes_session() { # METHOD
    case $1 in
        session/open | session/close | session/recalibrate | session/delete | workflow/startPhase | \
            workflow/completePhase | workflow/startWave | workflow/completeWave | budget/allocate | \
            budget/status | budget/reserve | budget/settle | budget/release | budget/renew | budget/report | \
            context/add | context/update | context/append | context/list | context/get | context/search | \
            context/restore | context/prune | context/undo | context/render) ;;
        *) return 1 ;;
    esac
}
_ctxbudget_needs_key() { # METHOD
    case $1 in
        session/close | session/recalibrate | session/delete | workflow/startPhase | \
            workflow/completePhase | workflow/startWave | workflow/completeWave | budget/allocate | \
            budget/reserve | budget/settle | budget/release | budget/renew | context/add | context/update | \
            context/append | context/restore | context/prune | context/undo | usage/record) ;;
        *) return 1 ;;
    esac
}
# Made from the method table: end

# Put members in front of those of the object $body. Of two members with one name the last counts: the caller's own.
_ctxbudget_join() { # MEMBERS: body
    body=${body#"${body%%[![:space:]]*}"}
    case $body in
        '' | null | '[]') body={} ;;
    esac
    [[ -n $1 && $body == '{'* ]] || return 0
    local rest=${body#'{'}
    rest=${rest#"${rest%%[![:space:]]*}"}
    if [[ $rest == '}'* ]]; then body="{${1%,}$rest"; else body="{$1$rest"; fi
}

# `ctxbudget call`, with the params on stdin: an argument has a limit. stdout and stderr come back apart.
_ctxbudget_in_own_process() { # METHOD PARAMS: reply
    local both='' status error='' _ctxbudget_quoted=''
    both=$(
        exec 3>&1
        _ctxbudget_export
        error=$(printf '%s' "$2" | "${CTXBUDGET_BIN:-ctxbudget}" call "$1" - 2>&1 1>&3 3>&-)
        printf '\x1e%d\x1e%s' "$?" "$error"
    )
    local IFS=$'\x1e' # which no JSON has as it is
    # shellcheck disable=SC2206  # split on purpose: cutting patterns off a long text takes too long
    local -a parts=($both)
    _ctxbudget_reply=${parts[0]%$'\n'} status=${parts[1]} error="${parts[*]:2}"
    if ((status == 0)); then
        [[ -z $error ]] || printf '%s\n' "$error" >&2
        return 0
    fi
    _ctxbudget_reply=$error
    if [[ $error != '{'* ]]; then
        ((status != 127)) || error="no command ${CTXBUDGET_BIN:-ctxbudget}: put it on the PATH, or set CTXBUDGET_BIN"
        _ctxbudget_quote "${error:-"${CTXBUDGET_BIN:-ctxbudget} call ended with status $status"}"
        _ctxbudget_reply="{\"code\":-32603,\"message\":$_ctxbudget_quoted,"
        _ctxbudget_reply+='"data":{"name":"internalError","retryable":false}}'
    fi
    return 1
}

# What the command looks for in its environment, if the script has set it without exporting it.
_ctxbudget_export() {
    local name
    for name in CTXBUDGET_WORKSPACE CTXBUDGET_STORE CTXBUDGET_ROOTS; do
        [[ ! -v $name ]] || export "${name?}"
    done
}

# ------------------------------------------------------------------------------------------ the server of the script
#
# The first call starts a keeper, and the keeper starts `ctxbudget serve`. The keeper alone talks with the server: it
# takes the requests of the script, its subshells and background jobs one by one, so nobody needs a lock, and whoever
# is killed in the middle of a call holds nobody up. Neither is a job of the script: `wait`, `jobs` and `$!` do not know
# of them, their stdin is not the script's. The server ends when the process $$ has ended. Their private folder holds:
#
#   requests          a fifo: a line for each request, "SEAT ID LENGTH"; so short that two cannot mix
#   seat.N            whose seat N is, by process id: taken by noclobber, cleared away by the keeper
#   ask.N, answer.N   the request of that seat, and "ID ANSWER"
#   wake.N            a fifo: a line when the answer is there. Only a hint: who waits looks now and then anyway
#   in, out           fifos: the server's stdin and stdout
#   server, keeper    their process ids
#   serves            which workspace and store the server is for; calls about others go by `ctxbudget call`

_ctxbudget_new_folder() {
    local base
    for base in "${XDG_RUNTIME_DIR:-}" "${TMPDIR:-}" /tmp; do
        [[ $base == /* && -d $base && -w $base ]] && break
    done
    printf -v _ctxbudget_dir '%s/ctxbudget-bash-%d-%(%s)T' "$base" "$$" -1
}

# The workspace as the server will find it, and the settings that choose the store.
_ctxbudget_serves_what() { # serves
    local folder=$PWD
    if [[ -n ${CTXBUDGET_WORKSPACE:-} ]]; then
        case $CTXBUDGET_WORKSPACE in /*) folder=$CTXBUDGET_WORKSPACE ;; *) folder+=/$CTXBUDGET_WORKSPACE ;; esac
    else
        while [[ -n $folder && ! -e $folder/ctxbudget.toml && ! -e $folder/.git ]]; do folder=${folder%/*}; done
        folder=${folder:-$PWD}
    fi
    _ctxbudget_serves="$folder:${CTXBUDGET_STORE:-}:${CTXBUDGET_ROOTS:-}"
}

# Ask the script's server. Status 0: reply is the result, 1: reply is an error, 2: ask another way.
_ctxbudget_converse() { # ID METHOD PARAMS: reply
    local _ctxbudget_id=$1
    local _ctxbudget_keeper='' _ctxbudget_seat='' _ctxbudget_starts='' _ctxbudget_frame='' _ctxbudget_found=''
    # A trap that runs in the middle of a call has no seat of its own.
    [[ ${CTXBUDGET_SERVER:-on} != off && $_ctxbudget_off != "$BASHPID" && $_ctxbudget_busy != "$BASHPID" ]] || return 2
    [[ $2 != *[!a-zA-Z0-9/_\$-]* ]] || return 2
    local _ctxbudget_busy=$BASHPID
    { _ctxbudget_find_keeper && _ctxbudget_take_seat; } 2>/dev/null || return 2
    # The id comes last, where params that are no JSON cannot take its place.
    if ! _ctxbudget_exchange "{\"jsonrpc\":\"2.0\",\"method\":\"$2\",\"params\":$3,\"id\":\"$1\"}"; then
        [[ -z $_ctxbudget_starts ]] || _ctxbudget_off=$BASHPID
        return 2
    fi
    _ctxbudget_reply=${_ctxbudget_frame#"{\"jsonrpc\":\"2.0\",\"id\":\"$1\",\"result\":"}
    if ((${#_ctxbudget_reply} < ${#_ctxbudget_frame})); then
        _ctxbudget_reply=${_ctxbudget_reply%\}}
    elif _ctxbudget_find "$_ctxbudget_frame" error; then
        _ctxbudget_reply=$_ctxbudget_found
        # `ctxbudget call` also takes bytes that are no UTF-8, and does what the server left undone when it was ended.
        ! _ctxbudget_is_error parseError && ! _ctxbudget_is_error requestCancelled || return 2
        return 1
    else # a server that writes its answers in another form
        _ctxbudget_find "$_ctxbudget_frame" result || return 2
        _ctxbudget_reply=$_ctxbudget_found
    fi
}

# The keeper, if it is there for this workspace and store; started if there is none.
_ctxbudget_find_keeper() { # keeper, starts
    local _ctxbudget_serves='' told=''
    _ctxbudget_serves_what
    if [[ ! -d $_ctxbudget_dir ]]; then
        _ctxbudget_starts=1
        _ctxbudget_start || return $?
    fi
    [[ -O $_ctxbudget_dir ]] || return 1
    IFS= read -r _ctxbudget_keeper <"$_ctxbudget_dir/keeper"
    IFS= read -r -d '' told <"$_ctxbudget_dir/serves"
    [[ $told == "$_ctxbudget_serves" ]] && _ctxbudget_is_kept
}

_ctxbudget_is_kept() {
    local keeper=''
    IFS= read -r keeper 2>/dev/null <"$_ctxbudget_dir/keeper"
    [[ -n $keeper && $keeper == "$_ctxbudget_keeper" ]] && kill -0 "$keeper" 2>/dev/null
}

_ctxbudget_start() {
    command -v "${CTXBUDGET_BIN:-ctxbudget}" >/dev/null && kill -0 "$$" || return $?
    # Who makes the folder starts the keeper; who comes before it is there goes on without.
    command mkdir -m 700 -- "$_ctxbudget_dir" || return $?
    printf '%s\0' "$_ctxbudget_serves" >|"$_ctxbudget_dir/serves"
    if ! command mkfifo -m 600 -- "$_ctxbudget_dir"/{requests,in,out,wake.{0..63}}; then
        command rm -rf -- "$_ctxbudget_dir"
        return 1
    fi
    # With job control the keeper has a process group of its own, which Ctrl-C and Ctrl-Z in the terminal do not reach.
    # It has the requests open from birth: what is in a fifo that nobody has open is lost.
    (
        set -m
        _ctxbudget_keep </dev/null >/dev/null 2>&1 &
        printf '%s\n' "$!" >|"$_ctxbudget_dir/keeper"
    ) 51<>"$_ctxbudget_dir/requests"
}

# A seat is a process's own for its life. Processes with neighbouring ids begin to look at different seats.
_ctxbudget_take_seat() { # seat
    local tries owner
    set -C
    for ((tries = 0; tries < 64; tries++)); do
        _ctxbudget_seat=$(((BASHPID + tries) % 64)) owner=''
        printf '%s\n' "$BASHPID" >"$_ctxbudget_dir/seat.$_ctxbudget_seat" && break
        IFS= read -r owner <"$_ctxbudget_dir/seat.$_ctxbudget_seat"
        [[ $owner != "$BASHPID" ]] || break
    done
    set +C
    ((tries < 64))
}

# Hand in a request, and wait for the answer or the keeper's end. A trap that runs meanwhile has the script's stderr.
_ctxbudget_exchange() { # MESSAGE: frame
    printf '%s' "$1" 2>/dev/null >"$_ctxbudget_dir/ask.$_ctxbudget_seat" && _ctxbudget_hand_in "${#1}"
}

_ctxbudget_hand_in() { # LENGTH: frame
    { _ctxbudget_await "$1" 2>&52; } 52>&2 2>/dev/null 51<>"$_ctxbudget_dir/wake.$_ctxbudget_seat"
}

_ctxbudget_await() { # LENGTH: frame
    local wake='' answer=''
    printf '%s\n' "$_ctxbudget_seat $_ctxbudget_id $1" 2>/dev/null 1<>"$_ctxbudget_dir/requests" || return $?
    while
        IFS= read -r -t 0.5 -u 51 wake
        IFS= read -r -d '' answer 2>/dev/null <"$_ctxbudget_dir/answer.$_ctxbudget_seat"
        [[ ${answer:0:${#_ctxbudget_id}+1} != "$_ctxbudget_id " || ${answer: -1} != $'\n' ]]
    do
        [[ $wake != gone ]] && _ctxbudget_is_kept || return $?
    done
    _ctxbudget_frame=${answer:${#_ctxbudget_id}+1:-1}
}

_ctxbudget_stop() {
    local _ctxbudget_keeper='' _ctxbudget_seat='' _ctxbudget_frame='' _ctxbudget_id=$BASHPID.stop
    [[ -O $_ctxbudget_dir ]] && IFS= read -r _ctxbudget_keeper 2>/dev/null <"$_ctxbudget_dir/keeper" && _ctxbudget_is_kept ||
        return 0
    _ctxbudget_take_seat 2>/dev/null && _ctxbudget_hand_in stop
    ! _ctxbudget_is_kept
}

# --------------------------------------------------------------------------------------- the keeper, in its process

_ctxbudget_keep() {
    local seat='' id='' length='' server='' seated=0 file _ctxbudget_frame='' _ctxbudget_found=''
    local -a owners=()
    set +fm +o posix
    trap '' PIPE # what nobody reads any more is no reason to end
    for file in /dev/fd/*; do # what the script holds open is no business of the server's
        file=${file##*/}
        ((file <= 2 || file == 51)) || exec {file}>&-
    done
    _ctxbudget_export
    _ctxbudget_serve &
    exec 52>"$_ctxbudget_dir/in" 53<"$_ctxbudget_dir/out"
    # A server that is told too late whose process to watch would stay.
    _ctxbudget_greet && kill -0 "$$" &&
        while IFS=' ' read -r -u 51 seat id length && [[ -n $id && $length != stop ]]; do
            exec 54<>"$_ctxbudget_dir/wake.$seat"
            _ctxbudget_serve_one || break
            exec 54>&-
        done
    [[ $length != stop ]] || exec 54<>"$_ctxbudget_dir/wake.$seat"
    exec 52>&- 53<&-
    IFS= read -r server <"$_ctxbudget_dir/server" && kill "$server"
    wait # the folder goes before the last one is woken: his next call can start another server
    [[ -z $seat ]] || printf 'gone\n' >&54
}

# The server's parent, who tells the keeper of its end and clears away.
_ctxbudget_serve() {
    "${CTXBUDGET_BIN:-ctxbudget}" serve <"$_ctxbudget_dir/in" >"$_ctxbudget_dir/out" \
        2>>"${CTXBUDGET_LOG:-/dev/null}" 51>&- &
    printf '%s\n' "$!" >|"$_ctxbudget_dir/server"
    wait
    command rm -rf -- "$_ctxbudget_dir"
    printf '\n' >&51
}

_ctxbudget_greet() {
    _ctxbudget_send "{\"jsonrpc\":\"2.0\",\"id\":\"hello\",\"method\":\"initialize\",\"params\":{\"processId\":$$,\
\"clientInfo\":{\"name\":\"bash\"},\"rootUri\":null,\"capabilities\":{}}}"
    _ctxbudget_receive_response hello && _ctxbudget_find "$_ctxbudget_frame" result &&
        _ctxbudget_send '{"jsonrpc":"2.0","method":"initialized","params":{}}'
}

_ctxbudget_serve_one() {
    local message='' owner
    local -a dead=()
    IFS= read -r -N "$length" message <"$_ctxbudget_dir/ask.$seat"
    [[ -n $message ]] || return 0 # its folder was cleared away
    _ctxbudget_send "$message"
    _ctxbudget_receive_response "$id" || return $?
    printf '%s %s\n' "$id" "$_ctxbudget_frame" >|"$_ctxbudget_dir/answer.$seat"
    printf '\n' >&54
    # Now and then, the seats of processes that have ended are cleared away.
    [[ ${owners[seat]-} != "${id%%.*}" ]] || return 0
    owners[seat]=${id%%.*}
    ((++seated % 16 == 0)) || return 0
    for file in "$_ctxbudget_dir"/seat.*; do
        owner=''
        IFS= read -r owner <"$file"
        [[ -z $owner ]] || kill -0 "$owner" || dead+=("$file")
    done
    ((${#dead[@]} == 0)) || command rm -f -- "${dead[@]}"
}

# Small messages fit into the pipe. Of large ones a process of its own takes care: the server may be writing itself, and
# wait for us to read.
_ctxbudget_send() { # MESSAGE
    if ((${#1} < 8000)); then
        printf 'Content-Length: %d\r\n\r\n%s' "${#1}" "$1" >&52
    else
        printf 'Content-Length: %d\r\n\r\n%s' "${#1}" "$1" >&52 &
    fi
}

# The server's answer to a request. Fails when the server is gone.
_ctxbudget_receive_response() { # ID: frame
    while _ctxbudget_receive; do
        [[ $_ctxbudget_frame != '{"jsonrpc":"2.0","id":"'"$1"'","result":'* ]] || return 0
        _ctxbudget_find "$_ctxbudget_frame" method || return 0
    done
    return 1
}

_ctxbudget_receive() { # frame
    local line='' left=''
    until [[ -n $left && $line == $'\r' ]]; do
        IFS= read -r -u 53 line || return $?
        case $line in [Cc]ontent-[Ll]ength:*) left=${line//[!0-9]/} ;; esac
    done
    IFS= read -r -N "$left" -u 53 _ctxbudget_frame
}

# ------------------------------------------------------------------------------------------------------------- JSON

_ctxbudget_get() { # JSON PATH
    local _ctxbudget_found='' _ctxbudget_text='' _ctxbudget_value=''
    (($# == 2)) || { _ctxbudget_usage "ctxbudget_get JSON PATH"; return 2; }
    _ctxbudget_value_of "$1"
    _ctxbudget_find "$_ctxbudget_value" "$2" || return $?
    if [[ $_ctxbudget_found == '"'* ]]; then
        _ctxbudget_unquote "${_ctxbudget_found:1:-1}"
        printf '%s\n' "$_ctxbudget_text"
    else
        printf '%s\n' "$_ctxbudget_found"
    fi
}

_ctxbudget_print_quoted() { # TEXT
    local _ctxbudget_quoted='' _ctxbudget_value=''
    (($# == 1)) || { _ctxbudget_usage "ctxbudget_quote TEXT"; return 2; }
    _ctxbudget_value_of "$1"
    _ctxbudget_quote "$_ctxbudget_value"
    printf '%s\n' "$_ctxbudget_quoted"
}

# A JSON string of any bytes but NUL, which no variable holds. In pieces, because bash looks at all that is left of a
# text for each replacement.
_ctxbudget_quote() { # TEXT: quoted
    local piece code character escape at length=${#1} IFS=''
    local -a pieces=()
    for ((at = 0; at < length; at += 65536)); do
        piece=${1:at:65536}
        case $piece in
            *[\"\\[:cntrl:]]*)
                piece=${piece//\\/\\\\}
                piece=${piece//'"'/'\"'}
                piece=${piece//$'\n'/'\n'}
                piece=${piece//$'\t'/'\t'}
                piece=${piece//$'\r'/'\r'}
                ;;
        esac
        case $piece in
            *[$'\x01'-$'\x1f']*)
                for ((code = 1; code < 32; code++)); do
                    printf -v escape '\\x%02x' "$code"
                    printf -v character '%b' "$escape"
                    printf -v escape '\\u%04x' "$code"
                    piece=${piece//"$character"/"$escape"}
                done
                ;;
        esac
        pieces+=("$piece")
    done
    _ctxbudget_quoted="\"${pieces[*]}\""
}

# The text of a JSON string without its quotes. NUL is left out; what stands for a byte that is no UTF-8 is that byte.
_ctxbudget_unquote() { # STRING: text
    # shellcheck disable=SC2141  # split at backslashes
    local IFS=\\ piece character code high=0 i
    if [[ $1 != *\\* ]]; then
        _ctxbudget_text=$1
        return $?
    fi
    # shellcheck disable=SC2206  # split on purpose; the full stop keeps an empty last piece
    local -a pieces=($1.) texts=()
    texts=("${pieces[0]}")
    for ((i = 1; i < ${#pieces[@]}; i++)); do
        piece=${pieces[i]}
        case $piece in
            '') texts+=(\\ "${pieces[++i]-}") ;;
            n*) texts+=($'\n' "${piece:1}") ;;
            t*) texts+=($'\t' "${piece:1}") ;;
            r*) texts+=($'\r' "${piece:1}") ;;
            b*) texts+=($'\b' "${piece:1}") ;;
            f*) texts+=($'\f' "${piece:1}") ;;
            u*)
                code=$((16#${piece:1:4}))
                if ((code >= 0xD800 && code < 0xDC00)) &&
                    [[ ${#piece} == 5 && ${pieces[i + 1]-} == u[dD][c-fC-F]* ]]; then
                    high=$code
                    continue
                fi
                if ((high)); then
                    code=$((0x10000 + (high - 0xD800) * 0x400 + code - 0xDC00))
                    high=0
                fi
                _ctxbudget_character "$code"
                texts+=("$character" "${piece:5}")
                ;;
            *) texts+=("$piece") ;; # \" and \/
        esac
    done
    IFS=''
    _ctxbudget_text="${texts[*]}"
    _ctxbudget_text=${_ctxbudget_text%.}
}

# The UTF-8 bytes of a code point.
_ctxbudget_character() { # CODE: character
    local -i code=$1
    local bytes=''
    if ((code == 0)); then
        character=''
        return $?
    elif ((code < 0x80)); then
        printf -v bytes '\\x%02x' "$code"
    elif ((code >= 0xDC80 && code <= 0xDCFF)); then
        printf -v bytes '\\x%02x' "$((code - 0xDC00))"
    elif ((code < 0x800)); then
        printf -v bytes '\\x%02x' "$((0xC0 | code >> 6))" "$((0x80 | code & 0x3F))"
    elif ((code < 0x10000)); then
        printf -v bytes '\\x%02x' "$((0xE0 | code >> 12))" "$((0x80 | code >> 6 & 0x3F))" "$((0x80 | code & 0x3F))"
    else
        printf -v bytes '\\x%02x' "$((0xF0 | code >> 18))" "$((0x80 | code >> 12 & 0x3F))" \
            "$((0x80 | code >> 6 & 0x3F))" "$((0x80 | code & 0x3F))"
    fi
    printf -v character '%b' "$bytes"
}

# The JSON text at a path of member names and array indexes joined by full stops. Fails where there is none.
#
# The document is cut at its quotes, which bash does in one go: pieces[i] is what stands outside of strings, then come
# the pieces of a string, more than one if there are \" in it. The cursor is a piece's number i and what is left of it.
_ctxbudget_find() { # JSON PATH: found
    local IFS='"' left='' key='' want way=$2 i=0
    # shellcheck disable=SC2206  # split on purpose
    local -a pieces=($1' ')
    left=${pieces[0]-}
    while [[ -n $way ]]; do
        want=${way%%.*}
        if [[ $way == *.* ]]; then way=${way#*.}; else way=''; fi
        _ctxbudget_enter "$want" || return $?
    done
    _ctxbudget_take
}

# Move the cursor from the start of a container to that of the value of a member or element.
_ctxbudget_enter() { # NAME
    local key='' count=$1
    left=${left#"${left%%[![:space:]]*}"}
    case $left in
        '{'*)
            left=${left:1}
            while left=${left#"${left%%[!,[:space:]]*}"} && [[ -z $left ]]; do
                key=$((i + 1))
                _ctxbudget_skip_string || return $?
                key="${pieces[*]:key:i - key}"
                left=${left#*:}
                [[ $key != "$1" ]] || return 0
                _ctxbudget_skip || return $?
            done
            return 1
            ;;
        '['*)
            [[ $count != *[!0-9]* && ${#count} -lt 10 ]] || return 1
            left=${left:1}
            for ((count = 10#$count; ; count--)); do
                left=${left#"${left%%[!,[:space:]]*}"}
                [[ $left != ']'* ]] || return 1
                ((count)) || return 0
                _ctxbudget_skip || return $?
            done
            ;;
    esac
    return 1
}

# Take the value at the cursor.
_ctxbudget_take() { # found
    left=${left#"${left%%[![:space:]]*}"}
    local from=$i lead=$((${#pieces[i]} - ${#left}))
    _ctxbudget_skip || return $?
    _ctxbudget_found="${pieces[*]:from:i - from + 1}"
    _ctxbudget_found=${_ctxbudget_found:lead:${#_ctxbudget_found} - lead - ${#left}}
}

# Move the cursor behind the value at it.
_ctxbudget_skip() {
    local depth=0 head
    left=${left#"${left%%[![:space:]]*}"}
    case $left in
        '') _ctxbudget_skip_string; return $? ;;
        ['[{']*) ;;
        *)
            left=${left#"${left%%[],\}[:space:]]*}"}
            return $?
            ;;
    esac
    while
        head=${left%%[][{\}]*}
        if [[ $head == "$left" ]]; then
            _ctxbudget_skip_string || return $?
        else
            case ${left:${#head}:1} in ['[{']) ((++depth)) ;; *) ((--depth)) ;; esac
            left=${left:${#head}+1}
        fi
        ((depth))
    do :; done
}

# Move the cursor behind the string that begins with the next piece: it ends with the first piece that does not end in
# an odd number of backslashes.
_ctxbudget_skip_string() {
    local run
    while ((++i < ${#pieces[@]})); do
        run=${pieces[i]##*[!\\]}
        if ((${#run} % 2 == 0)); then
            left=${pieces[++i]-}
            return 0
        fi
    done
    return 1
}

# The elements of an array, each as JSON.
_ctxbudget_elements_of() { # JSON PATH: elements
    local IFS='"' left='' way=$2 i=0 list=''
    local -a pieces=()
    _ctxbudget_elements=()
    _ctxbudget_find "$1" "$way" || return $?
    list=$_ctxbudget_found
    # shellcheck disable=SC2206  # split on purpose
    pieces=($list' ')
    left=${pieces[0]#'['}
    while left=${left#"${left%%[!,[:space:]]*}"} && [[ $left != ']'* ]]; do
        _ctxbudget_take || return $?
        _ctxbudget_elements+=("$_ctxbudget_found")
    done
}

# --------------------------------------------------------------------------------------------------------- start-up

# Sourced again, the script keeps its server; what a parent exported by `set -a` is not ours.
if [[ ${_ctxbudget_owner:-} != "$$" ]]; then
    _ctxbudget_owner=$$ _ctxbudget_requests=0 _ctxbudget_busy='' _ctxbudget_off=''
    _ctxbudget_new_folder
fi
