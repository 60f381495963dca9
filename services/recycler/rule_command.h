/* rule_command.h - recycle_rule.put and recycle_rule.delete. Layer: services/recycler. */
#pragma once

#include "runtime/work.h"

Status recycle_rule_put_apply(Work *work, Error *err);
Status recycle_rule_delete_apply(Work *work, Error *err);
