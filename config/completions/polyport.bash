# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash
# Completion of polyport and polyportd for bash. What there is to complete is asked of the programs themselves, so
# that it is never older than they are.

_polyport_words()
{
    local IFS=$' \t\n'
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_polyport()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]} command="" word i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        if [[ $word != -* ]]; then
            command=$word
            break
        fi
    done
    if [[ -z $command || $command == help ]]; then
        _polyport_words "$("$program" help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p') --version"
        return
    fi
    # --OPTION=VALUE comes in three pieces.
    [[ $cur == "=" ]] && cur=""
    [[ $prev == "=" ]] && prev=${COMP_WORDS[COMP_CWORD - 2]}
    case $prev in
    --admin | -a | --bind | -b | --token-file) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
    --service)
        _polyport_words "$("$program" stats --json 2>/dev/null | tr '{' '\n' | sed -n '/"opened"\|"messages_received"/s/^"name":"\([^"]*\)".*/\1/p')"
        return
        ;;
    --transport) _polyport_words "tcp unix udp unixgram" && return ;;
    --program) _polyport_words "on off" && return ;;
    --state) _polyport_words "busy idle reading writing closing" && return ;;
    --peer) _polyport_words "present half-closed closed reset vanished failed" && return ;;
    --sort | -s)
        _polyport_words "id age idle received sent bytes rtt retransmits -id -age -idle -received -sent -bytes -rtt -retransmits"
        return
        ;;
    --only) _polyport_words "opened closed refused program-started program-ended draining stopping" && return ;;
    esac
    if [[ $cur == -* ]]; then
        _polyport_words "$("$program" help "$command" 2>/dev/null | grep -oE -- '--[a-z][a-z-]*')"
        return
    fi
    case $command in
    kill) _polyport_words "$("$program" ps --json 2>/dev/null | sed -n 's/.*{"id":\([0-9]*\),.*/\1/p')" ;;
    log-level) _polyport_words "trace debug info warning error" ;;
    send | chat) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    esac
}

_polyportd()
{
    local cur=${COMP_WORDS[COMP_CWORD]} program=${COMP_WORDS[0]}
    COMPREPLY=()
    if [[ $cur == -* ]]; then
        _polyport_words "$("$program" --help 2>/dev/null | grep -oE -- '^  --[a-z][a-z-]*')"
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}

complete -o filenames -F _polyport polyport
complete -o filenames -F _polyportd polyportd
