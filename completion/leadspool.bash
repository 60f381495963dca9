# bash completion for leadspool. Made by ./dev docs out of the verbs' tables.

_leadspool_nouns='list import export move reset lead dnc campaign disposition rules job stats top runway migrate topics doctor position epoch offer explain outcome dialer-sim dlq reference'

_leadspool_verbs() {
    case $* in
        list) echo 'create ls show update rm' ;;
        import) echo 'undo' ;;
        move) echo 'report' ;;
        lead) echo 'show upsert rm erase' ;;
        dnc) echo 'add rm import' ;;
        campaign) echo 'put ls show' ;;
        disposition) echo 'ls set' ;;
        rules) echo 'ls set rm try' ;;
        job) echo 'ls show watch fetch cancel' ;;
        stats) echo 'rebuild reconcile' ;;
        topics) echo 'print check' ;;
        position) echo 'ls reset incidents ack' ;;
        epoch) echo 'show bump release' ;;
        offer) echo 'ls' ;;
        dlq) echo 'ls show replay drop' ;;
    esac
}

_leadspool_options() {
    case $* in
        'list create') echo '--list-id --name --campaign --description --inactive --priority --timeout --command-id --json' ;;
        'list ls') echo '--campaign --json' ;;
        'list show') echo '--json' ;;
        'list update') echo '--name --description --active --inactive --priority --campaign --window --timeout --command-id --json' ;;
        'list rm') echo '--keep-leads-as --allow-left-out --dry-run --yes --wait --no-wait --timeout --command-id --json' ;;
        'import') echo '--list --map --encoding --delimiter --header --on-duplicate --duplicate-scope --empty-erases --default-country --phone-policy --keep-unmapped --lead-events --dry-run --wait --no-wait --yes --timeout --command-id --json' ;;
        'import undo') echo '--dry-run --yes --wait --no-wait --timeout --command-id --json' ;;
        'export') echo '--list --output --what --job --field --all-fields --where --order --delimiter --line-end --bom --no-header --raw --dry-run --no-wait --timeout --command-id --json' ;;
        'move') echo '--from --to --where --ids --ids-from --on-duplicate --lead-events --dry-run --yes --wait --no-wait --timeout --command-id --json' ;;
        'move report') echo '--json' ;;
        'reset') echo '--list --where --skip-offered --lead-events --dry-run --yes --wait --no-wait --timeout --command-id --json' ;;
        'lead show') echo '--list --phone --country --json' ;;
        'lead upsert') echo '--list --file --phone --external-id --extension --first-name --last-name --email --address --city --state --zip --country --time-zone --priority --revision --field --timeout --command-id --json' ;;
        'lead rm') echo '--list --phone --external-id --country --dry-run --yes --timeout --command-id --json' ;;
        'lead erase') echo '--lead --country --dry-run --yes --timeout --command-id --json' ;;
        'dnc add') echo '--campaign --source --expires --country --timeout --command-id --json' ;;
        'dnc rm') echo '--campaign --country --timeout --command-id --json' ;;
        'dnc import') echo '--campaign --source --expires-at --country --map --wait --no-wait --timeout --command-id --json' ;;
        'campaign put') echo '--name --active --inactive --order --country --assume-zone --window --law-pack --hopper-target --offer-lifetime --reserve --max-attempts --cap-calls --cap-window --cap-gap --timeout --command-id --json' ;;
        'campaign ls') echo '--json' ;;
        'campaign show') echo '--json' ;;
        'disposition ls') echo '--campaign --json' ;;
        'disposition set') echo '--campaign --name --contact --final --dnc --invalid --callback --alias --timeout --command-id --json' ;;
        'rules ls') echo '--campaign --json' ;;
        'rules set') echo '--campaign --max-attempts --interval --window --min-distance --timeout --command-id --json' ;;
        'rules rm') echo '--campaign --timeout --command-id --json' ;;
        'rules try') echo '--campaign --disposition --attempts --phone --state --time-zone --list --at --duration --callback-at --json' ;;
        'job ls') echo '--list --all --json' ;;
        'job show') echo '--json' ;;
        'job watch') echo '--json' ;;
        'job fetch') echo '--output --json' ;;
        'job cancel') echo '--timeout --json' ;;
        'stats') echo '--list --campaign --watch --record --why --json' ;;
        'stats rebuild') echo '--list --no-wait --timeout --command-id --json' ;;
        'stats reconcile') echo '--repair --list --no-wait --timeout --command-id --json' ;;
        'top') echo '--campaign --all --once --json' ;;
        'runway') echo '--campaign --all --json' ;;
        'migrate') echo '--plan --json' ;;
        'topics print') echo '--as --json' ;;
        'topics check') echo '--json' ;;
        'doctor') echo '--json' ;;
        'position ls') echo '--json' ;;
        'position reset') echo '--topic --partition --to --group --yes --json' ;;
        'position incidents') echo '--json' ;;
        'position ack') echo '--all --yes --json' ;;
        'epoch show') echo '--json' ;;
        'epoch bump') echo '--lost-nothing --json' ;;
        'epoch release') echo '--yes --json' ;;
        'offer ls') echo '--campaign --list --lead --all --limit --json' ;;
        'explain') echo '--at --country --json' ;;
        'outcome') echo '--offer --lead --start --release --reason --call-id --started-at --duration --agent --callback-at --callback-agent --json' ;;
        'dialer-sim') echo '--answer --think --channels --rate --agents --callback-after --lose --release --silent-start --duplicate --late --late-by --reorder --seed --duration --max-calls --campaign --group --from --name --log --json' ;;
        'dlq ls') echo '--topic --code --closed --last --json' ;;
        'dlq show') echo '--raw --json' ;;
        'dlq replay') echo '--all --closed --topic --code --yes --json' ;;
        'dlq drop') echo '--all --closed --topic --code --yes --json' ;;
        'reference') echo '--json' ;;
    esac
}

_leadspool_option_values() {
    case $* in
        'list create --list-id') echo '-' ;;
        'list create --name') echo '-' ;;
        'list create --campaign') echo 'campaigns' ;;
        'list create --description') echo '-' ;;
        'list create --priority') echo '-' ;;
        'list create --timeout') echo '-' ;;
        'list create --command-id') echo '-' ;;
        'list ls --campaign') echo 'campaigns' ;;
        'list update --name') echo '-' ;;
        'list update --description') echo '-' ;;
        'list update --priority') echo '-' ;;
        'list update --campaign') echo 'campaigns' ;;
        'list update --window') echo '-' ;;
        'list update --timeout') echo '-' ;;
        'list update --command-id') echo '-' ;;
        'list rm --keep-leads-as') echo 'files' ;;
        'list rm --timeout') echo '-' ;;
        'list rm --command-id') echo '-' ;;
        'import --list') echo 'lists' ;;
        'import --map') echo '-' ;;
        'import --encoding') echo '-' ;;
        'import --delimiter') echo '-' ;;
        'import --header') echo 'yes no' ;;
        'import --on-duplicate') echo 'skip update' ;;
        'import --duplicate-scope') echo 'list campaign' ;;
        'import --default-country') echo '-' ;;
        'import --phone-policy') echo 'possible strict' ;;
        'import --timeout') echo '-' ;;
        'import --command-id') echo '-' ;;
        'import undo --timeout') echo '-' ;;
        'import undo --command-id') echo '-' ;;
        'export --list') echo 'lists' ;;
        'export --output') echo 'files' ;;
        'export --what') echo 'leads attempts dnc rejects' ;;
        'export --job') echo 'jobs' ;;
        'export --field') echo '-' ;;
        'export --where') echo '-' ;;
        'export --order') echo 'lead due' ;;
        'export --delimiter') echo 'comma semicolon tab pipe' ;;
        'export --line-end') echo 'crlf lf' ;;
        'export --timeout') echo '-' ;;
        'export --command-id') echo '-' ;;
        'move --from') echo 'lists' ;;
        'move --to') echo 'lists' ;;
        'move --where') echo '-' ;;
        'move --ids') echo '-' ;;
        'move --ids-from') echo 'files' ;;
        'move --on-duplicate') echo 'skip update report' ;;
        'move --timeout') echo '-' ;;
        'move --command-id') echo '-' ;;
        'reset --list') echo 'lists' ;;
        'reset --where') echo '-' ;;
        'reset --timeout') echo '-' ;;
        'reset --command-id') echo '-' ;;
        'lead show --list') echo 'lists' ;;
        'lead show --phone') echo '-' ;;
        'lead show --country') echo '-' ;;
        'lead upsert --list') echo 'lists' ;;
        'lead upsert --file') echo 'files' ;;
        'lead upsert --phone') echo '-' ;;
        'lead upsert --external-id') echo '-' ;;
        'lead upsert --extension') echo '-' ;;
        'lead upsert --first-name') echo '-' ;;
        'lead upsert --last-name') echo '-' ;;
        'lead upsert --email') echo '-' ;;
        'lead upsert --address') echo '-' ;;
        'lead upsert --city') echo '-' ;;
        'lead upsert --state') echo '-' ;;
        'lead upsert --zip') echo '-' ;;
        'lead upsert --country') echo '-' ;;
        'lead upsert --time-zone') echo '-' ;;
        'lead upsert --priority') echo '-' ;;
        'lead upsert --revision') echo '-' ;;
        'lead upsert --field') echo '-' ;;
        'lead upsert --timeout') echo '-' ;;
        'lead upsert --command-id') echo '-' ;;
        'lead rm --list') echo 'lists' ;;
        'lead rm --phone') echo '-' ;;
        'lead rm --external-id') echo '-' ;;
        'lead rm --country') echo '-' ;;
        'lead rm --timeout') echo '-' ;;
        'lead rm --command-id') echo '-' ;;
        'lead erase --lead') echo '-' ;;
        'lead erase --country') echo '-' ;;
        'lead erase --timeout') echo '-' ;;
        'lead erase --command-id') echo '-' ;;
        'dnc add --campaign') echo 'campaigns' ;;
        'dnc add --source') echo '-' ;;
        'dnc add --expires') echo '-' ;;
        'dnc add --country') echo '-' ;;
        'dnc add --timeout') echo '-' ;;
        'dnc add --command-id') echo '-' ;;
        'dnc rm --campaign') echo 'campaigns' ;;
        'dnc rm --country') echo '-' ;;
        'dnc rm --timeout') echo '-' ;;
        'dnc rm --command-id') echo '-' ;;
        'dnc import --campaign') echo 'campaigns' ;;
        'dnc import --source') echo '-' ;;
        'dnc import --expires-at') echo '-' ;;
        'dnc import --country') echo '-' ;;
        'dnc import --map') echo '-' ;;
        'dnc import --timeout') echo '-' ;;
        'dnc import --command-id') echo '-' ;;
        'campaign put --name') echo '-' ;;
        'campaign put --order') echo '-' ;;
        'campaign put --country') echo '-' ;;
        'campaign put --assume-zone') echo '-' ;;
        'campaign put --window') echo '-' ;;
        'campaign put --law-pack') echo '-' ;;
        'campaign put --hopper-target') echo '-' ;;
        'campaign put --offer-lifetime') echo '-' ;;
        'campaign put --reserve') echo '-' ;;
        'campaign put --max-attempts') echo '-' ;;
        'campaign put --cap-calls') echo '-' ;;
        'campaign put --cap-window') echo '-' ;;
        'campaign put --cap-gap') echo '-' ;;
        'campaign put --timeout') echo '-' ;;
        'campaign put --command-id') echo '-' ;;
        'disposition ls --campaign') echo 'campaigns' ;;
        'disposition set --campaign') echo 'campaigns' ;;
        'disposition set --name') echo '-' ;;
        'disposition set --contact') echo 'yes no' ;;
        'disposition set --final') echo 'yes no' ;;
        'disposition set --dnc') echo 'yes no' ;;
        'disposition set --invalid') echo 'yes no' ;;
        'disposition set --callback') echo 'yes no' ;;
        'disposition set --alias') echo '-' ;;
        'disposition set --timeout') echo '-' ;;
        'disposition set --command-id') echo '-' ;;
        'rules ls --campaign') echo 'campaigns' ;;
        'rules set --campaign') echo 'campaigns' ;;
        'rules set --max-attempts') echo '-' ;;
        'rules set --interval') echo '-' ;;
        'rules set --window') echo '-' ;;
        'rules set --min-distance') echo '-' ;;
        'rules set --timeout') echo '-' ;;
        'rules set --command-id') echo '-' ;;
        'rules rm --campaign') echo 'campaigns' ;;
        'rules rm --timeout') echo '-' ;;
        'rules rm --command-id') echo '-' ;;
        'rules try --campaign') echo 'campaigns' ;;
        'rules try --disposition') echo '-' ;;
        'rules try --attempts') echo '-' ;;
        'rules try --phone') echo '-' ;;
        'rules try --state') echo '-' ;;
        'rules try --time-zone') echo '-' ;;
        'rules try --list') echo '-' ;;
        'rules try --at') echo '-' ;;
        'rules try --duration') echo '-' ;;
        'rules try --callback-at') echo '-' ;;
        'job ls --list') echo 'lists' ;;
        'job fetch --output') echo 'files' ;;
        'job cancel --timeout') echo '-' ;;
        'stats --list') echo 'lists' ;;
        'stats --campaign') echo 'campaigns' ;;
        'stats rebuild --list') echo 'lists' ;;
        'stats rebuild --timeout') echo '-' ;;
        'stats rebuild --command-id') echo '-' ;;
        'stats reconcile --list') echo 'lists' ;;
        'stats reconcile --timeout') echo '-' ;;
        'stats reconcile --command-id') echo '-' ;;
        'top --campaign') echo 'campaigns' ;;
        'runway --campaign') echo 'campaigns' ;;
        'topics print --as') echo '-' ;;
        'position reset --topic') echo '-' ;;
        'position reset --partition') echo '-' ;;
        'position reset --to') echo '-' ;;
        'position reset --group') echo '-' ;;
        'offer ls --campaign') echo 'campaigns' ;;
        'offer ls --list') echo 'lists' ;;
        'offer ls --lead') echo '-' ;;
        'offer ls --limit') echo '-' ;;
        'explain --at') echo '-' ;;
        'explain --country') echo '-' ;;
        'outcome --offer') echo '-' ;;
        'outcome --lead') echo '-' ;;
        'outcome --reason') echo '-' ;;
        'outcome --call-id') echo '-' ;;
        'outcome --started-at') echo '-' ;;
        'outcome --duration') echo '-' ;;
        'outcome --agent') echo '-' ;;
        'outcome --callback-at') echo '-' ;;
        'outcome --callback-agent') echo '-' ;;
        'dialer-sim --answer') echo '-' ;;
        'dialer-sim --think') echo '-' ;;
        'dialer-sim --channels') echo '-' ;;
        'dialer-sim --rate') echo '-' ;;
        'dialer-sim --agents') echo '-' ;;
        'dialer-sim --callback-after') echo '-' ;;
        'dialer-sim --lose') echo '-' ;;
        'dialer-sim --release') echo '-' ;;
        'dialer-sim --silent-start') echo '-' ;;
        'dialer-sim --duplicate') echo '-' ;;
        'dialer-sim --late') echo '-' ;;
        'dialer-sim --late-by') echo '-' ;;
        'dialer-sim --reorder') echo '-' ;;
        'dialer-sim --seed') echo '-' ;;
        'dialer-sim --duration') echo '-' ;;
        'dialer-sim --max-calls') echo '-' ;;
        'dialer-sim --campaign') echo 'campaigns' ;;
        'dialer-sim --group') echo '-' ;;
        'dialer-sim --from') echo '-' ;;
        'dialer-sim --name') echo '-' ;;
        'dialer-sim --log') echo 'files' ;;
        'dlq ls --topic') echo '-' ;;
        'dlq ls --code') echo '-' ;;
        'dlq ls --last') echo '-' ;;
        'dlq replay --topic') echo '-' ;;
        'dlq replay --code') echo '-' ;;
        'dlq drop --topic') echo '-' ;;
        'dlq drop --code') echo '-' ;;
    esac
}

_leadspool_words() {
    case $* in
        'list show') echo 'lists' ;;
        'list update') echo 'lists' ;;
        'list rm') echo 'lists' ;;
        'import') echo 'files' ;;
        'import undo') echo 'jobs' ;;
        'move report') echo 'jobs' ;;
        'dnc import') echo 'files' ;;
        'campaign put') echo 'campaigns' ;;
        'campaign show') echo 'campaigns' ;;
        'job show') echo 'jobs' ;;
        'job watch') echo 'jobs' ;;
        'job fetch') echo 'jobs' ;;
        'job cancel') echo 'jobs' ;;
        'reference') echo 'settings topics messages redis metrics exit-codes nouns verbs options' ;;
    esac
}

# The ids that there are, or nothing when the record cannot be asked at once.
_leadspool_ids() {
    case $1 in
        lists) timeout 2 leadspool list ls 2>/dev/null | cut -f1 ;;
        campaigns) timeout 2 leadspool campaign ls 2>/dev/null | cut -f1 ;;
        jobs) timeout 2 leadspool job ls 2>/dev/null | cut -f1 ;;
    esac
}

_leadspool_values() {
    case $1 in
        files) compopt -o filenames 2>/dev/null; compgen -f -- "$2" ;;
        lists | campaigns | jobs) compgen -W "$(_leadspool_ids "$1")" -- "$2" ;;
        *) compgen -W "$1" -- "$2" ;;
    esac
}

_leadspool() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} noun=${COMP_WORDS[1]} verbs verb values
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$_leadspool_nouns help --help --version --check-config" -- "$word")
        return
    fi
    verbs=$(_leadspool_verbs "$noun")
    verb=$noun
    if ((COMP_CWORD > 2)) && [[ " $verbs " == *" ${COMP_WORDS[2]} "* ]]; then
        verb="$noun ${COMP_WORDS[2]}"
    fi
    values=$(_leadspool_option_values "$verb" "$before")
    if [[ -n $values ]]; then
        [[ $values == - ]] || mapfile -t COMPREPLY < <(_leadspool_values "$values" "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_leadspool_options "$verb") --help" -- "$word")
    else
        values=$(_leadspool_words "$verb")
        mapfile -t COMPREPLY < <(
            ((COMP_CWORD == 2)) && compgen -W "$verbs" -- "$word"
            [[ -z $values ]] || _leadspool_values "$values" "$word"
        )
    fi
}

complete -F _leadspool leadspool
