#include "channel/dry.h"

/* One answer that holds what each of our networks is asked for; a driver takes its own fields from it. */
static const char made_up[] =
    "{\"id\":1,\"url\":\"https://example.org/1\",\"link\":\"https://example.org/1\","
    "\"source_url\":\"https://example.org/1\",\"status\":\"publish\",\"namespaces\":[\"wp/"
    "v2\"],"
    "\"posts\":[{\"id\":\"1\",\"status\":\"published\",\"updated_at\":\"1\","
    "\"url\":\"https://example.org/1\"}],\"images\":[{\"url\":\"https://example.org/1\"}],"
    "\"media\":[{\"url\":\"https://example.org/1\"}],\"ok\":true,"
    "\"result\":{\"message_id\":1,\"id\":1,\"chat\":{\"id\":1}},"
    "\"uri\":\"at://did:plc:x/app.bsky.feed.post/1\",\"cid\":\"1\",\"did\":\"did:plc:x\","
    "\"accessJwt\":\"1\",\"refreshJwt\":\"1\","
    "\"blob\":{\"$type\":\"blob\",\"ref\":{\"$link\":\"1\"},\"mimeType\":\"image/"
    "png\",\"size\":1}}";

static str
hidden(const struct channel_account *account, str text, struct arena *keep)
{
    for (int32_t i = 0; i < account->secrets_n; i++) {
        str secret = account->secrets[i].value;
        ptrdiff_t at;
        while (secret.n >= 4 && (at = str_find(text, secret)) >= 0)
            text = arena_printf(keep, "%.*s[…]%.*s", (int)at, text.p,
                                (int)(text.n - at - secret.n), text.p + at + secret.n);
    }
    return text;
}

static void
hide_secrets(const struct channel_account *account, struct http_request *request,
             struct arena *keep)
{
    request->url = hidden(account, request->url, keep);
    request->body = hidden(account, request->body, keep);
    for (int32_t i = 0; i < request->headers_n; i++) {
        struct http_header *header = &request->headers[i];
        bool derived = str_eq_ascii_case(header->name, S("Authorization")) ||
                       str_eq_ascii_case(header->name, S("Webhook-Signature")) ||
                       str_eq_ascii_case(header->name, S("DPoP"));
        header->value = derived ? S("[…]") : hidden(account, header->value, keep);
    }
}

void
driver_dry(const struct driver *driver, const struct channel_call *call, struct arena *keep,
           struct step *ret, int32_t *ret_n, struct step *ret_last)
{
    struct memo memo = *call->memo;
    struct channel_call own = *call;
    struct http_answer answer = {.end = HTTP_ANSWERED, .status = 200, .body = str_of(made_up)};
    own.memo = &memo;
    *ret_n = 0;
    driver->next(&own, NULL, keep, ret_last);
    while (ret_last->kind == STEP_REQUEST && *ret_n < DRY_STEPS_MAX) {
        struct step *step = &ret[(*ret_n)++];
        *step = *ret_last;
        hide_secrets(own.account, &step->request, keep);
        driver->next(&own, &answer, keep, ret_last);
    }
}
