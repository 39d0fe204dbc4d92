#include "place/media.h"
#include "web/api_handlers.h"
#include "web/api_objects.h"

/*
 * The API's addresses. A row without scopes is open to nobody. test/web/test_api.c asks each row with each scope, and
 * walks the document that is made of it.
 */
#define NO_FORM        \
    {                  \
        NULL, 0, false \
    }
#define ROW(method_, pattern_, right_, body_, handler_, help_) \
    .route = {METHOD_##method_,                                \
              "/api/v1/" pattern_,                             \
              right_,                                          \
              WAY_DATA,                                        \
              body_,                                           \
              NO_FORM,                                         \
              handler_,                                        \
              help_}
#define JSON(object) .takes = (&(object))
#define GIVES(status_, object) .status = (status_), .gives = &(object)
#define QUERY(array) .query = (array), .query_n = (int32_t)(sizeof(array) / sizeof *(array))

/* clang-format off: one parameter a line */
#define PAGING                                                 \
    {.name = "cursor",                                         \
     .type = API_TEXT,                                         \
     .max = 64,                                                \
     .about = "The “next” of the answer before."},             \
    {                                                          \
        .name = "limit", .type = API_INT, .max = API_PAGE_MAX, \
        .about = "How many, 1 to 200; default 50."             \
    }
static const struct api_field page_query[] = {PAGING};
static const struct api_field result_query[] = {
    PAGING,
    {.name = "channel", .type = API_INT, .about = "Only of this channel."},
    {.name = "tactic", .type = API_INT, .about = "Only of this tactic; 0: those without one."},
    {.name = "format", .type = API_TEXT, .max = 200, .about = "Only of this format."},
    {.name = "intent",
     .type = API_WORD,
     .words = "planned|explore|adhoc|unknown",
     .about = "Only with this intent."},
    {.name = "from", .type = API_TIME, .about = "Published at or after."},
    {.name = "before", .type = API_TIME, .about = "Published before."},
    {.name = "search",
     .type = API_TEXT,
     .max = 200,
     .about = "Only with this in title or text."},
    {.name = "order",
     .type = API_WORD,
     .words = "newest|oldest|most",
     .about = "Default: newest."},
    {.name = "metric",
     .type = API_TEXT,
     .max = 60,
     .about = "What order=most goes by; default: interactions."},
};
static const struct api_field effects_query[] = {
    {.name = "metric",
     .type = API_TEXT,
     .max = 60,
     .about = "The result that counts; default: interactions."},
};
static const struct api_field delivery_query[] = {
    PAGING,
    {.name = "post", .type = API_INT, .about = "Only of this post."},
    {.name = "channel", .type = API_INT, .about = "Only to this channel."},
    {.name = "which",
     .type = API_WORD,
     .words = "open|finished|needs_person",
     .about = "Default: all."},
    {.name = "from", .type = API_TIME, .about = "Due at or after."},
    {.name = "until", .type = API_TIME, .about = "Due before."},
};
static const struct api_field media_query[] = {
    {.name = "name", .type = API_TEXT, .max = MEDIA_NAME_MAX, .about = "What it is called."},
    {.name = "alt", .type = API_TEXT, .max = 4000, .about = "What it shows."},
};

static const struct api_field incident_query[] = {
    {.name = "which",
     .type = API_WORD,
     .words = "open|all",
     .about = "all: those that are over too. Default: open."},
};

static const struct api_field away_query[] = {
    {.name = "waiting",
     .type = API_WORD,
     .words = "hold|cancel",
     .about = "What becomes of the posts that are planned there."},
};

const struct api_route api_routes[] = {
    {ROW(GET, "openapi.json", MAY_ANYONE, 0, handle_api_openapi, "This document"), .open = true,
     .status = 200},
    {ROW(GET, "workspace", MAY_READ, 0, handle_api_workspace, "The workspace"),
     .scopes = SCOPE_READ, GIVES(200, api_workspace)},
    {ROW(PATCH, "workspace", MAY_OWN, API_BODY_MAX, handle_api_workspace_change,
         "Change the workspace"),
     .scopes = SCOPE_SETTINGS, JSON(api_workspace_change), GIVES(200, api_workspace)},

    {ROW(GET, "channels", MAY_READ, 0, handle_api_channels, "The channels in use"),
     .scopes = SCOPE_READ, GIVES(200, api_channel_list)},
    {ROW(POST, "channels", MAY_EDIT, API_BODY_MAX, handle_api_channel_add, "Add a channel"),
     .scopes = SCOPE_WRITE, JSON(api_channel_new), GIVES(201, api_channel)},
    {ROW(GET, "channels/:id", MAY_READ, 0, handle_api_channel, "One channel"),
     .scopes = SCOPE_READ, GIVES(200, api_channel)},
    {ROW(PATCH, "channels/:id", MAY_EDIT, API_BODY_MAX, handle_api_channel_change,
         "Change a channel"),
     .scopes = SCOPE_WRITE, JSON(api_channel_change), GIVES(200, api_channel)},
    {ROW(DELETE, "channels/:id", MAY_EDIT, 0, handle_api_channel_archive,
         "Put a channel away; its history stays. 409 while posts are planned there and the "
         "question does not say what becomes of them"),
     .scopes = SCOPE_WRITE, GIVES(200, api_channel), QUERY(away_query)},
    {ROW(POST, "channels/:id/restore", MAY_EDIT, API_BODY_MAX, handle_api_channel_restore,
         "Bring a channel back"),
     .scopes = SCOPE_WRITE, JSON(api_nothing), GIVES(200, api_channel)},

    {ROW(GET, "tactics", MAY_READ, 0, handle_api_tactics, "The tactics in use"),
     .scopes = SCOPE_READ, GIVES(200, api_tactic_list)},
    {ROW(POST, "tactics", MAY_EDIT, API_BODY_MAX, handle_api_tactic_add, "Add a tactic"),
     .scopes = SCOPE_WRITE, JSON(api_tactic_new), GIVES(201, api_tactic)},
    {ROW(GET, "tactics/:id", MAY_READ, 0, handle_api_tactic, "One tactic"),
     .scopes = SCOPE_READ, GIVES(200, api_tactic)},
    {ROW(PATCH, "tactics/:id", MAY_EDIT, API_BODY_MAX, handle_api_tactic_change,
         "Change a tactic"),
     .scopes = SCOPE_WRITE, JSON(api_tactic_change), GIVES(200, api_tactic)},
    {ROW(DELETE, "tactics/:id", MAY_EDIT, 0, handle_api_tactic_archive,
         "Retire a tactic; its posts stay"),
     .scopes = SCOPE_WRITE, GIVES(200, api_tactic)},

    {ROW(GET, "objectives", MAY_READ, 0, handle_api_objectives, "The objectives in use"),
     .scopes = SCOPE_READ, GIVES(200, api_objective_list)},
    {ROW(POST, "objectives", MAY_EDIT, API_BODY_MAX, handle_api_objective_add,
         "Add an objective"),
     .scopes = SCOPE_WRITE, JSON(api_objective_new), GIVES(201, api_objective)},
    {ROW(GET, "objectives/:id", MAY_READ, 0, handle_api_objective, "One objective"),
     .scopes = SCOPE_READ, GIVES(200, api_objective)},
    {ROW(PATCH, "objectives/:id", MAY_EDIT, API_BODY_MAX, handle_api_objective_change,
         "Change an objective"),
     .scopes = SCOPE_WRITE, JSON(api_objective_change), GIVES(200, api_objective)},
    {ROW(DELETE, "objectives/:id", MAY_EDIT, 0, handle_api_objective_archive,
         "Put an objective away"),
     .scopes = SCOPE_WRITE, GIVES(200, api_objective)},

    {ROW(GET, "results", MAY_READ, 0, handle_api_results,
         "Posts as they went out, with what they brought"),
     .scopes = SCOPE_READ, GIVES(200, api_result_list), QUERY(result_query)},
    {ROW(GET, "results/:id", MAY_READ, 0, handle_api_result,
         "One of them with all its numbers"),
     .scopes = SCOPE_READ, GIVES(200, api_result_whole)},

    {ROW(GET, "imports", MAY_READ, 0, handle_api_imports, "Files that were taken in"),
     .scopes = SCOPE_READ, GIVES(200, api_import_list), QUERY(page_query)},
    {ROW(GET, "imports/:id", MAY_READ, 0, handle_api_import, "One of them"),
     .scopes = SCOPE_READ, GIVES(200, api_import)},
    {ROW(POST, "imports/:id/undo", MAY_EDIT, API_BODY_MAX, handle_api_import_undo,
         "Take an import back whole"),
     .scopes = SCOPE_WRITE, JSON(api_nothing), GIVES(200, api_import_undone)},

    {ROW(GET, "effects", MAY_READ, 0, handle_api_effects,
         "The last computed answer to what works"),
     .scopes = SCOPE_READ, GIVES(200, api_effects), QUERY(effects_query)},

    {ROW(GET, "tokens", MAY_OWN, 0, handle_api_tokens, "The tokens programs come in with"),
     .scopes = SCOPE_SETTINGS, GIVES(200, api_token_list)},
    {ROW(POST, "tokens", MAY_OWN, API_BODY_MAX, handle_api_token_add,
         "Make a token; it is told once"),
     .scopes = SCOPE_SETTINGS, JSON(api_token_new), GIVES(201, api_token_made)},
    {ROW(DELETE, "tokens/:id", MAY_OWN, 0, handle_api_token_revoke, "Revoke a token, at once"),
     .scopes = SCOPE_SETTINGS, GIVES(200, api_token_list)},

    {ROW(GET, "posts", MAY_READ, 0, handle_api_posts, "The posts, newest first"),
     .scopes = SCOPE_READ, GIVES(200, api_post_list), QUERY(page_query)},
    {ROW(POST, "posts", MAY_EDIT, API_BODY_MAX, handle_api_post_add,
         "Compose a post: a draft, or one that goes out"),
     .scopes = SCOPE_WRITE, JSON(api_post_new), GIVES(201, api_post)},
    {ROW(GET, "posts/:id", MAY_READ, 0, handle_api_post, "One post with its deliveries"),
     .scopes = SCOPE_READ, GIVES(200, api_post)},
    {ROW(PATCH, "posts/:id", MAY_EDIT, API_BODY_MAX, handle_api_post_change,
         "Change a post that is not being sent"),
     .scopes = SCOPE_WRITE, JSON(api_post_change), GIVES(200, api_post)},
    {ROW(DELETE, "posts/:id", MAY_EDIT, 0, handle_api_post_cancel,
         "Cancel a post: what has not gone out does not go out"),
     .scopes = SCOPE_WRITE, GIVES(200, api_post)},

    {ROW(GET, "deliveries", MAY_READ, 0, handle_api_deliveries, "What goes out, and what went"),
     .scopes = SCOPE_READ, GIVES(200, api_delivery_list), QUERY(delivery_query)},
    {ROW(GET, "deliveries/:id", MAY_READ, 0, handle_api_delivery,
         "One delivery with every attempt"),
     .scopes = SCOPE_READ, GIVES(200, api_delivery_whole)},
    {ROW(POST, "deliveries/:id/hold", MAY_EDIT, API_BODY_MAX, handle_api_delivery_hold,
         "Keep it back"),
     .scopes = SCOPE_WRITE, JSON(api_nothing), GIVES(200, api_delivery)},
    {ROW(POST, "deliveries/:id/cancel", MAY_EDIT, API_BODY_MAX, handle_api_delivery_cancel,
         "Take it out of the plan"),
     .scopes = SCOPE_WRITE, JSON(api_nothing), GIVES(200, api_delivery)},
    {ROW(POST, "deliveries/:id/release", MAY_EDIT, API_BODY_MAX, handle_api_delivery_release,
         "Let it go out; one that was cancelled and never sent is planned again, and the new "
         "delivery is given"),
     .scopes = SCOPE_PUBLISH, JSON(api_delivery_release), GIVES(200, api_delivery)},
    {ROW(POST, "deliveries/:id/move", MAY_EDIT, API_BODY_MAX, handle_api_delivery_move,
         "Give it another time; one that was cancelled and never sent is planned again, and "
         "the "
         "new delivery is given"),
     .scopes = SCOPE_PUBLISH, JSON(api_delivery_move), GIVES(200, api_delivery)},
    {ROW(POST, "deliveries/:id/resolve", MAY_EDIT, API_BODY_MAX, handle_api_delivery_resolve,
         "Say what became of one that may be live"),
     .scopes = SCOPE_PUBLISH, JSON(api_delivery_resolve), GIVES(200, api_delivery)},

    {ROW(GET, "media", MAY_READ, 0, handle_api_media_list, "Pictures and films"),
     .scopes = SCOPE_READ, GIVES(200, api_media_list)},
    {ROW(POST, "media", MAY_EDIT, MEDIA_BYTES_MAX, handle_api_media_add,
         "Bring in a picture or film: its bytes are the body"),
     .scopes = SCOPE_WRITE, GIVES(201, api_media), QUERY(media_query)},
    {ROW(GET, "media/:id", MAY_READ, 0, handle_api_media, "One of them"), .scopes = SCOPE_READ,
     GIVES(200, api_media)},

    {ROW(GET, "slots", MAY_READ, 0, handle_api_slots,
         "The standing appointments of the queues"),
     .scopes = SCOPE_READ, GIVES(200, api_slot_list)},
    {ROW(POST, "slots", MAY_EDIT, API_BODY_MAX, handle_api_slot_add, "Add a slot"),
     .scopes = SCOPE_WRITE, JSON(api_slot_new), GIVES(201, api_slot_list)},
    {ROW(DELETE, "slots/:id", MAY_EDIT, 0, handle_api_slot_remove,
         "Remove a slot; what was scheduled from it keeps its time"),
     .scopes = SCOPE_WRITE, GIVES(200, api_slot_list)},

    {ROW(POST, "slots/pause", MAY_EDIT, API_BODY_MAX, handle_api_slot_pause,
         "Let a queue stand still, or go on"),
     .scopes = SCOPE_WRITE, JSON(api_slot_pause), GIVES(200, api_slot_list)},

    {ROW(GET, "accounts", MAY_READ, 0, handle_api_accounts,
         "The channels' connections, without their secrets"),
     .scopes = SCOPE_READ, GIVES(200, api_account_list)},
    {ROW(GET, "accounts/:id", MAY_READ, 0, handle_api_account,
         "The connection of one channel, and what its network last answered"),
     .scopes = SCOPE_READ, GIVES(200, api_account_whole)},
    {ROW(POST, "accounts/:id/connect", MAY_EDIT, API_BODY_MAX, handle_api_account_connect,
         "Connect a channel to its network"),
     .scopes = SCOPE_SETTINGS, JSON(api_account_connect), GIVES(200, api_account_whole)},
    {ROW(POST, "accounts/:id/verify", MAY_EDIT, API_BODY_MAX, handle_api_account_verify,
         "Have the worker ask the network whether it works"),
     .scopes = SCOPE_WRITE, JSON(api_nothing), GIVES(200, api_account_whole)},
    {ROW(POST, "accounts/:id/disconnect", MAY_EDIT, API_BODY_MAX, handle_api_account_disconnect,
         "Forget the credentials; the channel and its history stay"),
     .scopes = SCOPE_SETTINGS, JSON(api_nothing), GIVES(200, api_nothing)},

    {ROW(GET, "repeats", MAY_READ, 0, handle_api_repeats,
         "Posts that come again, newest first"),
     .scopes = SCOPE_READ, GIVES(200, api_repeat_list), QUERY(page_query)},
    {ROW(POST, "repeats", MAY_EDIT, API_BODY_MAX, handle_api_repeat_add,
         "Make a post come again; its occurrences of two weeks are planned at once"),
     .scopes = SCOPE_PUBLISH, JSON(api_repeat_new), GIVES(201, api_repeat)},
    {ROW(GET, "repeats/:id", MAY_READ, 0, handle_api_repeat, "One of them"),
     .scopes = SCOPE_READ, GIVES(200, api_repeat)},
    {ROW(PATCH, "repeats/:id", MAY_EDIT, API_BODY_MAX, handle_api_repeat_change,
         "Change it; with another rule it ends and a new one takes its place, whose id is "
         "given"),
     .scopes = SCOPE_PUBLISH, JSON(api_repeat_change), GIVES(200, api_repeat)},
    {ROW(POST, "repeats/:id/skip", MAY_EDIT, API_BODY_MAX, handle_api_repeat_skip,
         "Leave out the next occurrence, or that of a day"),
     .scopes = SCOPE_WRITE, JSON(api_repeat_skip), GIVES(200, api_repeat)},
    {ROW(POST, "repeats/:id/end", MAY_EDIT, API_BODY_MAX, handle_api_repeat_end,
         "End it, and cancel what waits of it"),
     .scopes = SCOPE_WRITE, JSON(api_repeat_end), GIVES(200, api_repeat)},
    {ROW(POST, "repeats/:id/pause", MAY_EDIT, API_BODY_MAX, handle_api_repeat_pause,
         "Let it stand still"),
     .scopes = SCOPE_WRITE, JSON(api_repeat_pause), GIVES(200, api_repeat)},
    {ROW(POST, "repeats/:id/resume", MAY_EDIT, API_BODY_MAX, handle_api_repeat_resume,
         "Let it go on, with the moments to come"),
     .scopes = SCOPE_PUBLISH, JSON(api_nothing), GIVES(200, api_repeat)},

    {ROW(GET, "notices", MAY_OWN, 0, handle_api_notices,
         "How a person hears of incidents: mail and webhook, as they are set"),
     .scopes = SCOPE_SETTINGS, GIVES(200, api_notice_means_list)},
    {ROW(POST, "notices/mail", MAY_OWN, API_BODY_MAX, handle_api_notices_mail,
         "Tell incidents by mail"),
     .scopes = SCOPE_SETTINGS, JSON(api_notice_mail), GIVES(200, api_notice_means_list)},
    {ROW(DELETE, "notices/mail", MAY_OWN, 0, handle_api_notices_mail_off,
         "Stop it, and forget its secrets"),
     .scopes = SCOPE_SETTINGS, GIVES(200, api_notice_means_list)},
    {ROW(POST, "notices/mail/test", MAY_OWN, API_BODY_MAX, handle_api_notices_mail_test,
         "Have the worker send a test"),
     .scopes = SCOPE_SETTINGS, JSON(api_nothing), GIVES(200, api_notice_means_list)},
    {ROW(POST, "notices/webhook", MAY_OWN, API_BODY_MAX, handle_api_notices_webhook,
         "Tell incidents to an address of yours"),
     .scopes = SCOPE_SETTINGS, JSON(api_notice_webhook), GIVES(200, api_notice_means_list)},
    {ROW(DELETE, "notices/webhook", MAY_OWN, 0, handle_api_notices_webhook_off,
         "Stop it, and forget its secrets"),
     .scopes = SCOPE_SETTINGS, GIVES(200, api_notice_means_list)},
    {ROW(POST, "notices/webhook/test", MAY_OWN, API_BODY_MAX, handle_api_notices_webhook_test,
         "Have the worker send a test"),
     .scopes = SCOPE_SETTINGS, JSON(api_nothing), GIVES(200, api_notice_means_list)},

    {ROW(GET, "hosts", MAY_OWN, 0, handle_api_hosts, "Private hosts that may be reached"),
     .scopes = SCOPE_SETTINGS, GIVES(200, api_host_list)},
    {ROW(POST, "hosts", MAY_OWN, API_BODY_MAX, handle_api_host_allow, "Allow one private host"),
     .scopes = SCOPE_SETTINGS, JSON(api_host), GIVES(200, api_host_list)},
    {ROW(POST, "hosts/forbid", MAY_OWN, API_BODY_MAX, handle_api_host_forbid, "Take that back"),
     .scopes = SCOPE_SETTINGS, JSON(api_host), GIVES(200, api_host_list)},

    {ROW(GET, "hold", MAY_READ, 0, handle_api_hold, "Whether everything is held back"),
     .scopes = SCOPE_READ, GIVES(200, api_hold)},
    {ROW(POST, "hold", MAY_EDIT, API_BODY_MAX, handle_api_hold_set, "Hold everything back"),
     .scopes = SCOPE_WRITE, JSON(api_hold_set), GIVES(200, api_hold)},
    {ROW(DELETE, "hold", MAY_EDIT, 0, handle_api_hold_release, "Let everything go on"),
     .scopes = SCOPE_PUBLISH, GIVES(200, api_hold)},
    {ROW(GET, "incidents", MAY_READ, 0, handle_api_incidents, "What somebody should look at"),
     .scopes = SCOPE_READ, GIVES(200, api_incident_list), QUERY(incident_query)},
};
/* clang-format on */
const ptrdiff_t api_routes_n = (ptrdiff_t)(sizeof api_routes / sizeof *api_routes);
