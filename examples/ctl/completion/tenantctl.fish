# fish completion of tenantctl, as `tenantctl completion fish` prints it.

# Whether the commands so far are these.
function __fish_tenantctl_at
    set -l known 'tenants' 'tenants create' 'tenants list' 'tenants show' 'tenants rename' 'tenants update' 'tenants activate' 'tenants deactivate' 'tenants suspend' 'tenants archive' 'identifiers' 'identifiers add' 'identifiers remove' 'identifiers list' 'keys' 'keys issue' 'keys list' 'keys revoke' 'keys expire' 'admin-keys' 'admin-keys issue' 'migrate' 'migrate status' 'migrate up' 'migrate dry-run' 'verify' 'backup' 'health' 'completion'
    set -l with_value --as --backup --cacert --created-after --created-before --cursor --expires --full-disk-bytes --identifier --if-version --issue-key --key-file --keys --limit --low-disk-bytes --metadata --migrations --name --page --plan --scope --search --server --sort --status --store --template-version --timeout --workflow
    set -l path
    set -l skips
    for word in (commandline -opc)[2..-1]
        if set -q skips[1]
            set skips
        else if contains -- $word $with_value
            set skips yes
        else if contains -- (string join ' ' -- $path $word) $known
            set path $path $word
        end
    end
    test "$path" = "$argv"
end

complete -c tenantctl -f
complete -c tenantctl -s h -l help -d 'Show how it is used'
complete -c tenantctl -n '__fish_tenantctl_at' -a tenants -d 'Tenants'
complete -c tenantctl -n '__fish_tenantctl_at' -a identifiers -d 'The names that other systems have for tenants'
complete -c tenantctl -n '__fish_tenantctl_at' -a keys -d 'Tenants\' API keys'
complete -c tenantctl -n '__fish_tenantctl_at' -a admin-keys -d 'Keys of the platform\'s operators'
complete -c tenantctl -n '__fish_tenantctl_at' -a migrate -d 'The store\'s schema'
complete -c tenantctl -n '__fish_tenantctl_at' -a verify -d 'Look whether the schema keeps tenants apart, or whether a backup is sound'
complete -c tenantctl -n '__fish_tenantctl_at' -a backup -d 'Copy the whole store to a file, while it is used'
complete -c tenantctl -n '__fish_tenantctl_at' -a health -d 'How the store is, and what it stands on'
complete -c tenantctl -n '__fish_tenantctl_at' -a completion -d 'Print what a shell needs to complete commands'
complete -c tenantctl -l store -r -f -d 'The store: sqlite:FILE (TENANTCTL_STORE)'
complete -c tenantctl -l keys -r -F -d 'The file of the store\'s keys; beside it by default (TENANTCTL_KEYS)'
complete -c tenantctl -l migrations -r -f -a '(__fish_complete_directories)' -d 'A folder with the steps of the store\'s schema, in the place of the service\'s own (TENANTCTL_MIGRATIONS)'
complete -c tenantctl -l as -r -f -d 'Whose name stands in the store\'s records; the user\'s by default'
complete -c tenantctl -l server -r -f -d 'A service, in the place of a store: https://HOST (TENANTCTL_SERVER)'
complete -c tenantctl -l key-file -r -F -d 'The file with the administrator\'s key for the server, - for the input; TENANTCTL_KEY holds it otherwise'
complete -c tenantctl -l cacert -r -F -d 'The certificates to trust for the server, in the place of the system\'s (TENANTCTL_CACERT)'
complete -c tenantctl -l insecure-http -d 'Send the key in the clear, to a server by http beyond this machine'
complete -c tenantctl -l timeout -r -f -d 'Give up after so long: 500ms, 30s, 5m; 0 for never. 30s by default, but for backup, verify and migrate, which have no limit'
complete -c tenantctl -l json -d 'Print JSON, also for errors'
complete -c tenantctl -s y -l yes -d 'Do not ask before what cannot be undone'
complete -c tenantctl -l version -d 'Display program version information and exit'
complete -c tenantctl -n '__fish_tenantctl_at tenants' -a create -d 'Create a tenant'
complete -c tenantctl -n '__fish_tenantctl_at tenants' -a list -d 'List tenants, newest first unless sorted'
complete -c tenantctl -n '__fish_tenantctl_at tenants' -a show -d 'Show all of a tenant'
complete -c tenantctl -n '__fish_tenantctl_at tenants' -a rename -d 'Change a tenant\'s name'
complete -c tenantctl -n '__fish_tenantctl_at tenants' -a update -d 'Change more of a tenant'
complete -c tenantctl -n '__fish_tenantctl_at tenants' -a activate -d 'Let a tenant in'
complete -c tenantctl -n '__fish_tenantctl_at tenants' -a deactivate -d 'Pause a tenant'
complete -c tenantctl -n '__fish_tenantctl_at tenants' -a suspend -d 'Shut a tenant out, in every process at once'
complete -c tenantctl -n '__fish_tenantctl_at tenants' -a archive -d 'End a tenant for good; its id and slug stay taken'
complete -c tenantctl -n '__fish_tenantctl_at tenants create' -l name -r -f -d 'Its name for people'
complete -c tenantctl -n '__fish_tenantctl_at tenants create' -l plan -r -f -d 'The plan\'s name'
complete -c tenantctl -n '__fish_tenantctl_at tenants create' -l template-version -r -f -d 'Which version of the templates it runs'
complete -c tenantctl -n '__fish_tenantctl_at tenants create' -l metadata -r -f -d 'A JSON object, @FILE, or - for the input'
complete -c tenantctl -n '__fish_tenantctl_at tenants create' -l workflow -r -f -d 'NAME=ID: what a workflow is called where it runs; may be repeated'
complete -c tenantctl -n '__fish_tenantctl_at tenants create' -l identifier -r -f -d 'KIND:VALUE: a name that another system has for it; may be repeated'
complete -c tenantctl -n '__fish_tenantctl_at tenants create' -l provisioning -d 'Let nobody in before it is activated'
complete -c tenantctl -n '__fish_tenantctl_at tenants create' -l issue-key -r -f -d 'Make a key of this name too, and print it; NAME:SCOPE for another scope than write'
complete -c tenantctl -n '__fish_tenantctl_at tenants list' -l status -r -f -a 'provisioning active inactive suspended archived' -d 'provisioning, active, inactive, suspended or archived'
complete -c tenantctl -n '__fish_tenantctl_at tenants list' -l plan -r -f -d 'Those of this plan'
complete -c tenantctl -n '__fish_tenantctl_at tenants list' -l template-version -r -f -d 'Those of this template version'
complete -c tenantctl -n '__fish_tenantctl_at tenants list' -l search -r -f -d 'Those with this in the slug or name'
complete -c tenantctl -n '__fish_tenantctl_at tenants list' -l created-after -r -f -d 'RFC 3339; then or later'
complete -c tenantctl -n '__fish_tenantctl_at tenants list' -l created-before -r -f -d 'RFC 3339; earlier than then'
complete -c tenantctl -n '__fish_tenantctl_at tenants list' -l sort -r -f -a 'created_at -created_at updated_at -updated_at slug -slug name -name' -d 'created_at, updated_at, slug or name; with - before it the greatest first'
complete -c tenantctl -n '__fish_tenantctl_at tenants list' -l limit -r -f -d 'How many, 1 to 500'
complete -c tenantctl -n '__fish_tenantctl_at tenants list' -l page -r -f -d 'A page by its number, from 1'
complete -c tenantctl -n '__fish_tenantctl_at tenants list' -l cursor -r -f -d 'Go on behind the page that gave it out'
complete -c tenantctl -n '__fish_tenantctl_at tenants list' -l all -d 'All of them, page after page, as they are read'
complete -c tenantctl -n '__fish_tenantctl_at tenants rename' -l if-version -r -f -d 'Refuse when the tenant has changed since this version'
complete -c tenantctl -n '__fish_tenantctl_at tenants update' -l if-version -r -f -d 'Refuse when the tenant has changed since this version'
complete -c tenantctl -n '__fish_tenantctl_at tenants update' -l name -r -f -d 'Its new name for people'
complete -c tenantctl -n '__fish_tenantctl_at tenants update' -l plan -r -f -d 'The plan\'s name; empty for none'
complete -c tenantctl -n '__fish_tenantctl_at tenants update' -l template-version -r -f -d 'Which version of the templates it runs; empty for none'
complete -c tenantctl -n '__fish_tenantctl_at tenants update' -l metadata -r -f -d 'All of it: a JSON object, @FILE, or - for the input'
complete -c tenantctl -n '__fish_tenantctl_at tenants update' -l workflow -r -f -d 'NAME=ID, or NAME= to take one out; may be repeated'
complete -c tenantctl -n '__fish_tenantctl_at tenants activate' -l if-version -r -f -d 'Refuse when the tenant has changed since this version'
complete -c tenantctl -n '__fish_tenantctl_at tenants deactivate' -l if-version -r -f -d 'Refuse when the tenant has changed since this version'
complete -c tenantctl -n '__fish_tenantctl_at tenants suspend' -l if-version -r -f -d 'Refuse when the tenant has changed since this version'
complete -c tenantctl -n '__fish_tenantctl_at tenants archive' -l if-version -r -f -d 'Refuse when the tenant has changed since this version'
complete -c tenantctl -n '__fish_tenantctl_at identifiers' -a add -d 'Give a tenant an identifier'
complete -c tenantctl -n '__fish_tenantctl_at identifiers' -a remove -d 'Take an identifier from a tenant'
complete -c tenantctl -n '__fish_tenantctl_at identifiers' -a list -d 'Show a tenant\'s identifiers'
complete -c tenantctl -n '__fish_tenantctl_at keys' -a issue -d 'Make a key and print it, this once'
complete -c tenantctl -n '__fish_tenantctl_at keys' -a list -d 'Show a tenant\'s keys, without their texts'
complete -c tenantctl -n '__fish_tenantctl_at keys' -a revoke -d 'Make a key useless for good'
complete -c tenantctl -n '__fish_tenantctl_at keys' -a expire -d 'Change when a key expires'
complete -c tenantctl -n '__fish_tenantctl_at keys issue' -l name -r -f -d 'What people call it'
complete -c tenantctl -n '__fish_tenantctl_at keys issue' -l scope -r -f -a 'read write admin' -d 'read, write or admin'
complete -c tenantctl -n '__fish_tenantctl_at keys issue' -l expires -r -f -d '30d, 2026-12-31T23:59:59Z or never'
complete -c tenantctl -n '__fish_tenantctl_at admin-keys' -a issue -d 'Make a key and print it, this once'
complete -c tenantctl -n '__fish_tenantctl_at admin-keys issue' -l name -r -f -d 'What people call it'
complete -c tenantctl -n '__fish_tenantctl_at migrate' -a status -d 'Which steps the store has, and which it lacks'
complete -c tenantctl -n '__fish_tenantctl_at migrate' -a up -d 'Apply the steps that the store lacks; make the store when there is none'
complete -c tenantctl -n '__fish_tenantctl_at migrate' -a dry-run -d 'Apply them to a copy that is thrown away'
complete -c tenantctl -n '__fish_tenantctl_at verify' -l backup -r -F -d 'Look at this backup instead'
complete -c tenantctl -n '__fish_tenantctl_at verify' -l strict -d 'Warnings are findings, too'
complete -c tenantctl -n '__fish_tenantctl_at backup' -F
complete -c tenantctl -n '__fish_tenantctl_at health' -l strict -d 'Warnings are failures, too'
complete -c tenantctl -n '__fish_tenantctl_at health' -l read-only -d 'Do not write a row to see whether that works'
complete -c tenantctl -n '__fish_tenantctl_at health' -l low-disk-bytes -r -f -d 'Less room on the disk is a warning'
complete -c tenantctl -n '__fish_tenantctl_at health' -l full-disk-bytes -r -f -d 'Less room on the disk is a failure'
complete -c tenantctl -n '__fish_tenantctl_at completion' -f -a 'bash zsh fish'
