#include "base/translate.h"
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
     N_("Whether the program and its data answer")},
    {METHOD_GET, "/asset/:hash/:name", MAY_ANYONE, WAY_BARE, 0, NO_FORM, handle_asset,
     N_("Style sheets, scripts, pictures of the program itself")},

    {METHOD_GET, "/sign-in", MAY_ANYONE, WAY_DATA, 0, NO_FORM, handle_sign_in_page,
     N_("Sign in")},
    {METHOD_POST, "/sign-in", MAY_ANYONE, WAY_OWN, FORM_BODY_MAX,
     SHOWS_PROBLEMS(sign_in_fields), handle_sign_in, N_("Sign in")},
    {METHOD_POST, "/sign-out", MAY_ANYONE, WAY_DATA, FORM_BODY_MAX, NO_FORM, handle_sign_out,
     N_("Sign out")},
    {METHOD_GET, "/link/:token", MAY_ANYONE, WAY_DATA, 0, NO_FORM, handle_link_page,
     N_("A one-time link: shows a button")},
    {METHOD_POST, "/link/:token", MAY_ANYONE, WAY_DATA, FORM_BODY_MAX, NO_FORM, handle_link,
     N_("Come in by a one-time link")},
    {METHOD_GET, "/password", MAY_READ, WAY_DATA, 0, NO_FORM, handle_password_page,
     N_("Choose a password")},
    {METHOD_POST, "/password", MAY_READ, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(password_fields), handle_password, N_("Choose a password")},
    {METHOD_POST, "/language", MAY_ANYONE, WAY_DATA, FORM_BODY_MAX, PLAIN(language_fields),
     handle_language, N_("Change the language of the pages")},

    {METHOD_GET, "/settings", MAY_OWN, WAY_DATA, 0, NO_FORM, handle_settings_page,
     N_("Name, time zone, language, currency of the workspace")},
    {METHOD_POST, "/settings", MAY_OWN, WAY_DATA, FORM_BODY_MAX,
     SHOWS_PROBLEMS(settings_fields), handle_settings, N_("Save the settings")},
};
const ptrdiff_t routes_n = (ptrdiff_t)(sizeof routes / sizeof *routes);
