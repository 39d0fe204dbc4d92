#include "place/person.h"
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
static const struct field token_fields[] = {
    {"name", FIELD_LINE, true, 400},    {"read", FIELD_LINE, false, 8},
    {"write", FIELD_LINE, false, 8},    {"publish", FIELD_LINE, false, 8},
    {"settings", FIELD_LINE, false, 8},
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
    {METHOD_POST, "/import/:id/undo", MAY_EDIT, WAY_DATA, FORM_BODY_MAX, NO_FORM,
     handle_import_undo, "Take an import back whole"},

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
