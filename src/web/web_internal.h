#pragma once
#include "base/log.h"
#include "base/zone.h"
#include "place/media.h"
#include "place/propre.h"
#include "web/body.h"
#include "web/route.h"
#include "web/server.h"
#include "web/web.h"

enum {
    WEB_METERS =
        256 /* more than the tokens a workspace can have; two that share one count apart */
};
/* How often a token asked since the beginning of its minute. */
struct api_meter {
    int64_t token, since_us;
    int32_t n;
};

struct learn_job;
struct web {
    struct web_options options;
    struct propre *propre;
    struct server *server;
    struct arena_region region;
    struct zone *zone; /* of the workspace, reopened when its name changes */
    str public_host;   /* "example.org:8443", none when only this machine */
    bool https;
    struct learn_job *job;
    struct api_meter meters[WEB_METERS];
};

/* Cookies, by their short names; on https each carries "__Host-". */
#define COOKIE_SESSION "propre_session"
#define COOKIE_DOOR "propre_door"
#define COOKIE_LANG "propre_lang"
#define COOKIE_FLASH "propre_flash"

/* A route's body_max that stands for web_options.upload_bytes_max. */
#define UPLOAD_MAX INT64_MAX

enum {
    FORM_BODY_MAX = 64 * 1024, /* a form of a few fields */
    COMPOSE_TEXT_MAX =
        BODY_FIELDS_MAX + 128 * 1024, /* a post's texts for all channels, and what parts them */
    COMPOSE_BODY_MAX =
        MEDIA_BYTES_MAX + COMPOSE_TEXT_MAX, /* and one film, or pictures of as much together */
    DOOR_LIFE_S = 24 * 3600,                /* a page left open over night can still be sent */
    LANG_LIFE_S = 365 * 24 * 3600           /* a choice, not a secret */
};

/* workspace_enter(x, error): loads the workspace and its zone, in a reading transaction. */
must_use enum fault workspace_enter(struct exchange *x, struct error *error);

/* visitor.c: who asks, in which language; reads only. */
void visitor_lang(struct exchange *x);
must_use enum fault visitor_find(struct exchange *x, struct error *error);
/* visitor_enter(x, person, error): opens a session for who was just recognised. */
must_use enum fault visitor_enter(struct exchange *x, int64_t person, struct error *error);
/* visitor_leave(x): takes the session's cookie away. */
void visitor_leave(struct exchange *x);
bool host_served(const struct exchange *x);
bool same_origin(const struct exchange *x);

/* flash.c */
struct flash_view *flash_take(struct exchange *x, ptrdiff_t *ret_n);
