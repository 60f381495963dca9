/* importer.h - the service that owns what is in a list. Layer: services/importer. */
#pragma once

#include "runtime/service.h"

extern const Service importer_service;
