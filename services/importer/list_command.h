/* list_command.h - list.create and list.update. Layer: services/importer. */
#pragma once

#include "runtime/work.h"

Status list_create_apply(Work *work, Error *err);
Status list_update_apply(Work *work, Error *err);
