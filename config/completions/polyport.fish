# SPDX-License-Identifier: BSL-1.0
# Completion of polyport for fish. What there is to complete is asked of the program itself, so that it is never older
# than it is.

function __polyport_command
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; or begin
            echo $word
            return
        end
    end
end

function __polyport_options
    set -l command (__polyport_command)
    test -n "$command"; and polyport help $command 2>/dev/null | string match -rga -- '(--[a-z][a-z-]*)'
end

# Whether the command in the line has this option.
function __polyport_takes
    __polyport_options | string match -q -- "--$argv[1]"
end

function __polyport_services
    polyport stats --json 2>/dev/null | string replace -a '{' \n | string match -rg '^"name":"([^"]*)","(?:open|messages)'
end

complete -c polyport -f
complete -c polyport -n 'test -z "$(__polyport_command)" -o "$(__polyport_command)" = help' \
    -a "(polyport help 2>/dev/null | string match -rg '^  ([a-z][a-z-]*)  +(.*)' | paste -d \t - -)"
complete -c polyport -n 'test -n "$(__polyport_command)"' -a '(__polyport_options)'
complete -c polyport -n '__polyport_takes service' -l service -x -a '(__polyport_services)'
complete -c polyport -n '__polyport_takes transport' -l transport -x -a 'tcp unix udp unixgram'
complete -c polyport -n '__polyport_takes state' -l state -x -a 'busy idle reading writing closing'
complete -c polyport -n '__polyport_takes peer' -l peer -x -a 'present half-closed closed reset vanished failed'
complete -c polyport -n '__polyport_takes program' -l program -x -a 'on off'
complete -c polyport -n '__polyport_takes sort' -l sort -s s -x \
    -a '{,-}{id,age,idle,received,sent,bytes,rtt,retransmits}'
complete -c polyport -n '__polyport_takes only' -l only -x \
    -a 'opened closed refused program-started program-ended draining stopping'
complete -c polyport -n '__polyport_takes admin' -l admin -s a -r -F
complete -c polyport -n '__polyport_takes token-file' -l token-file -r -F
complete -c polyport -n 'test "$(__polyport_command)" = log-level' -a 'trace debug info warning error'
complete -c polyport -n 'test "$(__polyport_command)" = kill' \
    -a "(polyport ps --json 2>/dev/null | string match -rg '\{\"id\":([0-9]+),')"
