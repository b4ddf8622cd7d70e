# Private PostgreSQL clusters, sourced by the scripts: data, log and socket lie in one folder, no network port is
# opened, and the machine's own clusters are never touched. Run by root, the server runs as the user postgres.
PG_CONFIG=${PG_CONFIG:-pg_config}

# cluster_as_user COMMAND...: runs it, from /, as the user that may own a cluster (PostgreSQL refuses root).
cluster_as_user() {
    if ((EUID == 0)); then
        (cd / && runuser -u postgres -- "$@")
    else
        (cd / && "$@")
    fi
}

cluster_running() { # cluster_running DIR
    [ -d "$1/data" ] && cluster_as_user "$($PG_CONFIG --bindir)/pg_ctl" -D "$1/data" status >/dev/null 2>&1
}

# cluster_start DIR [NAME=VALUE...]: makes the cluster unless DIR (an absolute path) has one, and starts it with these
# server settings unless it runs. Connect with PGHOST=DIR PGPORT=5432 PGUSER=mesh_super. Durability is off. Prints the log on failure.
cluster_start() {
    local dir=$1 bin options setting
    shift
    cluster_running "$dir" && return
    bin=$($PG_CONFIG --bindir)
    cluster_create "$dir" "$bin" || return 1
    options="-p 5432 -k '$dir' -c listen_addresses=''"
    for setting in fsync=off full_page_writes=off synchronous_commit=off "$@"; do
        options+=" -c '$setting'"
    done
    cluster_as_user "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -o "$options" start >/dev/null && return
    cat "$dir/log" >&2
    return 1
}

# Makes this shell's clients connect to the cluster in DIR, whatever the caller's environment names.
cluster_connect() { # cluster_connect DIR
    unset PGDATABASE PGOPTIONS PGPASSWORD PGSERVICE PGSSLMODE
    export PGHOST=$1 PGPORT=5432 PGUSER=mesh_super
}

# The server trusts whoever reaches its socket, so that only its own user (and root) may.
cluster_create() { # cluster_create DIR BIN
    mkdir -p "$1"
    chmod 700 "$1"
    ((EUID != 0)) || chown postgres "$1"
    [ -d "$1/data" ] && return
    cluster_as_user "$2/initdb" -D "$1/data" -A trust -U mesh_super --encoding=UTF8 --locale=C --no-sync >/dev/null
}

# cluster_stop DIR: ends its server, at once if it does not end by itself; nothing happens when none runs. Files stay.
cluster_stop() {
    local pg_ctl
    pg_ctl=$($PG_CONFIG --bindir)/pg_ctl
    cluster_running "$1" || return 0
    cluster_as_user "$pg_ctl" -D "$1/data" -m fast -t 10 stop >/dev/null 2>&1 ||
        cluster_as_user "$pg_ctl" -D "$1/data" -m immediate stop >/dev/null
}
