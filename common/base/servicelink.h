/* servicelink.h - variables that Kubernetes puts into every pod for each Service. Layer: base.
 *
 * A Service named kafka gives KAFKA_PORT=tcp://10.0.0.1:9092, KAFKA_SERVICE_HOST=10.0.0.1 and five
 * more; they are nobody's settings and must not stop a start. */
#pragma once

#include <stdbool.h>

/* By the shape of name and value together, so that a setting of that name with a value of its own
 * still counts as a setting. */
bool servicelink_is(const char *name, const char *value);
