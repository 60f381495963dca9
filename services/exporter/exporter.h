/* exporter.h - the service that writes files out: leads, rejects, attempts, numbers. Layer:
 * services/exporter. */
#pragma once

#include "runtime/service.h"

extern const Service exporter_service;
