# SPDX-License-Identifier: MIT
# bash completion for sagewatchctl. The words come from the program itself, and from the daemon
# where they are names of accounts, rules, notebooks and so on: there is no list here to get old.

_sagewatchctl() {
	local line word
	local -a lines
	local current=${COMP_WORDS[COMP_CWORD]}

	COMPREPLY=()
	mapfile -t lines < <(
		"${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
	for line in "${lines[@]}"; do
		if [[ $line == :files ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
			return
		fi
		printf -v word '%q' "${line%%$'\t'*}"
		COMPREPLY+=("$word")
	done
}

complete -F _sagewatchctl sagewatchctl
