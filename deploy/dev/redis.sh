# shellcheck shell=bash
# Redis 7 without persistence: for leadspool it is a projection that can be rebuilt.

redis_answers() {
    [[ $(redis-cli -h "$HOST" -p "$REDIS_PORT" ping 2>/dev/null) == PONG ]]
}

redis_start() {
    mkdir -p "$STATE/redis"
    process_start redis redis-server --bind "$HOST" --port "$REDIS_PORT" --dir "$STATE/redis" \
        --save "" --appendonly no --daemonize no
    process_await redis 20 redis_answers || process_failed redis
}

redis_stop() {
    process_stop redis
}

redis_remove() {
    rm -rf "$STATE/redis"
}
