#include <assert.h>

#include "base/json.h"
#include "base/translate.h"
#include "channel/count.h"
#include "channel/driver.h"

/* What is looked at, and what was found wrong so far. */
struct check {
    const struct channel_traits *traits;
    const struct channel_message *message;
    const struct json *limits; /* the account's own; NULL */
    struct arena *keep;
    struct message_problem *ret;
    int32_t n;
};

enum {
    LIMITS_ARENA_BYTES = 256 * 1024, /* limits of one account, a few hundred bytes of JSON */
    LENGTH_ARENA_BYTES = 8 << 20     /* besides, a text of 400 KiB with its link */
};

static void
problem(struct check *check, enum severity severity, const char *format, str a, str b)
{
    if (check->n < MESSAGE_PROBLEMS_MAX)
        check->ret[check->n++] = (struct message_problem){severity, format, a, b};
}

static str
number(struct check *check, int64_t n)
{
    return arena_printf(check->keep, "%lld", (long long)n);
}

/* The account's own limit of that name, else the network's. */
static int64_t
limit(const struct json *limits, str name, int64_t usual)
{
    struct maybe_int own = json_as_int(json_get(limits, name));
    return own.has && own.is > 0 ? own.is : usual;
}

static const struct json *
account_limits(const struct channel_account *account, struct arena *arena)
{
    struct json *json;
    struct error error;
    if (!account || account->limits.n == 0 || account->limits.n > 2048 ||
        json_parse(arena, account->limits, &json, &error) != OK)
        return NULL; /* limits that cannot be read are as good as none */
    return json;
}

static int64_t
count(enum counter counter, const struct json *limits, str text)
{
    switch (counter) {
    case COUNT_GRAPHEMES:
        return count_graphemes(text);
    case COUNT_MASTODON:
        return count_mastodon(text, limit(limits, S("url_characters"), URL_CHARACTERS_USUAL));
    case COUNT_X:
        return count_x(text, &count_x_v3);
    case COUNT_UTF16:
        return count_utf16(text);
    case COUNT_NONE:
        return -1;
    }
    return -1;
}

/* A part as the network counts it: Mastodon and its like count the warning with the text of each part. */
static int64_t
count_part(const struct channel_traits *traits, const struct json *limits,
           const struct channel_message *message, str text)
{
    int64_t n = count(traits->counter, limits, text);
    if (traits->counter == COUNT_MASTODON && traits->has_warning)
        n += count_graphemes(message->warning);
    return n;
}

int64_t
message_length(const struct driver *driver, const struct channel_account *account,
               const struct channel_message *message, int32_t part)
{
    struct arena_region region;
    struct arena arena = arena_reserve(LENGTH_ARENA_BYTES, &region);
    int64_t n = count_part(&driver->traits, account_limits(account, &arena), message,
                           message_text(driver, message, part, &arena));
    arena_release(&region);
    return n;
}

int64_t
message_length_max(const struct driver *driver, const struct channel_account *account)
{
    struct arena_region region;
    struct arena arena = arena_reserve(LIMITS_ARENA_BYTES, &region);
    int64_t n =
        limit(account_limits(account, &arena), S("text_max"), driver->traits.text_max.is);
    arena_release(&region);
    return n;
}

str
message_text(const struct driver *driver, const struct channel_message *message, int32_t part,
             struct arena *keep)
{
    assert(part >= 0 && part < message->parts_n);
    str text = message->parts[part];
    if (driver->traits.has_card || part > 0 || message->link.n == 0)
        return text;
    for (int32_t i = 0; i < message->parts_n; i++)
        if (str_find(message->parts[i], message->link) >= 0)
            return text;
    if (text.n == 0)
        return message->link;
    return arena_printf(keep, "%.*s\n\n%.*s", STR_FMT(text), STR_FMT(message->link));
}

static void
check_part(struct check *check, const struct driver *driver, int32_t part)
{
    const struct channel_traits *traits = check->traits;
    str text = message_text(driver, check->message, part, check->keep);
    int64_t max = limit(check->limits, S("text_max"), traits->text_max.is);
    int64_t n = count_part(traits, check->limits, check->message, text);
    if (max > 0 && n > max)
        problem(check, PROBLEM_ERROR,
                N_("The text is %s characters long; at most %s are taken"), number(check, n),
                number(check, max));
    if (traits->text_bytes_max.is > 0 && text.n > traits->text_bytes_max.is)
        problem(check, PROBLEM_ERROR, N_("The text has %s bytes; at most %s are taken"),
                number(check, text.n), number(check, traits->text_bytes_max.is));
    if (part > 0 && str_trim(text).n == 0)
        problem(check, PROBLEM_ERROR, N_("Part %s of the thread is empty"),
                number(check, part + 1), STR_NONE);
}

static void
check_text(struct check *check, const struct driver *driver)
{
    const struct channel_message *message = check->message;
    const struct channel_traits *traits = check->traits;
    bool empty =
        message->parts_n == 0 || (message->parts_n == 1 && str_trim(message->parts[0]).n == 0);
    if (empty && message->media_n == 0 && message->link.n == 0 && message->poll_options_n == 0)
        problem(check, PROBLEM_ERROR, N_("There is nothing to say yet"), STR_NONE, STR_NONE);
    if (message->parts_n > MESSAGE_PARTS_MAX)
        problem(check, PROBLEM_ERROR, N_("The thread has %s parts; at most %s are taken"),
                number(check, message->parts_n), number(check, MESSAGE_PARTS_MAX));
    if (message->parts_n > 1 && !traits->has_threads)
        problem(check, PROBLEM_ERROR, N_("%s has no threads"), str_of(traits->name), STR_NONE);
    for (int32_t i = 0; i < message->parts_n && i < MESSAGE_PARTS_MAX; i++)
        check_part(check, driver, i);
    int64_t max = limit(check->limits, S("title_max"), traits->title_max.is);
    int64_t n = count_graphemes(message->title);
    if (traits->has_title && max > 0 && n > max)
        problem(check, PROBLEM_ERROR,
                N_("The title is %s characters long; at most %s are taken"), number(check, n),
                number(check, max));
    if (traits->has_title && str_trim(message->title).n == 0)
        problem(check, PROBLEM_WARNING, N_("There is no title; %s shows one"),
                str_of(traits->name), STR_NONE);
}

/* Whether a file of that type is taken as it is; a network that names none takes all. */
static bool
takes(const struct check *check, str mime)
{
    const struct json *own = json_get(check->limits, S("mimes"));
    if (own && own->kind == JSON_KIND_ARRAY && own->n > 0) {
        for (const struct json *at = own->first; at; at = at->next)
            if (str_eq(json_text(at), mime))
                return true;
        return false;
    }
    for (int32_t i = 0; i < MEDIA_KINDS_MAX && check->traits->mimes[i]; i++)
        if (str_eq(str_of(check->traits->mimes[i]), mime))
            return true;
    return check->traits->mimes[0] == NULL;
}

/* Pictures are made fit before they go out (outbox/picture.h); films go as they are. */
static bool
mends(const struct check *check, str mime)
{
    return str_starts(mime, S("image/")) &&
           (takes(check, S("image/jpeg")) || takes(check, S("image/png")));
}

static void
check_size(struct check *check, const struct channel_media *file)
{
    const struct channel_traits *traits = check->traits;
    int64_t bytes = limit(check->limits, S("media_bytes_max"), traits->media_bytes_max.is);
    int64_t pixels = limit(check->limits, S("media_pixels_max"), traits->media_pixels_max.is);
    bool heavy = bytes > 0 && file->bytes > bytes;
    bool wide = pixels > 0 && (int64_t)file->width * file->height > pixels;
    bool strange = !takes(check, file->mime);
    if (mends(check, file->mime)) {
        if (heavy || wide)
            problem(check, PROBLEM_WARNING, N_("%s is made smaller before it goes out"),
                    file->file_name, STR_NONE);
        if (strange)
            problem(check, PROBLEM_WARNING,
                    N_("%s is turned into a type that is taken before it goes out"),
                    file->file_name, STR_NONE);
        return;
    }
    if (strange)
        problem(check, PROBLEM_ERROR, N_("%s: files of type %s are not taken"), file->file_name,
                file->mime);
    if (heavy)
        problem(check, PROBLEM_ERROR, N_("%s is too large; at most %s bytes are taken"),
                file->file_name, number(check, bytes));
    if (wide)
        problem(check, PROBLEM_ERROR, N_("%s has too many pixels; at most %s are taken"),
                file->file_name, number(check, pixels));
}

static void
check_file(struct check *check, const struct channel_media *file)
{
    const struct channel_traits *traits = check->traits;
    int64_t alt_max = limit(check->limits, S("alt_max"), traits->alt_max.is);
    check_size(check, file);
    if (file->alt.n > 0 && !traits->has_alt)
        problem(check, PROBLEM_WARNING, N_("%s does not carry descriptions of pictures"),
                str_of(traits->name), STR_NONE);
    if (str_trim(file->alt).n == 0 && traits->has_alt)
        problem(check, PROBLEM_WARNING,
                N_("%s has no description: who cannot see it will miss it"), file->file_name,
                STR_NONE);
    if (traits->has_alt && alt_max > 0 && count_graphemes(file->alt) > alt_max)
        problem(check, PROBLEM_ERROR,
                N_("The description of %s is too long; at most %s characters are taken"),
                file->file_name, number(check, alt_max));
}

void
media_limits(const struct driver *driver, const struct channel_account *account,
             struct media_limits *ret)
{
    const struct channel_traits *traits = &driver->traits;
    struct arena_region region;
    struct arena arena = arena_reserve(LIMITS_ARENA_BYTES, &region);
    const struct check check = {.traits = traits, .limits = account_limits(account, &arena)};
    *ret = (struct media_limits){
        .bytes_max = limit(check.limits, S("media_bytes_max"), traits->media_bytes_max.is),
        .pixels_max = limit(check.limits, S("media_pixels_max"), traits->media_pixels_max.is),
        .jpeg = takes(&check, S("image/jpeg")),
        .png = takes(&check, S("image/png")),
        .gif = takes(&check, S("image/gif")),
    };
    arena_release(&region);
}

static void
check_media(struct check *check)
{
    const struct channel_message *message = check->message;
    int64_t max = limit(check->limits, S("media_max"), check->traits->media_max.is);
    max = max > 0 && max < MESSAGE_MEDIA_MAX ? max : MESSAGE_MEDIA_MAX;
    if (message->media_n > max)
        problem(check, PROBLEM_ERROR, N_("There are %s files; at most %s are taken"),
                number(check, message->media_n), number(check, max));
    if (message->media_n > 0 && check->traits->names_files)
        problem(check, PROBLEM_WARNING, N_("%s gets the names of the files, not the files"),
                str_of(check->traits->name), STR_NONE);
    if (message->media_n == 0 && check->traits->needs_media)
        problem(check, PROBLEM_ERROR, N_("%s takes nothing without a picture or a film"),
                str_of(check->traits->name), STR_NONE);
    for (int32_t i = 0; i < message->media_n && i < max; i++)
        check_file(check, &message->media[i]);
}

/* Whether the word is one of those, which have spaces between. */
static bool
among(const char *words, str word)
{
    str rest = str_of(words), one;
    for (bool more = true; more;) {
        more = str_cut(&rest, ' ', &one);
        if (str_eq(one, word))
            return true;
    }
    return false;
}

/* ISO 639-1, with the three-letter codes left alone: of these there are thousands, and any may be meant. */
static const char languages[] =
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv "
    "cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht "
    "hu "
    "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la "
    "lb "
    "lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj "
    "om "
    "or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv "
    "sw "
    "ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

static bool
small_letters(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++)
        if (s.p[i] < 'a' || s.p[i] > 'z')
            return false;
    return true;
}

/* "fr", "fr-CA", "ast": what stands before the first hyphen says the language. */
static void
check_language(struct check *check)
{
    str rest = check->message->language, code;
    if (rest.n == 0)
        return;
    (void)str_cut(&rest, '-', &code);
    if (code.n == 3 && small_letters(code))
        problem(check, PROBLEM_WARNING,
                N_("The language “%s” has a code of three letters: networks may not know it"),
                code, STR_NONE);
    else if (!among(languages, code))
        problem(check, PROBLEM_ERROR, N_("“%s” is no language code: write one like fr or en"),
                check->message->language, STR_NONE);
}

/* An address a reader can follow: its scheme, then something without spaces. */
static void
check_link(struct check *check)
{
    str link = check->message->link;
    ptrdiff_t scheme = str_starts(link, S("https://"))  ? 8
                       : str_starts(link, S("http://")) ? 7
                                                        : 0;
    bool plain = scheme > 0 && link.n > scheme && link.p[scheme] != '/';
    for (ptrdiff_t i = 0; i < link.n; i++)
        plain &= (unsigned char)link.p[i] > ' ';
    if (link.n > 0 && !plain)
        problem(check, PROBLEM_ERROR,
                N_("The link “%s” is no web address: it begins with https://"), link, STR_NONE);
}

/* What would be left out without a word. */
static void
check_unknown(struct check *check)
{
    const struct channel_message *message = check->message;
    const struct channel_traits *traits = check->traits;
    str name = str_of(traits->name);
    int64_t options = limit(check->limits, S("poll_options_max"), POLL_OPTIONS_MAX);
    if (message->poll_options_n > 0 && !traits->has_polls)
        problem(check, PROBLEM_ERROR, N_("%s has no polls"), name, STR_NONE);
    else if (message->poll_options_n == 1 || message->poll_options_n > options)
        problem(check, PROBLEM_ERROR, N_("A poll has two answers at least and %s at most"),
                number(check, options), STR_NONE);
    if (message->warning.n > 0 && !traits->has_warning)
        problem(check, PROBLEM_WARNING, N_("%s has no content warnings; it is left out"), name,
                STR_NONE);
    if (message->visibility.n > 0 &&
        !among("public private unlisted direct", message->visibility))
        problem(check, PROBLEM_ERROR,
                N_("“%s” is no visibility: say public, unlisted, private or direct"),
                message->visibility, STR_NONE);
    else if (message->visibility.n > 0 && !str_eq(message->visibility, S("public")) &&
             !traits->has_visibility)
        problem(check, PROBLEM_ERROR, N_("%s knows public posts only"), name, STR_NONE);
    int32_t terms_n = message->tags_n + message->categories_n;
    if (traits->has_tags && terms_n > MESSAGE_TERMS_MAX)
        problem(check, PROBLEM_ERROR,
                N_("There are %s tags and categories; at most %s are taken"),
                number(check, terms_n), number(check, MESSAGE_TERMS_MAX));
    if (message->categories_n > 0 && !traits->has_categories)
        problem(check, PROBLEM_WARNING, N_("%s has no categories; they are left out"), name,
                STR_NONE);
}

void
message_check(const struct driver *driver, const struct channel_account *account,
              const struct channel_message *message, struct arena *keep,
              struct message_problem ret[MESSAGE_PROBLEMS_MAX], int32_t *ret_n)
{
    struct check check = {.traits = &driver->traits,
                          .message = message,
                          .limits = account_limits(account, keep),
                          .keep = keep,
                          .ret = ret};
    check_text(&check, driver);
    check_media(&check);
    check_link(&check);
    check_language(&check);
    check_unknown(&check);
    *ret_n = check.n;
}
