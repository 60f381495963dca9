# shellcheck shell=bash
# Where the servers keep their data: in memory where there is plenty of it, since scenarios make and drop thousands of
# tables and topics; below $STATE otherwise, and for benchmarks, whose figures have the disk in them.

STORAGE=$STATE/storage # has the folder's name while there are data
STORAGE_IN=/dev/shm
STORAGE_MIB=$((8 << 10)) # free memory that is plenty

# storage_dir: prints the folder, chosen once. LEADSPOOL_DEV_STORAGE=disk: never memory.
storage_dir() {
    if [[ -s $STORAGE && -d $(cat "$STORAGE") ]]; then
        cat "$STORAGE"
        return
    fi
    local dir=$STATE
    mkdir -p "$STATE"
    # Data that are there already lie on the disk.
    if [[ ! -s $STATE/postgres.dir ]] && storage_has_memory; then
        dir=$(mktemp -d "$STORAGE_IN/leadspool.XXXXXX")
        chmod 755 "$dir" # PostgreSQL's owner may be another
    fi
    echo "$dir" | tee "$STORAGE"
}

storage_has_memory() {
    local free_mib there_mib
    [[ ${LEADSPOOL_DEV_STORAGE:-} != disk && -w $STORAGE_IN ]] || return 1
    free_mib=$(awk '$1 == "MemAvailable:" {print int($2 / 1024)}' /proc/meminfo)
    there_mib=$(df --output=avail -BM "$STORAGE_IN" | tail -n 1 | tr -dc 0-9)
    ((free_mib >= STORAGE_MIB && there_mib >= STORAGE_MIB))
}

# storage_is_disk: also where nothing was chosen yet.
storage_is_disk() {
    [[ ! -s $STORAGE || $(cat "$STORAGE") == "$STATE" ]]
}

storage_remove() {
    storage_is_disk || rm -rf "$(cat "$STORAGE")"
    rm -f "$STORAGE"
}
