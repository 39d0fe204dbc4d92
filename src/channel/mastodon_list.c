#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/text.h"
#include "base/translate.h"
#include "channel/html.h"
#include "channel/mastodon_internal.h"
#include "channel/page.h"

/*
 * Is it there? By the account's own list. A server shows a text as HTML of its own making (links shortened, @user
 * without its server, a line break as a tag), so letters and digits are what is compared.
 */

enum {
    LIST_PAGES_MAX = 5, /* of 20: a hundred posts within the time of one unclear answer */
    LIST_SLACK_S = 60,  /* a post made so long before its attempt is still its own */
    LIST_WIDE_S =
        3600, /* clocks may be set between an attempt and a look, by an hour at most */
    LIST_TEXT_MAX = 65536 /* bytes of one text compared; servers that take more are not known */
};

/* ---- comparing ---- */

static bool
of_host(UChar32 c)
{
    return u_isalnum(c) || c == '.' || c == '-' || c == '_';
}

/*
 * Letters and digits after NFC, letters small, @user@host as user. all: everything but blanks, for texts of emoji.
 */
static str
squeezed(str text, bool all, struct arena *keep)
{
    UErrorCode status = U_ZERO_ERROR;
    text = utf8_clean(keep, str_slice(text, 0, LIST_TEXT_MAX));
    int32_t n = 0, room = (int32_t)text.n * 3 + 1, bytes_n = 0, after_user = 0;
    UChar *units = new (keep, UChar, room), *nfc = new (keep, UChar, room);
    char *bytes = new (keep, char, (ptrdiff_t)room * 3), *out = new (keep, char, room * 3 + 4);
    ptrdiff_t out_n = 0;
    u_strFromUTF8(units, room, &n, text.p ? text.p : "", (int32_t)text.n, &status);
    n = unorm2_normalize(unorm2_getNFCInstance(&status), units, n, nfc, room, &status);
    u_strToUTF8(bytes, room * 3, &bytes_n, nfc, n, &status);
    if (U_FAILURE(status))
        return STR_NONE;
    /* after_user: 1 inside @user, 2 inside its @host, which is left out */
    for (str rest = {bytes, bytes_n}; rest.n > 0;) {
        int32_t c;
        utf8_take(&rest, &c);
        if (c == '@')
            after_user = after_user == 1 ? 2 : 1;
        else if (!of_host(c))
            after_user = 0;
        bool taken = all ? !u_isUWhiteSpace(c) : u_isalnum(c) != 0;
        if (after_user != 2 && taken)
            out_n += utf8_put(out + out_n, u_foldCase(c, U_FOLD_CASE_DEFAULT));
    }
    return (str){out, out_n};
}

static bool
same_text(str wanted, str shown, struct arena *keep)
{
    bool letters = squeezed(wanted, false, keep).n > 0;
    return str_eq(squeezed(wanted, !letters, keep), squeezed(shown, !letters, keep));
}

/* ${s} without its first ${part}; none when it has no such. */
static str
without(str s, str part, struct arena *keep)
{
    ptrdiff_t at = str_find(s, part);
    return at < 0 ? STR_NONE
                  : arena_printf(keep, "%.*s %.*s", (int)at, s.p, (int)(s.n - at - part.n),
                                 s.p + at + part.n);
}

/* The whole element that leads to ${link}: <a … href="link" …>as the server likes it</a>. */
static str
anchor_of(str html, str link, struct arena *keep)
{
    str href = arena_printf(keep, "href=\"%.*s\"", STR_FMT(html_escape(keep, link)));
    ptrdiff_t at = str_find(html, href), from = at;
    while (from > 0 && html.p[from] != '<')
        from--;
    if (at < 0 || html.p[from] != '<')
        return STR_NONE;
    str rest = str_slice(html, from, html.n);
    ptrdiff_t end = str_find(rest, S("</a>"));
    return end < 0 ? STR_NONE : str_slice(rest, 0, end + 4);
}

bool
mastodon_same(str wanted, str html, str link, struct arena *keep)
{
    html = str_slice(html, 0, LIST_TEXT_MAX);
    if (same_text(wanted, page_text(keep, html, LIST_TEXT_MAX), keep))
        return true;
    str anchor = link.n > 0 ? anchor_of(html, link, keep) : STR_NONE;
    str bare = anchor.n > 0 ? without(wanted, link, keep) : STR_NONE;
    return bare.p &&
           same_text(bare, page_text(keep, without(html, anchor, keep), LIST_TEXT_MAX), keep);
}

/* ---- the list ---- */

/* The part whose fate is not known: the first without an id. */
static int32_t
open_part(const struct turn *turn)
{
    int32_t part = 0;
    while (part < turn->message->parts_n && turn_memo(turn, "id", part).p)
        part++;
    return part;
}

static void
found(struct turn *turn)
{
    turn->step->presence = PRESENCE_FOUND;
    turn->step->remote_id = turn_memo(turn, "id", 0);
    turn->step->permalink = turn_memo(turn, "url", -1);
    turn_done(turn);
}

static void
ask_list(struct turn *turn)
{
    if (open_part(turn) >= turn->message->parts_n) {
        found(turn);
        return;
    }
    if (turn->account->user_id.n == 0 && !turn_memo(turn, "me", -1).p) {
        turn_go(turn, &mastodon_at_whoami, 0);
        return;
    }
    str id = turn->account->user_id.n > 0 ? turn->account->user_id : turn_memo(turn, "me", -1);
    str path = arena_printf(turn->keep, "/api/v1/accounts/%.*s/statuses?limit=20",
                            STR_FMT(percent(turn->keep, id)));
    str after = turn->index > 0 ? turn_memo(turn, "list after", -1) : STR_NONE;
    if (after.n > 0)
        path = arena_printf(turn->keep, "%.*s&max_id=%.*s", STR_FMT(path),
                            STR_FMT(percent(turn->keep, after)));
    mastodon_get(turn, mastodon_url(turn, cstr(turn->keep, path)));
}

static void
absent(struct turn *turn)
{
    turn->step->presence = PRESENCE_ABSENT;
    turn_done(turn);
}

/* Keeps a status as the open part: the thread goes on behind it. */
static void
take_found(struct turn *turn, const struct json *status, int32_t part)
{
    turn_remember(turn, "id", part, json_id(turn->keep, json_get(status, S("id"))));
    str url = json_web(json_get(status, S("url")));
    if (part == 0 && url.p)
        turn_remember(turn, "url", -1, url);
    if (part == 0)
        turn_remember(turn, "visibility", -1, json_text(json_get(status, S("visibility"))));
    if (part + 1 == turn->message->parts_n)
        found(turn);
    else
        absent(turn); /* of the whole: what is missing is sent, and only that */
}

/* Whether that post is known already: an earlier part of ours, or another delivery's. */
static bool
is_known(const struct turn *turn, str id, int32_t part)
{
    for (int32_t i = 0; i < part; i++)
        if (str_eq(id, turn_memo(turn, "id", i)))
            return true;
    for (int32_t i = 0; i < turn->call->taken_n; i++)
        if (str_eq(id, turn->call->taken[i]))
            return true;
    return false;
}

/* Whether it stands where the part would: behind the one before it, the first behind nothing. */
static bool
in_place(const struct turn *turn, const struct json *status, int32_t part)
{
    const struct json *before = json_get(status, S("in_reply_to_id"));
    if (!before)
        return true; /* a server that does not tell */
    str id = json_id(turn->keep, before);
    return part == 0 ? !id.p : str_eq(id, turn_memo(turn, "id", part - 1));
}

static bool
is_ours(const struct turn *turn, const struct json *status, int32_t part)
{
    str id = json_id(turn->keep, json_get(status, S("id")));
    const struct json *again = json_get(status, S("reblog"));
    if (!id.p || (again && again->kind == JSON_KIND_OBJECT) || is_known(turn, id, part) ||
        !in_place(turn, status, part))
        return false;
    const struct json *files = json_get(status, S("media_attachments"));
    str wanted = mastodon_text(turn, part);
    /* of pictures without a word the number must do */
    if (str_trim(wanted).n == 0 && (!files || files->n != turn->message->media_n))
        return false;
    /* a copy, behind what was made so far: it is large, and over with the comparison */
    struct arena scratch = *turn->keep;
    return mastodon_same(wanted, json_text(json_get(status, S("content"))),
                         part == 0 ? turn->message->link : STR_NONE, &scratch);
}

static void
not_told(struct turn *turn)
{
    turn->step->presence = PRESENCE_UNKNOWN;
    turn_done(turn);
}

/* When the attempt began, by the server's clock, which dates the posts: its answer says how that one goes. */
static int64_t
armed_there(const struct turn *turn)
{
    int64_t there, armed = turn->call->armed.us;
    if (http_date_read(http_header_value(turn->answer, S("date")), &there))
        armed += there * SPAN_SECOND.us - turn->call->now.us;
    return armed;
}

/* Whether this status ends the look; the newest come first. */
static bool
take_status(struct turn *turn, const struct json *status, int32_t part)
{
    instant made;
    struct error error;
    int64_t armed = turn->call->armed.us, there = armed_there(turn);
    int64_t since = there - LIST_SLACK_S * SPAN_SECOND.us;
    int64_t wide = (armed < there ? armed : there) - LIST_WIDE_S * SPAN_SECOND.us;
    bool dated =
        instant_parse(json_text(json_get(status, S("created_at"))), &made, &error) == OK;
    bool ours = is_ours(turn, status, part);
    if (ours && (!dated || made.us >= since))
        take_found(turn, status, part);
    else if (ours && made.us >= wide)
        not_told(turn); /* our text stands there, and only the clocks say that it is not ours */
    else if (dated && made.us < wide)
        absent(turn);
    return turn->over;
}

static void
take_list(struct turn *turn)
{
    int32_t part = open_part(turn);
    str last = STR_NONE;
    if (!turn->json || turn->json->kind != JSON_KIND_ARRAY) {
        turn_fail(turn, CLASS_CONFIG, S(N_("the answer is no list of posts")));
        return;
    }
    for (const struct json *at = turn->json->first; at; at = at->next) {
        if (take_status(turn, at, part))
            return;
        last = json_id(turn->keep, json_get(at, S("id")));
    }
    if (!turn->json->first) {
        absent(turn); /* the end of the list */
        return;
    }
    if (!last.p || turn->index + 1 >= LIST_PAGES_MAX ||
        str_eq(last, turn->index > 0 ? turn_memo(turn, "list after", -1) : STR_NONE)) {
        not_told(turn);
        return;
    }
    turn_remember(turn, "list after", -1, last);
    turn_go(turn, &mastodon_at_list, turn->index + 1);
}

const struct stage mastodon_at_list = {.name = "list", .ask = ask_list, .take = take_list};
