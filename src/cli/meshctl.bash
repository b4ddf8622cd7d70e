# Completion of meshctl for bash: verbs and options are what its own help lists.
_meshctl() {
    local word=${COMP_WORDS[COMP_CWORD]} before=("${COMP_WORDS[@]:0:COMP_CWORD}") verb=() at
    for at in "${before[@]:1}"; do
        [[ $at == -* ]] || { verb=("$at"); break; }
    done
    local help
    help=$("${COMP_WORDS[0]}" "${verb[@]}" --help 2>/dev/null)
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(grep -oE -- '--[a-z][a-z-]+' <<<"$help" | sort -u)" -- "$word")
    elif ((${#verb[@]} == 0)); then
        mapfile -t COMPREPLY < <(compgen -W "$(sed -n '/:$/,$ s/^  \([a-z][a-z-]*\)  .*/\1/p' <<<"${help%%Examples:*}")" -- "$word")
    fi
}
complete -o default -F _meshctl meshctl
