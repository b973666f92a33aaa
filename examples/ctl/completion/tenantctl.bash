# bash completion of tenantctl, as `tenantctl completion bash` prints it.

_tenantctl_commands() {
  case $1 in
    '') echo 'tenants identifiers keys admin-keys quota migrate verify backup health postgres completion' ;;
    'tenants') echo 'create list show rename update activate deactivate suspend archive pair' ;;
    'identifiers') echo 'add remove list' ;;
    'keys') echo 'issue list revoke expire' ;;
    'admin-keys') echo 'issue' ;;
    'quota') echo 'show set reset resets' ;;
    'migrate') echo 'status up dry-run' ;;
    'postgres') echo 'init' ;;
  esac
}

_tenantctl_options() {
  case $1 in
    '') echo '--store --password-file --keys --migrations --as --server --key-file --cacert --insecure-http --timeout --json -y --yes --version' ;;
    'tenants create') echo '--name --plan --template-version --metadata --workflow --identifier --provisioning --messaging-instance --qr-file --issue-key' ;;
    'tenants list') echo '--status --plan --template-version --search --created-after --created-before --sort --limit --page --cursor --all' ;;
    'tenants rename') echo '--if-version' ;;
    'tenants update') echo '--if-version --name --plan --template-version --metadata --workflow' ;;
    'tenants activate') echo '--if-version' ;;
    'tenants deactivate') echo '--if-version' ;;
    'tenants suspend') echo '--if-version' ;;
    'tenants archive') echo '--if-version' ;;
    'tenants pair') echo '--instance --activate --qr-file' ;;
    'keys issue') echo '--name --scope --expires' ;;
    'admin-keys issue') echo '--name' ;;
    'quota reset') echo '--reason' ;;
    'verify') echo '--backup --strict' ;;
    'health') echo '--strict --read-only --low-disk-bytes --full-disk-bytes' ;;
    'postgres init') echo '--admin --admin-password-file --database --owner --owner-password-file --application --application-password-file --queries --queries-password-file' ;;
  esac
}

_tenantctl_kind() {
  case $1 in
    'tenants create --name') echo 'TEXT' ;;
    'tenants create --plan') echo 'TEXT' ;;
    'tenants create --template-version') echo 'TEXT' ;;
    'tenants create --metadata') echo 'TEXT' ;;
    'tenants create --workflow') echo 'TEXT' ;;
    'tenants create --identifier') echo 'TEXT' ;;
    'tenants create --messaging-instance') echo 'TEXT' ;;
    'tenants create --qr-file') echo 'FILE' ;;
    'tenants create --issue-key') echo 'TEXT' ;;
    'tenants list --status') echo 'STATUS' ;;
    'tenants list --plan') echo 'TEXT' ;;
    'tenants list --template-version') echo 'TEXT' ;;
    'tenants list --search') echo 'TEXT' ;;
    'tenants list --created-after') echo 'TIME' ;;
    'tenants list --created-before') echo 'TIME' ;;
    'tenants list --sort') echo 'FIELD' ;;
    'tenants list --limit') echo 'INT' ;;
    'tenants list --page') echo 'INT' ;;
    'tenants list --cursor') echo 'TEXT' ;;
    'tenants rename --if-version') echo 'INT' ;;
    'tenants update --if-version') echo 'INT' ;;
    'tenants update --name') echo 'TEXT' ;;
    'tenants update --plan') echo 'TEXT' ;;
    'tenants update --template-version') echo 'TEXT' ;;
    'tenants update --metadata') echo 'TEXT' ;;
    'tenants update --workflow') echo 'TEXT' ;;
    'tenants activate --if-version') echo 'INT' ;;
    'tenants deactivate --if-version') echo 'INT' ;;
    'tenants suspend --if-version') echo 'INT' ;;
    'tenants archive --if-version') echo 'INT' ;;
    'tenants pair --instance') echo 'TEXT' ;;
    'tenants pair --qr-file') echo 'FILE' ;;
    'keys issue --name') echo 'TEXT' ;;
    'keys issue --scope') echo 'SCOPE' ;;
    'keys issue --expires') echo 'WHEN' ;;
    'admin-keys issue --name') echo 'TEXT' ;;
    'quota reset --reason') echo 'TEXT' ;;
    'verify --backup') echo 'FILE' ;;
    'health --low-disk-bytes') echo 'UINT' ;;
    'health --full-disk-bytes') echo 'UINT' ;;
    'postgres init --admin') echo 'URL' ;;
    'postgres init --admin-password-file') echo 'FILE' ;;
    'postgres init --database') echo 'NAME' ;;
    'postgres init --owner') echo 'NAME' ;;
    'postgres init --owner-password-file') echo 'FILE' ;;
    'postgres init --application') echo 'NAME' ;;
    'postgres init --application-password-file') echo 'FILE' ;;
    'postgres init --queries') echo 'NAME' ;;
    'postgres init --queries-password-file') echo 'FILE' ;;
    *' --store') echo 'URL' ;;
    *' --password-file') echo 'FILE' ;;
    *' --keys') echo 'FILE' ;;
    *' --migrations') echo 'DIR' ;;
    *' --as') echo 'NAME' ;;
    *' --server') echo 'URL' ;;
    *' --key-file') echo 'FILE' ;;
    *' --cacert') echo 'FILE' ;;
    *' --timeout') echo 'LENGTH' ;;
  esac
}

_tenantctl_place() {
  case $1 in
    'tenants create 0') echo 'TEXT' ;;
    'tenants show 0') echo 'TEXT' ;;
    'tenants rename 0') echo 'TEXT' ;;
    'tenants rename 1') echo 'TEXT' ;;
    'tenants update 0') echo 'TEXT' ;;
    'tenants activate 0') echo 'TEXT' ;;
    'tenants deactivate 0') echo 'TEXT' ;;
    'tenants suspend 0') echo 'TEXT' ;;
    'tenants archive 0') echo 'TEXT' ;;
    'tenants pair 0') echo 'TEXT' ;;
    'identifiers add 0') echo 'TEXT' ;;
    'identifiers add 1') echo 'TEXT' ;;
    'identifiers remove 0') echo 'TEXT' ;;
    'identifiers remove 1') echo 'TEXT' ;;
    'identifiers list 0') echo 'TEXT' ;;
    'keys issue 0') echo 'TEXT' ;;
    'keys list 0') echo 'TEXT' ;;
    'keys revoke 0') echo 'TEXT' ;;
    'keys revoke 1') echo 'TEXT' ;;
    'keys expire 0') echo 'TEXT' ;;
    'keys expire 1') echo 'TEXT' ;;
    'keys expire 2') echo 'TEXT' ;;
    'quota show 0') echo 'TEXT' ;;
    'quota show 1') echo 'TEXT' ;;
    'quota set 0') echo 'TEXT' ;;
    'quota set 1') echo 'TEXT' ;;
    'quota set 2') echo 'TEXT' ;;
    'quota reset 0') echo 'TEXT' ;;
    'quota reset 1') echo 'TEXT' ;;
    'quota resets 0') echo 'TEXT' ;;
    'quota resets 1') echo 'TEXT' ;;
    'backup 0') echo 'FILE' ;;
    'completion 0') echo 'SHELL' ;;
  esac
}

_tenantctl_words() {
  case $1 in
    STATUS) echo 'provisioning active inactive suspended archived' ;;
    FIELD) echo 'created_at -created_at updated_at -updated_at slug -slug name -name' ;;
    SCOPE) echo 'read write admin' ;;
    SHELL) echo 'bash zsh fish' ;;
  esac
}

_tenantctl_values() {
  local current=$2
  case $1 in
    FILE) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    DIR) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$(_tenantctl_words "$1")" -- "$current") ;;
  esac
  case $1 in
    FILE | DIR) compopt -o filenames 2>/dev/null ;;
  esac
}

_tenantctl() {
  local current=${COMP_WORDS[COMP_CWORD]} path='' kind='' places=0 literal='' i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ -n $kind ]]; then
      # An equals sign before a value is a word of its own.
      [[ $word == = ]] || kind=''
    elif [[ -z $literal && $word == -- ]]; then
      literal=yes
    elif [[ -z $literal && $word == -* ]]; then
      kind=$(_tenantctl_kind "$path $word")
    elif [[ " $(_tenantctl_commands "$path") " == *" $word "* ]]; then
      path=${path:+$path }$word
    else
      places=$((places + 1))
    fi
  done
  if [[ -n $kind ]]; then
    [[ $current != = ]] || current=''
    _tenantctl_values "$kind" "$current"
  elif [[ -z $literal && $current == -* ]]; then
    word="$(_tenantctl_options "$path") $(_tenantctl_options '') --help"
    mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
  elif [[ -n $(_tenantctl_commands "$path") ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_tenantctl_commands "$path")" -- "$current")
  else
    _tenantctl_values "$(_tenantctl_place "$path $places")" "$current"
  fi
}

complete -F _tenantctl tenantctl
