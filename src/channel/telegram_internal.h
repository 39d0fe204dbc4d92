#pragma once
#include "channel/step.h"

/* Shared by the files of the Telegram driver: telegram.c publishes, telegram_after.c looks after what is out. */

enum {
    TELEGRAM_TEXT_MAX = 4096,     /* UTF-16 units of a message; Bot API 10.1 */
    TELEGRAM_CAPTION_MAX = 1024,  /* of what stands under pictures; Bot API 10.1 */
    TELEGRAM_FILES_MAX = 10,      /* of an album; Bot API 10.1 */
    TELEGRAM_BODY_MAX = 64 * 1024 /* bytes: 4,096 characters, escaped, and a dozen fields */
};

/* ---- requests: telegram_bot.c ---- */

/* telegram_method(turn, name): the address of a method, with the bot's token in it. */
str telegram_method(const struct turn *turn, const char *name);
/* telegram_chat(turn): the chat it goes to. */
str telegram_chat(const struct turn *turn);
/* telegram_topic(turn): the topic of a group it goes to; 0: none. */
int64_t telegram_topic(const struct turn *turn);
/* telegram_message_number(id): an id of a message as the number it is; 0 when it is none. */
int64_t telegram_message_number(str id);

struct telegram_body {
    struct json_writer writer;
    struct buf out;
};
/* telegram_body_init(body, turn): an open object that names the chat; telegram_body_send ends and releases it. */
void telegram_body_init(struct telegram_body *body, const struct turn *turn);
/* telegram_body_text(body, name, value): a member that is a text. */
void telegram_body_text(struct telegram_body *body, const char *name, str value);
/* telegram_body_int(body, name, value): a member that is a number. */
void telegram_body_int(struct telegram_body *body, const char *name, int64_t value);
/* telegram_body_true(body, name): a member that is true. */
void telegram_body_true(struct telegram_body *body, const char *name);
/* telegram_body_send(body, turn, name): the request of this step: the body, to the method ${name}. */
void telegram_body_send(struct telegram_body *body, struct turn *turn, const char *name);

extern const struct stage telegram_at_bot, telegram_at_chat, telegram_at_rights;

/* ---- publishing: telegram.c ---- */

/* telegram_write_preview(body, turn): of which link a preview is shown, or of none. */
void telegram_write_preview(struct telegram_body *body, const struct turn *turn);

/* ---- what is out: telegram_after.c ---- */
extern const struct stage telegram_at_withdraw, telegram_at_edit, telegram_at_members;
