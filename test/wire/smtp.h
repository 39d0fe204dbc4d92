#pragma once
/*
 * A mail server of its own process on 127.0.0.1, without TLS, that records what it is told and refuses or hangs up
 * where a test says so.
 */
#include "t.h"

#include <stdbool.h>
#include <sys/types.h>

enum smtp_hang_up {
    HANG_UP_NEVER,
    HANG_UP_GREETING,
    HANG_UP_RCPT,
    HANG_UP_DATA,
    HANG_UP_AFTER
};
enum { SMTP_TEXT_MAX = 64 * 1024, SMTP_REPLY_MAX = 200 };

/* Shared by both processes; the test writes between mails, the server while one is under way. */
struct smtp_shared {
    char rcpt[SMTP_REPLY_MAX], data[SMTP_REPLY_MAX]; /* replies; "": the usual */
    char bad[SMTP_REPLY_MAX];                        /* a recipient refused alone */
    bool auth_refused, no_auth;
    enum smtp_hang_up hang_up;
    volatile int32_t connections, mails; /* mails: whole ones, whatever was answered */
    volatile int32_t commands_n, message_n;
    char commands[SMTP_TEXT_MAX]; /* every line since smtp_forget */
    char message[SMTP_TEXT_MAX];  /* the last whole one, dots as they came */
};

struct smtp {
    pid_t pid;
    int32_t port;
    struct smtp_shared *shared;
};

void smtp_start(struct smtp *smtp);
void smtp_stop(struct smtp *smtp);
/* smtp_forget(smtp): it takes everything again, and nothing was heard. */
void smtp_forget(struct smtp *smtp);
str smtp_commands(const struct smtp *smtp);
str smtp_message(const struct smtp *smtp);
