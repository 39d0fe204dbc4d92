#include "channel/classes.h"

/* One fact: ${status} 0 and ${code} NULL match any. The first that matches holds. */
struct rule {
    const char *network, *code;
    int32_t status;
    enum error_class is;
};

/* Sources: the networks' documents, their issue threads, and answers of real servers (read until 2026-10). */
static const struct rule rules[] = {
    /* a wrong application password is told with the word of a missing right, but as 401 */
    {"wordpress", NULL, 401, CLASS_AUTH},
    {"wordpress", "rest_not_logged_in", 0, CLASS_AUTH},
    {"wordpress", "incorrect_password", 0, CLASS_AUTH},
    {"wordpress", "invalid_username", 0, CLASS_AUTH},
    {"wordpress", "rest_cannot_create", 0, CLASS_SCOPE},
    {"wordpress", "rest_cannot_edit", 0, CLASS_SCOPE},
    {"wordpress", "rest_cannot_delete", 0, CLASS_SCOPE},
    {"wordpress", "rest_cannot_publish", 0, CLASS_SCOPE},
    {"wordpress", "rest_cannot_assign_term", 0, CLASS_SCOPE},
    {"wordpress", "rest_forbidden", 0, CLASS_SCOPE},
    {"wordpress", "rest_no_route", 0, CLASS_CONFIG},
    {"wordpress", "rest_invalid_param", 0, CLASS_PERMANENT},
    {"wordpress", "rest_upload_sideload_error", 0, CLASS_PERMANENT}, /* says 500 */
    {"ghost", "UnauthorizedError", 0, CLASS_AUTH},
    {"ghost", "NoPermissionError", 0, CLASS_SCOPE},
    {"ghost", "ValidationError", 0, CLASS_PERMANENT},
    {"ghost", "UpdateCollisionError", 0, CLASS_AMBIGUOUS},
    {"ghost", "HostLimitError", 0, CLASS_QUOTA},
    {"ghost", "RequestNotAcceptableError", 0, CLASS_CONFIG},
    {"bluesky", "ExpiredToken", 0, CLASS_AUTH}, /* says 400 */
    {"bluesky", "InvalidToken", 0, CLASS_AUTH},
    {"bluesky", "AccountTakedown", 0, CLASS_AUTH},
    {"bluesky", "RepoDeactivated", 0, CLASS_AUTH},
    {"bluesky", "RateLimitExceeded", 0, CLASS_RATE},
    {"bluesky", "InvalidRequest", 0, CLASS_PERMANENT},
    {"bluesky", "use_dpop_nonce", 0,
     CLASS_AUTH}, /* for the second time: the first is asked again */
    {"bluesky", "invalid_grant", 0, CLASS_AUTH},
    {"bluesky", "invalid_token", 0, CLASS_AUTH},
    {"bluesky", "AuthMissing", 0, CLASS_AUTH},
    {"bluesky", "AuthenticationRequired", 0, CLASS_AUTH},
    {"bluesky", "BlobTooLarge", 0, CLASS_PERMANENT},
    {"mastodon", "invalid_grant", 0, CLASS_AUTH},
    {"telegram", "moved", 0, CLASS_CONFIG}, /* the chat has another id now */
    {"telegram", "chat", 0, CLASS_CONFIG},
    {"telegram", "rights", 0, CLASS_SCOPE},
    {"telegram", NULL, 404, CLASS_AUTH},        /* of a token that is none */
    {"telegram", NULL, 403, CLASS_AUTH},        /* the bot was thrown out */
    {"discord", "10015", 404, CLASS_AUTH},      /* the webhook is gone */
    {"discord", "10008", 404, CLASS_PERMANENT}, /* the message is gone, not the webhook */
    {"discord", NULL, 404, CLASS_AUTH},
    {"discord", "50027", 401, CLASS_AUTH},
};

static enum error_class
class_of_status(int32_t status, bool publishes)
{
    if (status == 401)
        return CLASS_AUTH;
    if (status == 403)
        return CLASS_SCOPE;
    if (status == 402)
        return CLASS_QUOTA;
    if (status == 429)
        return CLASS_RATE;
    if (status == 408 || status >= 500 || status < 200)
        return publishes ? CLASS_AMBIGUOUS : CLASS_TRANSIENT;
    if (status >= 400)
        return CLASS_PERMANENT;
    return status >= 300 ? CLASS_CONFIG : publishes ? CLASS_AMBIGUOUS : CLASS_CONFIG;
}

enum error_class
class_of(str network, int32_t status, str code, bool publishes)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *rule = &rules[i];
        if (str_eq(str_of(rule->network), network) &&
            (rule->status == 0 || rule->status == status) &&
            (!rule->code || (code.p && str_eq(str_of(rule->code), code))))
            return rule->is;
    }
    return class_of_status(status, publishes);
}
