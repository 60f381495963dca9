/* topics_acl.h - what each user of Kafka may do there, declared in one table. Layer: services/cli.
 *
 * Users are NAMESPACE_importer, _recycler, _stats, _exporter, _cli, and _owner for `leadspool
 * migrate`: the names of the certificates or the SASL users. */
#pragma once

#include "cli/cli.h"

/* In each command of Kafka's tools that is printed: what the shell that runs it logs in by. */
#define KAFKA_TOOL_LOGIN "${ADMIN_CONFIG:+--command-config \"$ADMIN_CONFIG\"}"

/* Commands of kafka-acls.sh, one a line, that grant it. */
void topics_acl_print(const Cli *cli);
