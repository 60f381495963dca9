/* send.h - sends commands over Kafka and waits for their replies. Layer: services/cli. */
#pragma once

#include <jansson.h>

#include "base/ids.h"
#include "cli/cli.h"
#include "cli/follow.h"

/* One command, and later its reply. Strings are borrowed; command_done() ends both objects. */
typedef struct Command {
    const char *topic;
    const char *type;
    const char *key;
    json_t *data;               /* owned */
    char id[IDS_CE_ID_MAX + 8]; /* empty: drawn when it is sent */
    char reply_type[32];        /* "command.completed" ... */
    json_t *reply;              /* owned; NULL until it came */
} Command;

void command_done(Command *command);
#define AUTO_COMMAND __attribute__((cleanup(command_done))) Command

/* data gets name: text, unless text is NULL. STATUS_BAD_INPUT (usage) when it is not UTF-8. */
Status command_set(Command *command, const char *name, const char *text, Error *err) MUST_CHECK;

bool command_was_rejected(const Command *command);
/* STATUS_BAD_INPUT with the reply's code, field and message. */
Status command_rejection(const Command *command, Error *err);
/* The index-th result of command.completed; borrowed; NULL when there is none. */
const json_t *command_result(const Command *command, size_t index);
/* A text member of a result, or "". */
const char *command_text(const json_t *result, const char *name);

/* What a verb that sends has among its options. */
#define SEND_OPTIONS                                                                               \
    {"timeout", "SECONDS", "how long to wait for the reply (default 30)"},                         \
    {                                                                                              \
        "command-id", "ID", "id of the command: sent again under it, it is carried out once"       \
    }

typedef struct Sender {
    Cli *cli;
    Producer *producer;
    Follow *follow;
    int64_t timeout_ms;
    char *source;
    int sent; /* commands so far */
} Sender;

/* jobs: list.events are followed as well; sender_take_follow() gives them on. */
Status sender_open(Cli *cli, bool jobs, Sender *ret, Error *err) MUST_CHECK;
void sender_close(Sender *sender);
#define AUTO_SENDER __attribute__((cleanup(sender_close))) Sender

/* Sends all and waits until each has its reply, a rejection being one. STATUS_RETRY with code
 * reply_timeout, or interrupted after SIGINT where signals are caught (interrupt.h). */
Status sender_send(Sender *sender, Command commands[], int count, Error *err) MUST_CHECK;

/* The caller's own from here on. */
Follow *sender_take_follow(Sender *sender);

/* One command from opening to reply; a rejection is an error. */
Status send_one(Cli *cli, Command *command, Error *err) MUST_CHECK;
