#include "place/person.h"
#include "tactic/message.h"
#include "web/handlers.h"
#include "web/web_internal.h"

/*
 * Everything the program answers to. To add a page: a line here, its handler in web/handlers.h and a file
 * of its own. test/web/test_access.c asks each line for each role; a line it does not know fails.
 */

static const struct field sign_in_fields[] = {
    {"name", FIELD_LINE, true, 400},
    {"password", FIELD_SECRET, true, 1000},
    {"next", FIELD_LINE, false, 1024},
};
static const struct field password_fields[] = {
    {"name", FIELD_LINE, false, 400},
    {"password", FIELD_SECRET, false, 1000},
    {"again", FIELD_SECRET, false, 1000},
};
static const struct field language_fields[] = {
    {"lang", FIELD_LINE, true, 5},
    {"back", FIELD_LINE, false, 1024},
};
static const struct field settings_fields[] = {
    {"name", FIELD_LINE, true, 800},       {"zone", FIELD_LINE, true, 64},
    {"lang", FIELD_LINE, true, 5},         {"currency", FIELD_LINE, true, 3},
    {"first_weekday", FIELD_INT, true, 7},
};

static const struct field import_fields[] = {
    {"file", FIELD_FILE, false, INT64_MAX},
};
static const struct field mapping_fields[] = {
    {"column-#", FIELD_LINE, false, 64},      {"channel", FIELD_LINE, false, 24},
    {"channel_name", FIELD_LINE, false, 800}, {"network", FIELD_LINE, false, 32},
    {"dates", FIELD_LINE, false, 8},          {"decimal", FIELD_LINE, false, 8},
};
static const struct field undo_fields[] = {
    {"back", FIELD_LINE, false, 64}, /* the key of another import */
};
static const struct field token_fields[] = {
    {"name", FIELD_LINE, true, 400},    {"read", FIELD_LINE, false, 8},
    {"write", FIELD_LINE, false, 8},    {"publish", FIELD_LINE, false, 8},
    {"settings", FIELD_LINE, false, 8},
};
/* A post: its texts are kept whole up to what the data takes (tactic/post.h); beyond, the page says so. */
static const struct field compose_fields[] = {
    {"key", FIELD_LINE, false, 64},
    {"revision", FIELD_INT, false, INT64_MAX},
    {"act", FIELD_LINE, false, 16},
    {"remove", FIELD_INT, false, 1000},
    {"up", FIELD_INT, false, 1000},
    {"down", FIELD_INT, false, 1000},
    {"title", FIELD_LINE, false, 2000},
    {"text", FIELD_TEXT, false, POST_BODY_MAX},
    {"link", FIELD_LINE, false, POST_ADDRESS_MAX},
    {"tactic", FIELD_INT, false, INT64_MAX},
    {"objective", FIELD_INT, false, INT64_MAX},
    {"intent", FIELD_LINE, false, 16},
    {"format", FIELD_LINE, false, POST_LABEL_MAX},
    {"topic", FIELD_LINE, false, POST_LABEL_MAX},
    {"tags", FIELD_LINE, false, POST_HASHTAGS_MAX},
    {"warning", FIELD_LINE, false, POST_ADDRESS_MAX},
    {"visibility", FIELD_LINE, false, 16},
    {"when", FIELD_LINE, false, 8},
    {"day", FIELD_LINE, false, 16},
    {"time", FIELD_LINE, false, 16},
    {"queue", FIELD_LINE, false, POST_LABEL_MAX},
    {"channel-#", FIELD_INT, false, INT64_MAX},
    {"to-#", FIELD_LINE, false, 8},
    {"own-#", FIELD_TEXT, false, POST_BODY_MAX},
    {"picture-#", FIELD_INT, false, INT64_MAX},
    {"alt-#", FIELD_TEXT, false, MESSAGE_ALT_MAX},
    {"file", FIELD_FILES, false, BODY_FILES_MAX},
};
static const struct field notices_mail_fields[] = {
    {"server", FIELD_LINE, false, 253},      {"port", FIELD_LINE, false, 5},
    {"tls", FIELD_LINE, false, 16},          {"user", FIELD_LINE, false, 254},
    {"password", FIELD_SECRET, false, 1024}, {"from", FIELD_LINE, false, 254},
    {"to", FIELD_LINE, false, 8192},         {"lang", FIELD_LINE, false, 5},
    {"pages", FIELD_LINE, false, 500},
};
static const struct field notices_webhook_fields[] = {
    {"url", FIELD_SECRET, false, 2048},
    {"key", FIELD_SECRET, false, 1024},
    {"lang", FIELD_LINE, false, 5},
    {"pages", FIELD_LINE, false, 500},
};
static const struct field run_fields[] = {
    {"outcome", FIELD_LINE, false, 64},
};

static const struct field channel_fields[] = {
    {"network", FIELD_LINE, true, 32},
    {"name", FIELD_LINE, true, 3200},
    {"handle", FIELD_LINE, false, 300},
};
static const struct field rename_fields[] = {
    {"name", FIELD_LINE, true, 3200},
    {"revision", FIELD_INT, false, INT64_MAX},
};
static const struct field away_fields[] = {
    {"waiting", FIELD_LINE, false, 8},
};
/* The names of all drivers' fields (channel/driver.h); which of them count, the driver says. */
static const struct field connect_fields[] = {
    {"way", FIELD_LINE, false, 32},         {"server", FIELD_LINE, false, 2048},
    {"user", FIELD_LINE, false, 2048},      {"password", FIELD_SECRET, false, 2048},
    {"token", FIELD_SECRET, false, 2048},   {"key", FIELD_SECRET, false, 2048},
    {"webhook", FIELD_SECRET, false, 2048},
};
static const struct field back_fields[] = {
    {"back", FIELD_LINE, true, 8000}, /* an address is 8192 bytes at most */
};
static const struct field host_fields[] = {
    {"host", FIELD_LINE, true, 260},
};
static const struct field act_fields[] = {
    {"back", FIELD_LINE, false, 400},
};
static const struct field time_fields[] = {
    {"at", FIELD_LINE, false, 100},
    {"back", FIELD_LINE, false, 400},
};
static const struct field resolve_fields[] = {
    {"as", FIELD_LINE, true, 8},
    {"address", FIELD_LINE, false, 2000},
    {"back", FIELD_LINE, false, 400},
};
static const struct field own_text_fields[] = {
    {"text", FIELD_TEXT, true, POST_BODY_MAX},
    {"revision", FIELD_INT, false, INT64_MAX},
};
static const struct field slot_fields[] = {
    {"day-#", FIELD_LINE, false, 4},
    {"time", FIELD_LINE, false, 8},
    {"queue", FIELD_LINE, false, 200},
    {"channel", FIELD_LINE, false, 24},
};
static const struct field repeat_fields[] = {
    {"delivery", FIELD_LINE, true, 24},   {"rule", FIELD_LINE, false, 200},
    {"words", FIELD_LINE, false, 200},    {"at", FIELD_LINE, true, 100},
    {"until", FIELD_LINE, false, 24},     {"times", FIELD_INT, false, 9999},
    {"cooldown", FIELD_INT, false, 3650},
};
static const struct field stand_still_fields[] = {
    {"paused", FIELD_INT, true, 1},
};
static const struct field end_fields[] = {
    {"queue", FIELD_LINE, false, 8},
};
static const struct field pause_fields[] = {
    {"queue", FIELD_LINE, false, 200},
    {"paused", FIELD_INT, true, 1},
};

#define NO_FORM        \
    {                  \
        NULL, 0, false \
    }
#define SHOWS_PROBLEMS(fields) \
    {                          \
        FORM(fields), true     \
    }
#define PLAIN(fields)       \
    {                       \
        FORM(fields), false \
    }

const struct route routes[] = {
    {METHOD_GET, "/healthz", MAY_ANYONE, WAY_OWN, 0, NO_FORM, handle_health,
     "Whether the program and its data answer"},
    {METHOD_GET, "/asset/:hash/:name", MAY_ANYONE, WAY_BARE, 0, NO_FORM, handle_asset,
     "Style sheets, scripts, pictures of the program itself"},

    {METHOD_GET, "/sign-in", MAY_ANYONE, WAY_DATA, 0, NO_FORM, handle_sign_in_page, "Sign in"},
    {METHOD_POST, "/sign-in", MAY_ANYONE, WAY_OWN, FORM_BODY_MAX,
     SHOWS_PROBLEMS(sign_in_fields), handle_sign_in, "Sign in"},
    {METHOD_POST, "/sign-out", MAY_ANYONE, WAY_DATA, FORM_BODY_MAX, NO_FORM, handle_sign_out,
     "Sign out"},
    {METHOD_GET, "/link/:token", MAY_ANYONE, WAY_DATA, 0, NO_FORM, handle_link_page,
     "A one-time link: shows a button"},
    {METHOD_POST, "/link/:token", MAY_ANYONE, WAY_DATA, FORM_BODY_MAX, NO_FORM, handle_link,
     "Come in by a one-time link"},
    {METHOD_GET, "/password", MAY_READ, WAY_DATA, 0, NO_FORM, handle_password_page,
     "Choose a password"},
    {METHOD_POST, "/password", MAY_READ, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(password_fields), handle_password, "Choose a password"},
    {METHOD_POST, "/language", MAY_ANYONE, WAY_DATA, FORM_BODY_MAX, PLAIN(language_fields),
     handle_language, "Change the language of the pages"},

    {METHOD_GET, "/", MAY_READ, WAY_DATA, 0, NO_FORM, handle_today, "What is known today"},
    {METHOD_GET, "/compose", MAY_EDIT, WAY_DATA, 0, NO_FORM, handle_compose_page,
     "Write a post"},
    {METHOD_POST, "/compose", MAY_EDIT, WAY_DATA, COMPOSE_BODY_MAX,
     SHOWS_PROBLEMS(compose_fields), handle_compose, "Keep, check or plan a new post"},
    {METHOD_POST, "/compose/count", MAY_EDIT, WAY_OWN, COMPOSE_TEXT_MAX,
     SHOWS_PROBLEMS(compose_fields), handle_compose_count,
     "How long a text is on each channel, as JSON; writes nothing"},
    {METHOD_POST, "/compose/draft", MAY_EDIT, WAY_DATA, COMPOSE_TEXT_MAX,
     SHOWS_PROBLEMS(compose_fields), handle_compose_draft,
     "Keep a new draft by itself, as JSON"},
    {METHOD_GET, "/message/:id", MAY_READ, WAY_DATA, 0, NO_FORM, handle_message_page,
     "A post that was composed"},
    {METHOD_POST, "/message/:id", MAY_EDIT, WAY_DATA, COMPOSE_BODY_MAX,
     SHOWS_PROBLEMS(compose_fields), handle_message, "Change, check or plan it"},
    {METHOD_POST, "/message/:id/draft", MAY_EDIT, WAY_DATA, COMPOSE_TEXT_MAX,
     SHOWS_PROBLEMS(compose_fields), handle_message_draft,
     "Keep what is typed by itself, as JSON"},
    {METHOD_GET, "/media/:id/picture", MAY_READ, WAY_DATA, 0, NO_FORM, handle_media_picture,
     "A stored picture"},
    {METHOD_GET, "/results", MAY_READ, WAY_DATA, 0, NO_FORM, handle_results_page,
     "Posts and what they brought"},
    {METHOD_GET, "/results.csv", MAY_READ, WAY_DATA, 0, NO_FORM, handle_results_csv,
     "The same as CSV"},
    {METHOD_GET, "/post/:id", MAY_READ, WAY_DATA, 0, NO_FORM, handle_post_page,
     "One post with all its numbers"},
    {METHOD_GET, "/learning", MAY_READ, WAY_DATA, 0, NO_FORM, handle_learning_page,
     "What works, and how sure that is"},
    {METHOD_GET, "/learning/progress", MAY_READ, WAY_DATA, 0, NO_FORM, handle_learning_progress,
     "How far the computation is, as JSON"},
    {METHOD_POST, "/learning/run", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, PLAIN(run_fields),
     handle_learning_run, "Start the computation"},
    {METHOD_GET, "/import", MAY_READ, WAY_DATA, 0, NO_FORM, handle_imports_page,
     "Bring in a file; past imports"},
    {METHOD_POST, "/import", MAY_EDIT, WAY_DATA, UPLOAD_MAX, SHOWS_PROBLEMS(import_fields),
     handle_import_upload, "Upload a file for a dry run"},
    {METHOD_POST, "/import/demo", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_import_demo, "A dry run of the demo data"},
    {METHOD_GET, "/import/:key", MAY_READ, WAY_DATA, 0, NO_FORM, handle_import_page,
     "A dry run, or a past import"},
    {METHOD_GET, "/import/:key/refused.csv", MAY_READ, WAY_DATA, 0, NO_FORM,
     handle_import_refused, "The refused rows as CSV"},
    {METHOD_POST, "/import/:key/mapping", MAY_EDIT, WAY_DATA, FORM_BODY_MAX,
     PLAIN(mapping_fields), handle_import_mapping, "Say what the columns mean"},
    {METHOD_POST, "/import/:key/apply", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_import_apply, "Take the file in"},
    {METHOD_POST, "/import/:id/undo", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, PLAIN(undo_fields),
     handle_import_undo, "Take an import back whole"},

    {METHOD_GET, "/channels", MAY_READ, WAY_DATA, 0, NO_FORM, handle_channels_page,
     "All channels and how their connections are"},
    {METHOD_POST, "/channels", MAY_EDIT, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(channel_fields), handle_channel_add, "Add a channel"},
    {METHOD_POST, "/channels/hosts", MAY_OWN, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(host_fields), handle_host_allow, "Allow a private host to be reached"},
    {METHOD_POST, "/channels/hosts/forbid", MAY_OWN, WAY_DATA, FORM_BODY_MAX,
     PLAIN(host_fields), handle_host_forbid, "Forbid it again"},
    {METHOD_GET, "/channel/:id", MAY_READ, WAY_DATA, 0, NO_FORM, handle_channel_page,
     "One channel: its connection, and how to make it"},
    {METHOD_GET, "/channel/:id/answer", MAY_READ, WAY_DATA, 0, NO_FORM, handle_channel_answer,
     "Whether the last question to the account is answered, as JSON"},
    {METHOD_GET, "/channel/:id/connected", MAY_EDIT, WAY_DATA, 0, NO_FORM,
     handle_channel_connected, "Where a network sends back to: shows a button"},
    {METHOD_POST, "/channel/:id/connect", MAY_EDIT, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(connect_fields), handle_channel_connect,
     "Keep the credentials, and ask whether they work"},
    {METHOD_POST, "/channel/:id/authorize", MAY_EDIT, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(connect_fields), handle_channel_authorize,
     "Ask the network where to agree"},
    {METHOD_POST, "/channel/:id/finish", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, PLAIN(back_fields),
     handle_channel_finish, "Hand over what came back from the network"},
    {METHOD_POST, "/channel/:id/verify", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_channel_verify, "Ask the account whether it works"},
    {METHOD_POST, "/channel/:id/rename", MAY_EDIT, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(rename_fields), handle_channel_rename, "Give it another name"},
    {METHOD_POST, "/channel/:id/archive", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, PLAIN(away_fields),
     handle_channel_away, "Put it away"},
    {METHOD_POST, "/channel/:id/restore", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_channel_restore, "Bring it back"},
    {METHOD_POST, "/channel/:id/disconnect", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_channel_disconnect, "Forget the credentials"},

    {METHOD_GET, "/settings", MAY_OWN, WAY_DATA, 0, NO_FORM, handle_settings_page,
     "Name, time zone, language, currency of the workspace"},
    {METHOD_POST, "/settings", MAY_OWN, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(settings_fields), handle_settings, "Save the settings"},
    {METHOD_GET, "/settings/tokens", MAY_OWN, WAY_DATA, 0, NO_FORM, handle_tokens_page,
     "The tokens programs come in with"},
    {METHOD_POST, "/settings/tokens", MAY_OWN, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(token_fields), handle_token_add, "Make a token; it is shown once"},
    {METHOD_POST, "/settings/tokens/:id/revoke", MAY_OWN, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_token_revoke, "Revoke a token"},

    {METHOD_GET, "/queue", MAY_READ, WAY_DATA, 0, NO_FORM, handle_queue_page,
     "What goes out, and what needs somebody"},
    {METHOD_POST, "/queue/hold", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, NO_FORM, handle_queue_hold,
     "Send nothing until somebody says so"},
    {METHOD_POST, "/queue/release", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_queue_release, "Send what is due again"},
    {METHOD_GET, "/delivery/:id", MAY_READ, WAY_DATA, 0, NO_FORM, handle_delivery_page,
     "One delivery with every request that was made for it"},
    {METHOD_POST, "/delivery/:id/move", MAY_EDIT, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(time_fields), handle_delivery_move, "Give it another time"},
    {METHOD_POST, "/delivery/:id/hold", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, PLAIN(act_fields),
     handle_delivery_hold, "Keep it back"},
    {METHOD_POST, "/delivery/:id/release", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, PLAIN(act_fields),
     handle_delivery_release, "Let it go out"},
    {METHOD_POST, "/delivery/:id/cancel", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, PLAIN(act_fields),
     handle_delivery_cancel, "Take it out of the plan"},
    {METHOD_POST, "/delivery/:id/plan", MAY_EDIT, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(time_fields), handle_delivery_plan, "Plan a cancelled one again"},
    {METHOD_POST, "/delivery/:id/text", MAY_EDIT, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(own_text_fields), handle_delivery_text,
     "Change its text for its channel alone"},
    {METHOD_POST, "/delivery/:id/resolve", MAY_EDIT, WAY_DATA, FORM_BODY_MAX,
     PLAIN(resolve_fields), handle_delivery_resolve, "Say what became of one that may be live"},
    {METHOD_GET, "/slots", MAY_READ, WAY_DATA, 0, NO_FORM, handle_slots_page,
     "The standing times of the channels and queues"},
    {METHOD_POST, "/slots", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, SHOWS_PROBLEMS(slot_fields),
     handle_slot_add, "Add times to a week"},
    {METHOD_POST, "/slots/:id/remove", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_slot_remove, "Take a time out of the week"},
    {METHOD_POST, "/slots/pause", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, PLAIN(pause_fields),
     handle_slot_pause, "Let a queue stand still, or go on"},
    {METHOD_GET, "/repeats", MAY_READ, WAY_DATA, 0, NO_FORM, handle_repeats_page,
     "The posts that come again"},
    {METHOD_POST, "/repeats", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, SHOWS_PROBLEMS(repeat_fields),
     handle_repeat_add, "Let a post come again"},
    {METHOD_POST, "/repeats/:id/skip", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_repeat_skip, "Leave out the next one"},
    {METHOD_POST, "/repeats/:id/pause", MAY_EDIT, WAY_DATA, FORM_BODY_MAX,
     PLAIN(stand_still_fields), handle_repeat_pause, "Let it stand still, or go on"},
    {METHOD_POST, "/repeats/:id/end", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, PLAIN(end_fields),
     handle_repeat_end, "Nothing more of it"},
    {METHOD_GET, "/settings/notices", MAY_OWN, WAY_DATA, 0, NO_FORM, handle_notices_page,
     "Who is told of what needs a person, and how"},
    {METHOD_POST, "/settings/notices/mail", MAY_OWN, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(notices_mail_fields), handle_notices_mail, "Set up notices by mail"},
    {METHOD_POST, "/settings/notices/webhook", MAY_OWN, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(notices_webhook_fields), handle_notices_webhook,
     "Set up notices through a webhook"},
    {METHOD_POST, "/settings/notices/mail/off", MAY_OWN, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_notices_mail_off, "No more notices by mail"},
    {METHOD_POST, "/settings/notices/webhook/off", MAY_OWN, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_notices_webhook_off, "No more notices through the webhook"},
    {METHOD_POST, "/settings/notices/mail/test", MAY_OWN, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_notices_mail_test, "Have the worker send a test by mail"},
    {METHOD_POST, "/settings/notices/webhook/test", MAY_OWN, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_notices_webhook_test, "Have the worker send a test to the webhook"},
};
const ptrdiff_t routes_n = (ptrdiff_t)(sizeof routes / sizeof *routes);
