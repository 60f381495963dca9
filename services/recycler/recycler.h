/* recycler.h - the service that owns dialing: rules, offers, outcomes. Layer: services/recycler. */
#pragma once

#include "runtime/service.h"

extern const Service recycler_service;
