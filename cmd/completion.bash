# bash completion for lanyard. It needs no other package.

# __lanyard_words puts the words of the line, up to the cursor, into the array words, and what stands before the part that
# readline replaces into kept. readline breaks words at the characters of COMP_WORDBREAKS, and with them every email.
__lanyard_words() {
    local rest=${COMP_LINE:0:COMP_POINT} lead word i n=-1
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        lead=${rest%%[! ]*}
        rest=${rest#"$lead"}
        word=${COMP_WORDS[i]:0:${#rest}}
        rest=${rest:${#word}}
        if [[ $n -ge 0 && -z $lead ]]; then
            words[n]+=$word
        else
            words[++n]=$word
        fi
    done
    word=${words[n]}
    kept=
    case $word in
    \"* | \'*) return ;;
    esac
    for ((i = ${#word} - 1; i >= 0; i--)); do
        case ${word:i:1} in
        [@:=]) ;;
        *) continue ;;
        esac
        # Somebody may have taken the character out of COMP_WORDBREAKS.
        if [[ $COMP_WORDBREAKS == *"${word:i:1}"* ]]; then
            kept=${word:0:i+1}
            kept=${kept%@} # what begins with @ is a host's name to readline, and replaced with it
            return
        fi
    done
}

# __lanyard_plain puts a word into plain as the shell would pass it on. Nothing in it is run.
__lanyard_plain() {
    plain=$1
    case $1 in
    *[\$\`\(\)\;\&\|\<\>]*) return ;;
    esac
    eval "plain=$1" 2>/dev/null || eval "plain=$1\"" 2>/dev/null || eval "plain=$1'" 2>/dev/null || plain=$1
}

__lanyard_complete() {
    local words kept plain out line value about directive typed flag i width=0
    local args=() values=() abouts=()
    __lanyard_words
    typed=${words[${#words[@]} - 1]}
    COMPREPLY=()
    case $typed in
    [\<\>]*) return ;; # a redirection: files
    esac
    for ((i = 1; i < ${#words[@]}; i++)); do
        __lanyard_plain "${words[i]}"
        args+=("$plain")
    done
    __lanyard_plain "${words[0]}"
    out=$("$plain" __complete "${args[@]}" 2>/dev/null) || return
    directive=${out##*:}
    out=${out%:*}
    if ((directive & 1)); then return; fi
    if type compopt >/dev/null 2>&1; then
        if ((directive & 2)); then compopt -o nospace; fi
        if ((directive & 4)); then compopt +o default; fi
        if ((directive & 32)); then compopt -o nosort 2>/dev/null; fi
    fi
    __lanyard_plain "$typed"
    flag=
    if [[ $plain == -*=* ]]; then flag=${plain%%=*}=; fi # what comes back is the value alone
    while IFS= read -r line; do
        value=$flag${line%%$'\t'*}
        about=
        [[ $line == *$'\t'* ]] && about=${line#*$'\t'}
        [[ -n $line && ${value:0:${#plain}} == "$plain" ]] || continue
        case $typed in
        \"* | \'*) ;;
        *) printf -v value %q "$value" ;;
        esac
        value=${value#"$kept"}
        values+=("$value")
        abouts+=("$about")
        ((${#value} > width)) && width=${#value}
    done <<<"$out"
    # What they are is told where there is something to choose from, and where readline lists rather than types it.
    for ((i = 0; i < ${#values[@]}; i++)); do
        value=${values[i]}
        if [[ ${#values[@]} -gt 1 && -n ${abouts[i]} && $COMP_TYPE != 37 && $COMP_TYPE != 42 ]]; then
            printf -v value "%-${width}s  (%s)" "$value" "${abouts[i]}"
        fi
        COMPREPLY+=("$value")
    done
}

complete -o default -F __lanyard_complete lanyard
