# Stands in for apache/kafka, with the jars of deploy/kafka/pom.xml.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE}
RUN apt-get update -q && mkdir -p /usr/share/man/man1 && \
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends openjdk-17-jre-headless && \
    rm -rf /var/lib/apt/lists/* && useradd --uid 1000 appuser && \
    install -d -o appuser -g appuser /var/lib/kafka/data /opt/kafka/config
COPY libs /opt/kafka/libs
COPY kafka-entrypoint /usr/local/bin/
VOLUME /var/lib/kafka/data
USER appuser
CMD ["/usr/local/bin/kafka-entrypoint"]
