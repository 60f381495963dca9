# shellcheck shell=bash
# Apache Kafka, one node that is broker and controller, from the jars that Maven fetched.

KAFKA_LIBS=$DEV/kafka/libs
KAFKA_CONFIG=$STATE/kafka/server.properties

kafka_java() {
    echo "-Dlog4j2.configurationFile=file:$ROOT/deploy/kafka/log4j2.xml"
    echo "-cp"
    echo "$KAFKA_LIBS/*"
}

kafka_configure() {
    local data
    data=$(storage_dir)/kafka/data
    mkdir -p "$STATE/kafka" "${data%/*}"
    sed -e "s|@HOST@|$HOST|g" -e "s|@PORT@|$KAFKA_PORT|g" -e "s|@SASL_PORT@|$KAFKA_SASL_PORT|g" \
        -e "s|@CONTROLLER_PORT@|$KAFKA_CONTROLLER_PORT|g" -e "s|@DATA@|$data|g" \
        "$ROOT/deploy/kafka/server.properties.in" >"$KAFKA_CONFIG"
}

kafka_format() {
    local data java
    data=$(storage_dir)/kafka/data
    [[ -f $data/meta.properties ]] && return
    mapfile -t java < <(kafka_java)
    rm -rf "$data"
    log_run kafka-format java -XX:TieredStopAtLevel=1 "${java[@]}" kafka.tools.StorageTool \
        format --config "$KAFKA_CONFIG" --cluster-id leadspool-dev ||
        die "Kafka's storage could not be formatted"
}

kafka_answers() {
    "$PYTHON" "$ROOT/deploy/dev/kafka_answers.py" "$HOST:$KAFKA_PORT"
}

kafka_start() {
    local java
    mapfile -t java < <(kafka_java)
    kafka_configure
    kafka_format
    # As short runs want it: the second compiler costs them more than its code saves, and G1 has threads of its own.
    process_start kafka java -Xms128m -Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "${java[@]}" \
        kafka.Kafka "$KAFKA_CONFIG"
    process_await kafka 90 kafka_answers || process_failed kafka
}

kafka_stop() {
    process_stop kafka
}

kafka_remove() {
    rm -rf "$(storage_dir)/kafka/data" "$STATE/kafka/data" "$KAFKA_CONFIG"
}
