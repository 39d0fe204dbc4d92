#include "web/api_objects.h"

#include "measure/metric.h"
#include "strategy/channel.h"
#include "strategy/objective.h"
#include "tactic/message.h"
#include "tactic/post.h"
#include "tactic/tactic.h"

/*
 * The words of the OpenAPI document are English: they are read by those who write programs. "maybe" members are always
 * there and null when nothing is known; "own" ones may be left out of a request.
 */
#define ALWAYS .always = true
#define MAYBE .always = true, .nullable = true
#define CLEAR .nullable = true /* of a request: may be left out; null takes away what was */
#define TEXT(name_, max_, about_, ...)                                                   \
    {                                                                                    \
        .name = (name_), .type = API_TEXT, .max = (max_), .about = (about_), __VA_ARGS__ \
    }
#define INT(name_, about_, ...)                                          \
    {                                                                    \
        .name = (name_), .type = API_INT, .about = (about_), __VA_ARGS__ \
    }
#define REAL(name_, about_, ...)                                          \
    {                                                                     \
        .name = (name_), .type = API_REAL, .about = (about_), __VA_ARGS__ \
    }
#define BOOL(name_, about_, ...)                                          \
    {                                                                     \
        .name = (name_), .type = API_BOOL, .about = (about_), __VA_ARGS__ \
    }
#define TIME(name_, about_, ...)                                          \
    {                                                                     \
        .name = (name_), .type = API_TIME, .about = (about_), __VA_ARGS__ \
    }
#define DAY(name_, about_, ...)                                          \
    {                                                                    \
        .name = (name_), .type = API_DAY, .about = (about_), __VA_ARGS__ \
    }
#define WORD(name_, words_, about_, ...)                                                     \
    {                                                                                        \
        .name = (name_), .type = API_WORD, .words = (words_), .about = (about_), __VA_ARGS__ \
    }
#define LIST(name_, of_, about_, ...)                                                  \
    {                                                                                  \
        .name = (name_), .type = API_LIST, .of = (of_), .about = (about_), __VA_ARGS__ \
    }
#define ITEMS(name_, item_, max_, about_, ...)                                                \
    {                                                                                         \
        .name = (name_), .type = API_LIST, .item = (item_), .max = (max_), .about = (about_), \
        __VA_ARGS__                                                                           \
    }
#define OBJECT_OF(name_, array)    \
    {                              \
        (name_), API_FIELDS(array) \
    }
#define OBJECT_LIST(variable, name_, of_)                                        \
    static const struct api_field variable##_list_fields[] = {                   \
        LIST("data", of_, "The things asked for.", ALWAYS),                      \
        TEXT("next", 0, "The cursor of the next page; null at the end.", MAYBE), \
    };                                                                           \
    const struct api_object variable##_list = OBJECT_OF(name_, variable##_list_fields)

#define NETWORK_WORDS                                                                      \
    "site|blog|newsletter|facebook|instagram|threads|x|linkedin|youtube|tiktok|pinterest|" \
    "flickr|mastodon|bluesky|reddit|telegram|wordpress|ghost|discord|webhook|manual|other"
#define KIND_WORDS                                                                     \
    "sales|leads|traffic|awareness|community|service|recruitment|reputation|research|" \
    "clearing"

#define ID INT("id", "Its number.", ALWAYS)
#define REVISION INT("revision", "Grows with each change; send it back with PATCH.", ALWAYS)
#define ARCHIVED BOOL("archived", "Whether it was put away.", ALWAYS)
#define REVISION_SENT \
    INT("revision", "The revision that is changed, unless If-Match says it.", .max = 0)

/* clang-format off: one member a line */
static const struct api_field problem_fields[] = {
    TEXT("type", 0, "A stable name of the problem: urn:propre:problem:…", ALWAYS),
    TEXT("title", 0, "The kind of problem, in the reader's language.", ALWAYS),
    INT("status", "The HTTP status.", ALWAYS),
    TEXT("detail", 0, "What is wrong here and what can be done.", ALWAYS),
    TEXT("field", 0, "The member, parameter or header that is wrong, like media[0].alt.",
         .nullable = false),
};
const struct api_object api_problem_object = OBJECT_OF("Problem", problem_fields);

const struct api_object api_nothing = {"Nothing", NULL, 0};

static const struct api_field workspace_fields[] = {
    TEXT("name", 0, "Your organisation, as it calls itself.", ALWAYS),
    TEXT("zone", 0, "IANA time zone of wall times, like Europe/Paris.", ALWAYS),
    WORD("lang", "en|fr", "Language.", ALWAYS),
    TEXT("currency", 0, "ISO 4217 code of amounts.", ALWAYS),
    INT("first_weekday", "1 is Monday, 7 is Sunday.", ALWAYS),
};
const struct api_object api_workspace = OBJECT_OF("Workspace", workspace_fields);
static const struct api_field workspace_change_fields[] = {
    TEXT("name", 800, "Your organisation, as it calls itself.", .nullable = false),
    TEXT("zone", 64, "IANA time zone, like Europe/Paris.", .nullable = false),
    WORD("lang", "en|fr", "Language.", .nullable = false),
    TEXT("currency", 3, "ISO 4217 code of amounts.", .nullable = false),
    INT("first_weekday", "1 is Monday, 7 is Sunday.", .max = 7),
};
const struct api_object api_workspace_change =
    OBJECT_OF("WorkspaceChange", workspace_change_fields);

static const struct api_field channel_fields[] = {
    ID,
    TEXT("name", 0, "What it is called here.", ALWAYS),
    WORD("network", NETWORK_WORDS, "Where it is.", ALWAYS),
    TEXT("handle", 0, "The network's own name of the account.", MAYBE),
    WORD("ownership", "owned|rented", "Owned ground, or rented.", ALWAYS),
    ARCHIVED,
    REVISION,
};
const struct api_object api_channel = OBJECT_OF("Channel", channel_fields);
OBJECT_LIST(api_channel, "ChannelList", &api_channel);
static const struct api_field channel_new_fields[] = {
    TEXT("name", 800, "What it is called here.", ALWAYS),
    WORD("network", NETWORK_WORDS, "Where it is.", ALWAYS),
    TEXT("handle", CHANNEL_HANDLE_MAX, "The network's own name of the account.", CLEAR),
    WORD("ownership", "owned|rented", "Default: as the network is.", .nullable = false),
};
const struct api_object api_channel_new = OBJECT_OF("ChannelNew", channel_new_fields);
static const struct api_field channel_change_fields[] = {
    TEXT("name", 800, "What it is called here.", .nullable = false),
    TEXT("handle", CHANNEL_HANDLE_MAX, "The network's own name of the account.", CLEAR),
    WORD("ownership", "owned|rented", "Owned ground, or rented.", .nullable = false),
    REVISION_SENT,
};
const struct api_object api_channel_change = OBJECT_OF("ChannelChange", channel_change_fields);

static const struct api_field tactic_fields[] = {
    ID,
    TEXT("name", 0, "What it is called.", ALWAYS),
    TEXT("hypothesis", 0, "What it should bring, and why.", MAYBE),
    INT("effort_minutes", "Expected work for one post.", MAYBE),
    INT("cost_minor", "Expected cost of one post, in the smallest unit of the currency.",
        MAYBE),
    TEXT("currency", 0, "ISO 4217 code of the cost.", MAYBE),
    ITEMS("objectives", API_INT, 0, "Numbers of the objectives it serves.", ALWAYS),
    INT("posts", "How many posts were made with it.", ALWAYS),
    ARCHIVED,
    REVISION,
};
const struct api_object api_tactic = OBJECT_OF("Tactic", tactic_fields);
OBJECT_LIST(api_tactic, "TacticList", &api_tactic);
static const struct api_field tactic_new_fields[] = {
    TEXT("name", 480, "What it is called.", ALWAYS),
    TEXT("hypothesis", TACTIC_HYPOTHESIS_MAX, "What it should bring, and why.", CLEAR),
    INT("effort_minutes", "Expected work for one post.", CLEAR,
        .max = TACTIC_EFFORT_MINUTES_MAX),
    INT("cost_minor",
        "Expected cost of one post, in the smallest unit of the workspace's currency.", CLEAR),
    ITEMS("objectives", API_INT, TACTIC_OBJECTIVES_MAX, "Numbers of the objectives it serves.",
          .nullable = false, .names = NAMES_OBJECTIVE),
};
const struct api_object api_tactic_new = OBJECT_OF("TacticNew", tactic_new_fields);
static const struct api_field tactic_change_fields[] = {
    TEXT("name", 480, "What it is called.", .nullable = false),
    TEXT("hypothesis", TACTIC_HYPOTHESIS_MAX, "What it should bring, and why.", CLEAR),
    INT("effort_minutes", "Expected work for one post.", CLEAR,
        .max = TACTIC_EFFORT_MINUTES_MAX),
    INT("cost_minor",
        "Expected cost of one post, in the smallest unit of the workspace's currency.", CLEAR),
    ITEMS("objectives", API_INT, TACTIC_OBJECTIVES_MAX,
          "Exactly these objectives are served from now on.", .nullable = false,
          .names = NAMES_OBJECTIVE),
    REVISION_SENT,
};
const struct api_object api_tactic_change = OBJECT_OF("TacticChange", tactic_change_fields);

static const struct api_field objective_fields[] = {
    ID,
    TEXT("name", 0, "The wanted outcome, in a sentence.", ALWAYS),
    TEXT("why", 0, "What it is good for.", MAYBE),
    WORD("kind", KIND_WORDS, "What kind of outcome.", ALWAYS),
    TEXT("metric", 0, "What is counted.", MAYBE),
    WORD("direction", "up|down|within", "Where it should go.", ALWAYS),
    REAL("baseline", "Where it stood.", MAYBE),
    REAL("target", "Where it should be at the deadline.", MAYBE),
    REAL("low", "Lower bound, for within.", MAYBE),
    REAL("high", "Upper bound, for within.", MAYBE),
    DAY("start", "First day.", MAYBE),
    DAY("deadline", "Last day.", MAYBE),
    INT("unit_value_minor", "What one unit is worth, in the smallest unit of the currency.",
        MAYBE),
    TEXT("currency", 0, "ISO 4217 code of that worth.", MAYBE),
    INT("parent", "The objective it serves.", MAYBE),
    WORD("state", "draft|active|reached|missed|dropped", "How it stands.", ALWAYS),
    TIME("created", "When it was written down.", ALWAYS),
    TIME("changed", "When it was last changed.", ALWAYS),
    ARCHIVED,
    REVISION,
};
const struct api_object api_objective = OBJECT_OF("Objective", objective_fields);
OBJECT_LIST(api_objective, "ObjectiveList", &api_objective);
#define OBJECTIVE_MEMBERS                                                                   \
    TEXT("why", OBJECTIVE_WHY_MAX, "What it is good for.", CLEAR),                          \
        TEXT("metric", OBJECTIVE_METRIC_MAX, "What is counted, like clicks.",               \
             .nullable = false),                                                            \
        WORD("direction", "up|down|within", "Where it should go; default: up.",             \
             .nullable = false),                                                            \
        REAL("baseline", "Where it stands.", CLEAR),                                        \
        REAL("target", "Where it should be at the deadline.", CLEAR),                       \
        REAL("low", "Lower bound, for within.", CLEAR),                                     \
        REAL("high", "Upper bound, for within.", CLEAR), DAY("start", "First day.", CLEAR), \
        DAY("deadline", "Last day.", CLEAR),                                                \
        INT("unit_value_minor",                                                             \
            "What one unit is worth, in the smallest unit of the workspace's currency.",    \
            CLEAR),                                                                         \
        INT("parent", "The objective it serves.", CLEAR, .names = NAMES_OBJECTIVE),         \
        WORD("state", "draft|active|reached|missed|dropped", "Default: active.",            \
             .nullable = false)
static const struct api_field objective_new_fields[] = {
    TEXT("name", 800, "The wanted outcome, in a sentence.", ALWAYS),
    WORD("kind", KIND_WORDS, "What kind of outcome.", ALWAYS),
    OBJECTIVE_MEMBERS,
};
const struct api_object api_objective_new = OBJECT_OF("ObjectiveNew", objective_new_fields);
static const struct api_field objective_change_fields[] = {
    TEXT("name", 800, "The wanted outcome, in a sentence.", .nullable = false),
    WORD("kind", KIND_WORDS, "What kind of outcome.", .nullable = false),
    OBJECTIVE_MEMBERS,
    TEXT("reason", 2000, "Why it changes: kept in its history.", .nullable = false),
    REVISION_SENT,
};
const struct api_object api_objective_change =
    OBJECT_OF("ObjectiveChange", objective_change_fields);

#define METRIC_MEMBER(word) INT(word, "The count so far; null: not known.", MAYBE)
static const struct api_field metrics_fields[] = {
    METRIC_MEMBER("followers"),    METRIC_MEMBER("reach"),       METRIC_MEMBER("impressions"),
    METRIC_MEMBER("interactions"), METRIC_MEMBER("engaged"),     METRIC_MEMBER("likes"),
    METRIC_MEMBER("comments"),     METRIC_MEMBER("shares"),      METRIC_MEMBER("saves"),
    METRIC_MEMBER("clicks"),       METRIC_MEMBER("link_clicks"), METRIC_MEMBER("video_views"),
};
_Static_assert(sizeof metrics_fields / sizeof *metrics_fields == METRIC_SLOTS_N,
               "one a metric");
const struct api_object api_metrics = OBJECT_OF("Metrics", metrics_fields);

#define RESULT_MEMBERS                                                               \
    ID, INT("channel", "Number of its channel.", ALWAYS),                            \
        INT("tactic", "Number of its tactic.", MAYBE),                               \
        TEXT("format", 0, "Like photo, video, link; lower case.", MAYBE),            \
        WORD("intent", "planned|explore|adhoc|unknown", "Why it was made.", ALWAYS), \
        TEXT("permalink", 0, "Where it can be seen.", MAYBE),                        \
        TIME("published", "When it went out.", MAYBE),                               \
        INT("paid", "1 when reach was bought, 0 when not.", MAYBE)
static const struct api_field result_fields[] = {
    RESULT_MEMBERS,
    TEXT("channel_name", 0, "What the channel is called.", MAYBE),
    WORD("network", NETWORK_WORDS, "Where it is.", ALWAYS),
    TEXT("tactic_name", 0, "What the tactic is called.", MAYBE),
    TEXT("excerpt", 0, "The start of its title or text.", MAYBE),
    TIME("taken", "When the numbers were looked at.", MAYBE),
    {.name = "metrics",
     .type = API_OBJECT,
     .of = &api_metrics,
     ALWAYS,
     .about = "Its numbers."},
};
const struct api_object api_result = OBJECT_OF("Result", result_fields);
OBJECT_LIST(api_result, "ResultList", &api_result);
static const struct api_field point_fields[] = {
    TIME("taken", "When it was looked at.", MAYBE),
    TIME("recorded", "When it was written down here.", ALWAYS),
    TEXT("metric", 0, "Our word.", ALWAYS),
    TEXT("native", 0, "The network's own name of it.", MAYBE),
    REAL("value", "The number; null: not known.", MAYBE),
    TEXT("reason", 0, "Why it is not known.", MAYBE),
    TEXT("source", 0, "Where it comes from.", MAYBE),
    INT("import", "Number of the import.", MAYBE),
};
const struct api_object api_point = OBJECT_OF("Point", point_fields);
static const struct api_field result_whole_fields[] = {
    RESULT_MEMBERS,
    TEXT("title", 0, "Its title.", MAYBE),
    TEXT("text", 0, "Its text.", MAYBE),
    TEXT("link", 0, "The address it leads to.", MAYBE),
    INT("objective", "Number of the objective it served.", MAYBE),
    LIST("points", &api_point, "Every number at every look, the latest first.", ALWAYS),
    REVISION,
};
const struct api_object api_result_whole = OBJECT_OF("ResultWhole", result_whole_fields);

static const struct api_field import_fields[] = {
    ID,
    INT("channel", "Number of the channel, when it was all of one.", MAYBE),
    TEXT("source", 0, "What kind of file it was.", MAYBE),
    TEXT("file_name", 0, "What the file was called.", MAYBE),
    TEXT("file_sha256", 0, "Hash of its bytes.", MAYBE),
    INT("file_bytes", "Its size.", ALWAYS),
    TIME("taken", "When its numbers were exported.", MAYBE),
    TIME("applied", "When it was taken in.", ALWAYS),
    INT("rows", "Lines of data.", ALWAYS),
    INT("warned", "Lines with a remark.", ALWAYS),
    INT("refused", "Lines that were not taken.", ALWAYS),
    INT("posts", "Posts it made.", ALWAYS),
    INT("points", "Numbers it brought.", ALWAYS),
    TIME("undone", "When it was taken back.", MAYBE),
};
const struct api_object api_import = OBJECT_OF("Import", import_fields);
OBJECT_LIST(api_import, "ImportList", &api_import);
static const struct api_field import_undone_fields[] = {
    INT("points", "Numbers taken out.", ALWAYS),
    INT("posts", "Posts taken out.", ALWAYS),
    INT("tactics", "Tactics taken out.", ALWAYS),
    INT("channels", "Channels taken out.", ALWAYS),
    INT("posts_kept", "Posts that later imports have numbers for.", ALWAYS),
};
const struct api_object api_import_undone = OBJECT_OF("ImportUndone", import_undone_fields);

static const struct api_field effects_fields[] = {
    TEXT("metric", 0, "The result that counts.", ALWAYS),
    TIME("computed", "When.", ALWAYS),
    BOOL("stale", "Whether its data may have changed since.", ALWAYS),
    INT("changed", "Posts made or changed since.", ALWAYS),
    {.name = "result",
     .type = API_JSON,
     ALWAYS,
     .about = "What works and how sure that is, as “propre effects --json” prints it."},
};
const struct api_object api_effects = OBJECT_OF("Effects", effects_fields);

#define SCOPE_WORDS "read|write|publish|settings"
#define TOKEN_MEMBERS                                                                      \
    ID, TEXT("name", 0, "Which program it is for.", ALWAYS),                               \
        ITEMS("scopes", API_WORD, SCOPES_N, "What it may.", ALWAYS, .words = SCOPE_WORDS), \
        TIME("created", "When it was made.", ALWAYS)
static const struct api_field token_fields[] = {
    TOKEN_MEMBERS,
    TEXT("person", 0, "Whom it acts for.", ALWAYS),
    DAY("used", "The last day it was used, in the workspace's zone.", MAYBE),
    TIME("revoked", "When it was revoked.", MAYBE),
};
const struct api_object api_token = OBJECT_OF("Token", token_fields);
OBJECT_LIST(api_token, "TokenList", &api_token);
static const struct api_field token_made_fields[] = {
    TOKEN_MEMBERS,
    TEXT("secret", 0, "The token itself. It is not kept: this is the only time it is told.",
         ALWAYS),
};
const struct api_object api_token_made = OBJECT_OF("TokenMade", token_made_fields);
static const struct api_field token_new_fields[] = {
    TEXT("name", 400, "Which program it is for.", ALWAYS),
    ITEMS("scopes", API_WORD, SCOPES_N, "What it may; no more than the token that asks.",
          ALWAYS, .words = SCOPE_WORDS),
};
const struct api_object api_token_new = OBJECT_OF("TokenNew", token_new_fields);

/* ---- acting ---- */

#define STATE_WORDS                                                                           \
    "draft|held|scheduled|claimed|sending|deferred|unknown|person|published|rejected|missed|" \
    "cancelled"
#define DELIVERY_MEMBERS                                                             \
    ID, INT("post", "Number of the post it brings out.", ALWAYS),                    \
        INT("channel", "Number of the channel.", ALWAYS),                            \
        TEXT("channel_name", 0, "What the channel is called.", MAYBE),               \
        WORD("network", NETWORK_WORDS, "Where it goes.", ALWAYS),                    \
        WORD("state", STATE_WORDS, "Where it stands.", ALWAYS),                      \
        TIME("due", "When it is to go out; null: a draft without a time.", MAYBE),   \
        TEXT("wall", 0, "The wall time that was asked for.", MAYBE),                 \
        TEXT("zone", 0, "The time zone of that wall time.", MAYBE),                  \
        TEXT("queue", 0, "The queue it came from.", MAYBE),                          \
        TIME("use_by", "After this it is not sent any more.", MAYBE),                \
        TIME("next", "When something happens next.", MAYBE),                         \
        TIME("published", "When it went out.", MAYBE),                               \
        INT("attempts", "How often it was tried.", ALWAYS),                          \
        TEXT("permalink", 0, "Where it can be seen.", MAYBE),                        \
        TEXT("remote_id", 0, "The network's number of it.", MAYBE),                  \
        TEXT("error_class", 0, "A stable word for what went wrong last.", MAYBE),    \
        TEXT("reason", 0, "What went wrong last, in the reader's language.", MAYBE), \
        TEXT("words", 0, "The network's own words for it.", MAYBE),                  \
        INT("result", "Number of its result, once it is out.", MAYBE), REVISION
static const struct api_field delivery_fields[] = {DELIVERY_MEMBERS};
const struct api_object api_delivery = OBJECT_OF("Delivery", delivery_fields);
OBJECT_LIST(api_delivery, "DeliveryList", &api_delivery);
static const struct api_field attempt_fields[] = {
    INT("number", "The first is 1.", ALWAYS),
    TEXT("step", 0, "Which step of bringing it out.", MAYBE),
    TIME("began", "When it was written down, before its first byte left.", ALWAYS),
    TIME("ended", "When it was over.", MAYBE),
    TEXT("outcome", 0, "How it ended.", MAYBE),
    INT("status", "The HTTP status; 0: none came.", ALWAYS),
    TEXT("error_class", 0, "A stable word for what went wrong.", MAYBE),
    TEXT("words", 0, "The network's own words.", MAYBE),
};
const struct api_object api_attempt = OBJECT_OF("Attempt", attempt_fields);
static const struct api_field delivery_whole_fields[] = {
    DELIVERY_MEMBERS,
    LIST("tries", &api_attempt, "Every attempt.", ALWAYS),
};
const struct api_object api_delivery_whole = OBJECT_OF("DeliveryWhole", delivery_whole_fields);
static const struct api_field delivery_move_fields[] = {
    TEXT("at", 100,
         "The new time: RFC 3339, or words like “friday 9:30” in the workspace's zone.",
         ALWAYS),
};
const struct api_object api_delivery_move = OBJECT_OF("DeliveryMove", delivery_move_fields);
static const struct api_field delivery_release_fields[] = {
    TEXT(
        "at", 100,
        "Its time, as for move; left out: the one it has. A draft whose due is null needs one.",
        .nullable = false),
    BOOL("now", "true: as soon as it can.", .nullable = false),
};
const struct api_object api_delivery_release =
    OBJECT_OF("DeliveryRelease", delivery_release_fields);
static const struct api_field delivery_resolve_fields[] = {
    WORD("as", "live|again|drop",
         "live: it was seen; again: it is not there, send it once more; drop: let it be.",
         ALWAYS),
    TEXT("permalink", POST_ADDRESS_MAX, "Where it was seen.", .nullable = false),
};
const struct api_object api_delivery_resolve =
    OBJECT_OF("DeliveryResolve", delivery_resolve_fields);

static const struct api_field post_file_fields[] = {
    INT("id", "Number of the picture or film (see media).", ALWAYS, .names = NAMES_MEDIA),
    TEXT("alt", MESSAGE_ALT_MAX, "What it shows, for those who do not see it.", CLEAR),
};
const struct api_object api_post_file = OBJECT_OF("PostFile", post_file_fields);
static const struct api_field post_variant_fields[] = {
    INT("channel", "The channel this form is for.", ALWAYS, .names = NAMES_CHANNEL),
    TEXT("title", POST_BODY_MAX, "Null: as the post has it.", CLEAR),
    TEXT("text", POST_BODY_MAX, "Null: as the post has it.", CLEAR),
    TEXT("link", POST_ADDRESS_MAX, "Null: as the post has it.", CLEAR),
    TEXT("warning", POST_LABEL_MAX, "Null: as the post has it.", CLEAR),
    TEXT("visibility", POST_LABEL_MAX, "Null: as the post has it.", CLEAR),
    TEXT("slug", POST_LABEL_MAX, "Of a blog's address.", CLEAR),
};
const struct api_object api_post_variant = OBJECT_OF("PostVariant", post_variant_fields);
#define POST_TEXTS(flag)                                                                   \
    TEXT("title", POST_BODY_MAX, "Of a blog; networks without titles ignore it.", flag),   \
        TEXT("text", POST_BODY_MAX, "A line of only --- parts a thread.", flag),           \
        TEXT("link", POST_ADDRESS_MAX, "The address it leads to.", flag),                  \
        INT("tactic", "Number of its tactic.", .names = NAMES_TACTIC, flag),               \
        INT("objective", "Number of the objective it serves.", .names = NAMES_OBJECTIVE,   \
            flag),                                                                         \
        TEXT("format", POST_LABEL_MAX, "Like photo, video, link.", flag),                  \
        TEXT("topic", POST_LABEL_MAX, "What it is about.", flag),                          \
        TEXT("warning", POST_LABEL_MAX, "A content warning.", flag),                       \
        TEXT("visibility", POST_LABEL_MAX, "Like public; null: the channel's own.", flag), \
        TEXT("tags", POST_HASHTAGS_MAX, "Separated by commas.", flag),                     \
        TEXT("categories", POST_HASHTAGS_MAX, "Separated by commas.", flag),               \
        INT("effort_minutes", "Work it took.", flag),                                      \
        TIME("use_by", "After this it is not sent any more.", flag)
#define INTENT_WORDS "planned|explore|adhoc|unknown"
static const struct api_field post_line_fields[] = {
    ID,
    TEXT("title", 0, "Its title.", MAYBE),
    TEXT("excerpt", 0, "The beginning of its text.", MAYBE),
    BOOL("archived", "Whether it was put away.", ALWAYS),
    TIME("created", "When it was begun.", ALWAYS),
    TIME("changed", "When it was last changed.", ALWAYS),
    REVISION,
};
const struct api_object api_post_line = OBJECT_OF("PostLine", post_line_fields);
OBJECT_LIST(api_post, "PostList", &api_post_line);
static const struct api_field post_fields[] = {
    ID,
    POST_TEXTS(MAYBE),
    WORD("intent", INTENT_WORDS, "Why it is made.", ALWAYS),
    LIST("media", &api_post_file, "Its pictures, in their order.", ALWAYS),
    TEXT("chosen_at", 0,
         "The wall time chosen for a draft, like 2027-03-01T09:30; nothing goes out by it.",
         MAYBE),
    TEXT("chosen_queue", 0, "The queue chosen for a draft.", MAYBE),
    LIST("variants", &api_post_variant, "Its forms for single channels.", ALWAYS),
    LIST("variants_aside", &api_post_variant,
         "Words kept for channels it does not go to any more.", ALWAYS),
    LIST("deliveries", &api_delivery, "Where and when it goes out; one a channel.", ALWAYS),
    TIME("created", "When it was written down.", ALWAYS),
    TIME("changed", "When it was last changed.", ALWAYS),
    ARCHIVED,
    REVISION,
};
const struct api_object api_post = OBJECT_OF("Post", post_fields);
#define POST_PARTS                                                                         \
    WORD("intent", INTENT_WORDS, "Default: planned with a tactic, else adhoc.",            \
         .nullable = false),                                                               \
        LIST("media", &api_post_file, "Its pictures, in their order.",                     \
             .max = MESSAGE_FILES_MAX),                                                    \
        LIST("variants", &api_post_variant, "Its forms for single channels; all of them.", \
             .max = VARIANTS_MAX)
static const struct api_field post_new_fields[] = {
    POST_TEXTS(CLEAR),
    POST_PARTS,
    ITEMS("channels", API_INT, VARIANTS_MAX, "Where it goes.", .nullable = false,
          .names = NAMES_CHANNEL),
    TEXT("at", 100,
         "When: RFC 3339, or words like “friday 9:30” in the workspace's zone. Needs the scope "
         "publish, as queue and now do.",
         .nullable = false),
    TEXT("queue", POST_LABEL_MAX,
         "At the next free slot of this queue; an empty text is the channel's own.",
         .nullable = false),
    BOOL("now", "true: as soon as it can.", .nullable = false),
    BOOL("draft",
         "true: it does not go out before somebody releases it. So it is when none of at, "
         "queue and now is sent.",
         .nullable = false),
};
const struct api_object api_post_new = OBJECT_OF("PostNew", post_new_fields);
static const struct api_field post_change_fields[] = {
    POST_TEXTS(CLEAR), POST_PARTS,
    ITEMS("channels", API_INT, VARIANTS_MAX,
          "Of a draft: all the channels it is meant for from now on.", .nullable = false,
          .names = NAMES_CHANNEL),
    REVISION_SENT};
const struct api_object api_post_change = OBJECT_OF("PostChange", post_change_fields);

static const struct api_field media_fields[] = {
    ID,
    TEXT("name", 0, "What it was called.", MAYBE),
    TEXT("mime", 0, "What its bytes are.", ALWAYS),
    TEXT("alt", 0, "What it shows.", MAYBE),
    TEXT("sha256", 0, "Hash of its bytes: the same bytes are kept once.", ALWAYS),
    INT("bytes", "Its size.", ALWAYS),
    INT("width", "In pixels; 0: not a picture.", ALWAYS),
    INT("height", "In pixels; 0: not a picture.", ALWAYS),
    TIME("created", "When it was brought in.", ALWAYS),
};
const struct api_object api_media = OBJECT_OF("Media", media_fields);
OBJECT_LIST(api_media, "MediaList", &api_media);

static const struct api_field slot_fields[] = {
    ID,
    INT("channel", "Number of the channel.", ALWAYS),
    TEXT("queue", 0, "Null: the channel's own.", MAYBE),
    INT("weekday", "1 is Monday, 7 is Sunday, 0 is every day.", ALWAYS),
    INT("hour", "Of the workspace's wall time.", ALWAYS),
    INT("minute", "Of that hour.", ALWAYS),
    BOOL("paused", "Whether its queue stands still.", ALWAYS),
};
const struct api_object api_slot = OBJECT_OF("Slot", slot_fields);
OBJECT_LIST(api_slot, "SlotList", &api_slot);
static const struct api_field slot_new_fields[] = {
    INT("channel", "Number of the channel.", ALWAYS, .names = NAMES_CHANNEL),
    TEXT("queue", POST_LABEL_MAX, "Left out: the channel's own.", .nullable = false),
    INT("weekday", "1 is Monday, 7 is Sunday, 0 is every day.", ALWAYS, .max = 7),
    INT("hour", "Of the workspace's wall time.", ALWAYS, .max = 23),
    INT("minute", "Of that hour.", ALWAYS, .max = 59),
};
const struct api_object api_slot_new = OBJECT_OF("SlotNew", slot_new_fields);
static const struct api_field slot_pause_fields[] = {
    TEXT("queue", POST_LABEL_MAX, "Left out: the channels' own.", .nullable = false),
    BOOL("paused", "true: it stands still; false: it goes on.", ALWAYS),
};
const struct api_object api_slot_pause = OBJECT_OF("SlotPause", slot_pause_fields);

static const struct api_field account_fields[] = {
    INT("channel", "Number of the channel.", ALWAYS),
    WORD("network", NETWORK_WORDS, "Where it is.", ALWAYS),
    TEXT("server", 0, "Its address.", MAYBE),
    TEXT("handle", 0, "Its name there.", MAYBE),
    WORD("state", "connected|not verified|failing|dead|by hand",
         "not verified: nobody has seen it work yet; dead: somebody must connect it again.",
         ALWAYS),
    TIME("token_expires", "When the network's token ends.", MAYBE),
    TIME("verified", "When it last answered well.", MAYBE),
    TIME("failed", "When it last did not.", MAYBE),
    INT("failures", "How often in a row.", ALWAYS),
    TEXT("error_class", 0, "A stable word for what went wrong last.", MAYBE),
    TEXT("words", 0, "The network's own words.", MAYBE),
    REVISION,
};
const struct api_object api_account = OBJECT_OF("Account", account_fields);
OBJECT_LIST(api_account, "AccountList", &api_account);

static const struct api_field account_answer_fields[] = {
    BOOL("asked", "Whether its network was asked something.", ALWAYS),
    BOOL("done", "Whether the worker has the answer.", ALWAYS),
    BOOL("good", "Whether the answer was good.", ALWAYS),
    TEXT("error_class", 0, "A stable word for what went wrong.", MAYBE),
    TEXT("words", 0, "The network's own words.", MAYBE),
};
const struct api_object api_account_answer = OBJECT_OF("AccountAnswer", account_answer_fields);
static const struct api_field account_whole_fields[] = {
    {.name = "account",
     .type = API_OBJECT,
     .of = &api_account,
     .about = "The connection, without its secrets.",
     ALWAYS},
    {.name = "answer",
     .type = API_OBJECT,
     .of = &api_account_answer,
     .about = "What came of the last question to its network.",
     ALWAYS},
};
const struct api_object api_account_whole = OBJECT_OF("AccountWhole", account_whole_fields);
static const struct api_field account_secret_fields[] = {
    TEXT("name", 60, "As the network's page calls it: token, password, key …", ALWAYS),
    TEXT("value", 8000, "Kept sealed, and never given back; empty keeps what there is.",
         ALWAYS),
};
const struct api_object api_account_secret = OBJECT_OF("AccountSecret", account_secret_fields);
static const struct api_field account_connect_fields[] = {
    WORD("network", NETWORK_WORDS, "Left out: the channel's.", .nullable = false),
    TEXT("server", 2000, "Its address.", .nullable = false),
    TEXT("handle", 400, "Its name there.", .nullable = false),
    LIST("secrets", &api_account_secret, "What the network asks for.", .max = 8),
};
const struct api_object api_account_connect =
    OBJECT_OF("AccountConnect", account_connect_fields);

static const struct api_field hold_fields[] = {
    BOOL("on", "Whether nothing goes out.", ALWAYS),
    TIME("since", "Since when.", MAYBE),
    TEXT("reason", 0, "Why.", MAYBE),
    INT("may_be_out",
        "After a restore was let go: how many are held each, as they may have been sent before "
        "it.",
        MAYBE),
};
const struct api_object api_hold = OBJECT_OF("Hold", hold_fields);
static const struct api_field hold_set_fields[] = {
    TEXT("reason", 200, "Why nothing shall go out.", ALWAYS),
};
const struct api_object api_hold_set = OBJECT_OF("HoldSet", hold_set_fields);

#define RULE_ABOUT \
    "How it comes again: “weekly on monday”, “monthly on the 15th”, or an RRULE of RFC 5545."
#define REPEAT_ENDS                                                       \
    TIME("until", "After this nothing more is made of it.", CLEAR),       \
        INT("times", "How often it comes in all.", CLEAR, .max = 200000), \
        INT("cooldown_days", "Days between two of it at least; 0: none.", .max = 3650)
static const struct api_field repeat_fields[] = {
    ID,
    INT("post", "Number of the post its occurrences are copies of.", ALWAYS),
    TEXT("rule", 0, "Its RRULE.", ALWAYS),
    TEXT("first", 0, "The wall time of its first, like 2027-03-01T09:30.", ALWAYS),
    TEXT("zone", 0, "The time zone of its wall times.", ALWAYS),
    WORD("state", "in_use|paused|over", "Whether something comes of it.", ALWAYS),
    TIME("next", "The next occurrence.", MAYBE),
    TIME("until", "When it ends.", MAYBE),
    INT("times", "How often it comes in all.", MAYBE),
    INT("cooldown_days", "Days between two of it at least; 0: none.", ALWAYS),
    REVISION,
};
const struct api_object api_repeat = OBJECT_OF("Repeat", repeat_fields);
OBJECT_LIST(api_repeat, "RepeatList", &api_repeat);
static const struct api_field repeat_new_fields[] = {
    INT("post", "Number of the post that comes again; it is copied.", ALWAYS,
        .names = NAMES_POST),
    TEXT("rule", 1000, RULE_ABOUT, ALWAYS),
    TEXT("at", 100, "When its first goes out, like “2026-12-01 09:00” or “monday 9:30”.",
         ALWAYS),
    REPEAT_ENDS,
};
const struct api_object api_repeat_new = OBJECT_OF("RepeatNew", repeat_new_fields);
static const struct api_field repeat_change_fields[] = {
    TEXT("rule", 1000, RULE_ABOUT, .nullable = false),
    REPEAT_ENDS,
    REVISION_SENT,
};
const struct api_object api_repeat_change = OBJECT_OF("RepeatChange", repeat_change_fields);
static const struct api_field repeat_skip_fields[] = {
    DAY("day", "The day to leave out; default: the next occurrence.", .nullable = false),
};
const struct api_object api_repeat_skip = OBJECT_OF("RepeatSkip", repeat_skip_fields);
static const struct api_field repeat_end_fields[] = {
    BOOL("keep_queue", "What is in the queue already still goes out.", .nullable = false),
};
const struct api_object api_repeat_end = OBJECT_OF("RepeatEnd", repeat_end_fields);
static const struct api_field repeat_pause_fields[] = {
    BOOL("hold", "What is in the queue of it is put on hold too.", .nullable = false),
};
const struct api_object api_repeat_pause = OBJECT_OF("RepeatPause", repeat_pause_fields);

static const struct api_field notice_means_fields[] = {
    WORD("means", "mail|webhook", "How it is told.", ALWAYS),
    BOOL("on", "Whether it is set.", ALWAYS),
    TEXT("server", 0, "The mail server; of a webhook the host of its address.", MAYBE),
    INT("port", "Of the mail server; null: the usual one.", MAYBE),
    WORD("tls", "starttls|tls|none", "How the mail server is spoken to.", MAYBE),
    TEXT("user", 0, "Who signs in there.", MAYBE),
    TEXT("from", 0, "The sender.", MAYBE),
    TEXT("to", 0, "Who is told, one a line.", MAYBE),
    TEXT("lang", 0, "en or fr; null: that of the workspace.", MAYBE),
    TEXT("pages", 0, "Where a person reaches our pages.", MAYBE),
    BOOL("secret", "Whether a password or key is kept; it is never told.", ALWAYS),
    TIME("good", "When it last worked.", MAYBE),
    TIME("failed", "When it last failed.", MAYBE),
    TEXT("words", 0, "What was said then.", MAYBE),
    TIME("test_asked", "When a test was asked for.", MAYBE),
    TIME("test_done", "When it was made.", MAYBE),
    BOOL("test_good", "Whether it was taken.", ALWAYS),
    TEXT("test_words", 0, "What was said of it.", MAYBE),
};
const struct api_object api_notice_means = OBJECT_OF("NoticeMeans", notice_means_fields);
OBJECT_LIST(api_notice_means, "NoticeMeansList", &api_notice_means);
#define NOTICE_COMMON                                                                         \
    WORD("lang", "en|fr", "Default: that of the workspace.", .nullable = false),              \
        TEXT("pages", 2048, "Where a person reaches our pages, like https://propre.example.", \
             .nullable = false)
static const struct api_field notice_mail_fields[] = {
    TEXT("server", 253, "The mail server.", ALWAYS),
    INT("port", "Default: the usual one of its TLS.", .max = 65535),
    WORD("tls", "starttls|tls|none", "Default: starttls.", .nullable = false),
    TEXT("user", 254, "Who signs in there, if it asks.", .nullable = false),
    TEXT("password", 1024, "Sealed, never told again; none keeps the one that is there.",
         .nullable = false),
    TEXT("from", 254, "The sender.", ALWAYS),
    TEXT("to", 4096, "Who is told: addresses, parted by commas.", ALWAYS),
    NOTICE_COMMON,
};
const struct api_object api_notice_mail = OBJECT_OF("NoticeMail", notice_mail_fields);
static const struct api_field notice_webhook_fields[] = {
    TEXT("url", 2048, "Sealed, never told again; none keeps the one that is there.",
         .nullable = false),
    TEXT("key", 1024, "Signs what is sent.", .nullable = false),
    NOTICE_COMMON,
};
const struct api_object api_notice_webhook = OBJECT_OF("NoticeWebhook", notice_webhook_fields);
static const struct api_field host_fields[] = {
    TEXT("host", 260, "With its port if it has one, like blog.lan or 192.168.1.20:8080.",
         ALWAYS),
};
const struct api_object api_host = OBJECT_OF("Host", host_fields);
OBJECT_LIST(api_host, "HostList", &api_host);

static const struct api_field incident_fields[] = {
    ID,
    TEXT("kind", 0, "A stable word.", ALWAYS),
    TEXT("subject", 0, "What it is about, like delivery/40.", ALWAYS),
    INT("channel", "Number of its channel.", MAYBE),
    TEXT("channel_name", 0, "What that is called here.", MAYBE),
    TEXT("title", 0, "The title of its post, or the beginning of its text.", MAYBE),
    TEXT("text", 0, "In a sentence, in the reader's language.", MAYBE),
    TIME("first", "When it was first seen.", ALWAYS),
    TIME("last", "When it was last seen.", ALWAYS),
    INT("seen", "How often.", ALWAYS),
    TIME("closed", "When it was over.", MAYBE),
};
const struct api_object api_incident = OBJECT_OF("Incident", incident_fields);
OBJECT_LIST(api_incident, "IncidentList", &api_incident);
/* clang-format on */

const struct api_object *const api_objects[] = {
    &api_problem_object,
    &api_nothing,
    &api_workspace,
    &api_workspace_change,
    &api_channel,
    &api_channel_list,
    &api_channel_new,
    &api_channel_change,
    &api_tactic,
    &api_tactic_list,
    &api_tactic_new,
    &api_tactic_change,
    &api_objective,
    &api_objective_list,
    &api_objective_new,
    &api_objective_change,
    &api_metrics,
    &api_result,
    &api_result_list,
    &api_point,
    &api_result_whole,
    &api_import,
    &api_import_list,
    &api_import_undone,
    &api_effects,
    &api_token,
    &api_token_list,
    &api_token_new,
    &api_token_made,
    &api_delivery,
    &api_delivery_list,
    &api_attempt,
    &api_delivery_whole,
    &api_delivery_move,
    &api_delivery_release,
    &api_delivery_resolve,
    &api_post_file,
    &api_post_variant,
    &api_post,
    &api_post_new,
    &api_post_change,
    &api_media,
    &api_media_list,
    &api_slot,
    &api_slot_list,
    &api_slot_new,
    &api_slot_pause,
    &api_account_answer,
    &api_account_whole,
    &api_account_secret,
    &api_account_connect,
    &api_hold,
    &api_hold_set,
    &api_post_line,
    &api_post_list,
    &api_account,
    &api_account_list,
    &api_incident,
    &api_incident_list,
    &api_repeat,
    &api_repeat_list,
    &api_repeat_new,
    &api_repeat_change,
    &api_repeat_skip,
    &api_repeat_end,
    &api_repeat_pause,
    &api_notice_means,
    &api_notice_means_list,
    &api_notice_mail,
    &api_notice_webhook,
    &api_host,
    &api_host_list,
};
const int32_t api_objects_n = (int32_t)(sizeof api_objects / sizeof *api_objects);
