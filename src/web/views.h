#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

/*
 * What each page shows, as plain data. A handler *gathers* one of these (from the database, in the reader's
 * language and zone) and a page of pages/ turns it into HTML; neither does the other's work, so that pages
 * are tested with made-up views and handlers without HTML.
 *
 * Rules: a `str` is text ready to be read: translated, numbers formatted, NOT escaped (the page compiler
 * escapes by context). STR_NONE means "there is none"; the page then shows nothing or its own words.
 * Integers are formatted by the page. Lists are pointer + count, owned by the request's arena. A `..._json`
 * field is the content of a picture's JSON island (forms in pages/README.md). Addresses are local paths.
 */

/* ---- every page ---- */

enum nav_here {
    NAV_NONE,
    NAV_TODAY,
    NAV_RESULTS,
    NAV_LEARNING,
    NAV_IMPORT,
    NAV_SETTINGS,
    NAV_CHANNELS,
    NAV_COMPOSE,
    NAV_QUEUE
};

enum tone { TONE_QUIET, TONE_GOOD, TONE_WARN, TONE_BAD };

/* One message about what the reader just did; with an undo when it can be taken back. */
struct flash_view {
    enum tone tone;
    str text;
    str undo_action; /* path to POST to, or none */
};

struct layout_view {
    bool signed_in;
    enum nav_here here;
    str workspace_name;
    str person_name;
    str path; /* of this page with its query: where the language switch comes back to */
    str csrf; /* goes into every form */
    const struct flash_view *flashes;
    ptrdiff_t flashes_n;
    int64_t needs_n; /* deliveries that wait for somebody: beside the link to the queue */
};

/* One entry of a <select> or of a row of links. */
struct option_view {
    str value;
    str label;
    bool chosen;
};
struct options_view {
    const struct option_view *at;
    ptrdiff_t n;
};

/* A form's field as it was sent, with what is wrong with it. */
struct field_view {
    str value;
    str error; /* none when it is right */
};

/* ---- findings: what Today and Learning say (sentences: web/words.h) ---- */

/* Fixed words: clear / leaning / cannot tell yet. */
enum verdict_view { FINDING_CLEAR, FINDING_LEANING, FINDING_UNKNOWN };

/* One sentence with its evidence. */
struct finding_view {
    enum verdict_view verdict;
    str sentence; /* "For the same reach, photos bring about twice the interactions of status posts." */
    str evidence;     /* "× 2.1 (90 %: 1.8 to 2.5), based on 426 and 45 posts." */
    str factor_label; /* "Format" */
    str href;         /* "/learning#format" */
};
struct findings_view {
    const struct finding_view *at;
    ptrdiff_t n;
};

/* The computation that findings come from. */
enum run_state {
    RUN_NEVER,   /* nothing computed and nothing to compute */
    RUN_PREVIEW, /* only the quick approximation is there */
    RUN_RUNNING, /* the full one is at work; findings shown are the preview or the last result */
    RUN_SETTLED,  /* done and its diagnostics are good */
    RUN_UNSETTLED /* done, but it did not pass its diagnostics: the preview is shown, greyed */
};
struct run_view {
    enum run_state state;
    str outcome;            /* metric word, for the form that computes again */
    bool stale;             /* data changed since: findings are about older data */
    int64_t changed_n;      /* posts added or changed since, when stale */
    int32_t progress_share; /* 0–100, while running */
    str why;                /* when unsettled: "too few independent draws" */
    str progress_text;      /* "Chain 2 of 4, drawing" */
    str progress_url;       /* JSON {"running":true,"progress":43,"text":"…"} for app.js */
    str computed_at;        /* "Sunday 22 November, 23:41", none when never */
    int64_t posts_n;        /* posts the result is based on */
};

/* ---- Today ---- */

enum next_step {
    NEXT_IMPORT_FIRST, /* empty workspace: the page teaches */
    NEXT_IMPORT_OWN,   /* only demo data so far */
    NEXT_IMPORT_MORE,  /* too few posts with results to tell anything */
    NEXT_RUN,          /* data without a result, or a stale one */
    NEXT_RUN_WHOLE,    /* a preview only */
    NEXT_RUN_AGAIN,    /* a result that did not settle */
    NEXT_WAIT,         /* computing */
    NEXT_IMPORT_FRESH, /* the last numbers are old */
    NEXT_LOOK          /* nothing to do but read */
};

struct import_line {
    int64_t id;
    str file_name;
    str when;         /* "Sunday 22 November, 23:38" */
    str format_label; /* "Facebook metrics (UCI)" */
    int64_t added_n, warned_n, refused_n;
    bool undone;
    bool can_undo;
    bool demo;
};

struct today_queue_view;
struct today_view {
    struct layout_view layout;
    const struct today_queue_view *queue; /* web/views_queue.h; NULL when nothing goes out */
    str date;                             /* "Sunday 22 November" */
    enum next_step next;
    int64_t posts_n;
    int64_t days_since_import; /* for NEXT_IMPORT_FRESH */
    struct run_view run;
    str summary; /* "One thing is clear, one is leaning, two cannot be told yet." (web/words.h); none before a result */
    int64_t outcome_posts_n,
        outcome_posts_min; /* with the outcome; fewer than the second give no result */
    struct findings_view clear, leaning, unknown;
    const struct import_line *last_import; /* NULL when none */
};

/* ---- Results ---- */

struct column_view {
    str label;
    str sort_href; /* sorts by it; the other way round when it is the order already */
    bool number;
    int32_t order; /* 1 ascending, -1 descending, 0 not sorted by */
};

struct result_row {
    int64_t id;
    str title; /* the first words of the text, or "Photo, March, 10 h" */
    str href;
    str when;
    str format_label;
    str tactic_name; /* none when it has none */
    str channel_name;
    bool paid;
    const str *numbers; /* as many as columns with `number`; none = not measured */
};

/* One picture: a finding as title, an island, and the table behind it. */
struct picture_table {
    const str *heads; /* the first is the row's name */
    ptrdiff_t heads_n;
    const str *cells; /* rows_n × heads_n, row by row */
    ptrdiff_t rows_n;
};
struct picture_view {
    str id;       /* "results-format" */
    str title;    /* the finding */
    str subtitle; /* what is shown, n, dates */
    str json;
    struct picture_table table;
};

struct results_view {
    struct layout_view layout;
    int64_t posts_n;     /* in the workspace: 0 shows the empty state */
    int64_t found_n;     /* after filters */
    int64_t first, last; /* of this page, from 1 */
    bool filtered;
    str query;
    struct options_view formats, tactics, channels, metrics; /* each begins with "all" */
    str sort;                                                /* kept by the filter form */
    const struct column_view *columns;
    ptrdiff_t columns_n;
    const struct result_row *rows;
    ptrdiff_t rows_n;
    str previous_href, next_href; /* none at the ends */
    str csv_href;
    const struct picture_view *pictures;
    ptrdiff_t pictures_n;
};

struct fact_view {
    str name;
    str value;
};
struct metric_line {
    str name;
    str value;
    str taken_at;
    str source;      /* what its file or network calls it: "Lifetime Post Total Reach" */
    str source_href; /* the import, or none */
};
struct post_view {
    struct layout_view layout;
    str title;
    str text; /* none when the file had none */
    str link; /* where it lives, none when unknown */
    const struct fact_view *facts;
    ptrdiff_t facts_n;
    const struct metric_line *metrics;
    ptrdiff_t metrics_n;
    str back_href;
};

/* ---- Learning ---- */

struct level_line {
    str label;
    int64_t posts_n;
    str best_share; /* P(best): "99 %" */
    str typical;    /* the observed median of a post: "120"; "–" when not known */
};
struct contrast_line {
    enum verdict_view verdict;
    str better, other; /* labels, oriented so that the ratio is ≥ 1 */
    str ratio;         /* "× 2.1" */
    str interval;      /* "1.8 to 2.5" */
    str better_share;  /* P(better > other): "99 %" */
    int64_t better_n, other_n;
    str needed; /* "about 140" more posts, "more than 2 000"; none when clear */
};
struct factor_view {
    str id;    /* "format": the anchor */
    str label; /* "Format" */
    struct finding_view finding;
    str subtitle; /* "Ratio of interactions per person reached, photos compared with each other format; 500 posts." */
    str json;
    ptrdiff_t picture_rows_n;
    const struct level_line *levels;
    ptrdiff_t levels_n;
    const struct contrast_line *contrasts;
    ptrdiff_t contrasts_n;
    str spread; /* tau in words: "Formats differ by a factor of about 1.6." */
};
struct diagnostic_line {
    str name;
    str value;
    str wanted; /* "below 1.01" */
    bool good;
};
struct learning_view {
    struct layout_view layout;
    struct run_view run;
    int64_t posts_n;   /* with the outcome */
    int64_t posts_min; /* fewer than this: nothing is computed and the page says so */
    struct options_view outcomes; /* links: label, value = href */
    str exposure_sentence; /* "Compared at equal reach: …" or "this is a volume model …" */
    str confounding;       /* always present */
    str summary;
    const str *notes; /* what was left out or taken for granted, a sentence each */
    ptrdiff_t notes_n;
    const struct factor_view *factors;
    ptrdiff_t factors_n;
    const struct diagnostic_line *diagnostics;
    ptrdiff_t diagnostics_n;
    const struct fact_view
        *facts; /* model and version, seed, fingerprint, chains, draws, seconds */
    ptrdiff_t facts_n;
};

/* ---- Import ---- */

struct imports_view {
    struct layout_view layout;
    int64_t upload_bytes_max;
    str upload_max;         /* "64 MB" */
    struct field_view file; /* .error says why the last one could not be read */
    bool demo_offered;
    int64_t demo; /* the import of it that stands, which can be taken away; 0: none */
    const struct import_line *imports;
    ptrdiff_t imports_n;
};

enum row_state { ROW_REMARK, ROW_WARNING, ROW_ERROR };
struct import_row {
    int64_t line; /* in the file; 0: about all of it */
    enum row_state state;
    str column; /* its header; or that it is about the whole row or file */
    str reason;
};

/* One column of an unknown file: which of our words it is. */
struct mapping_line {
    str field;                 /* name of the form's field: "column-3" */
    str header;                /* as in the file */
    str example;               /* first value that is not empty */
    struct options_view words; /* "not used", "Publication date", "Reach", … */
    str error;
};

enum import_state {
    IMPORT_UNKNOWN, /* header not recognised: the mapping form is shown */
    IMPORT_DRY,     /* dry run done: nothing is written yet */
    IMPORT_APPLIED,
    IMPORT_UNDONE
};
struct import_view {
    struct layout_view layout;
    enum import_state state;
    str key; /* its address is /import/KEY; forms post to /import/KEY/mapping, …/apply, …/undo */
    str file_name;
    str size;
    str format_label;
    str dialect; /* "Separator “;”, UTF-8" */
    str when;
    int64_t rows_n, ok_n, warned_n, refused_n, already_n;
    int64_t new_n;     /* posts that would be, or were, added */
    int64_t updated_n; /* known posts that would get, or got, new numbers */
    bool can_apply, can_undo;
    int64_t demo; /* as above, beside a file of one's own */
    struct options_view
        filter; /* links all / warnings / refused; none when there is one kind */
    const struct import_row *rows;
    ptrdiff_t rows_shown_n;
    int64_t rows_first, rows_all_n; /* which of how many messages these are, from 1 */
    str previous_href, next_href;
    str refused_href; /* CSV of refused rows, none when there are none */
    /* unknown files */
    const struct mapping_line *columns;
    ptrdiff_t columns_n;
    struct options_view date_orders; /* 24/11/2026, 11/24/2026, 2026-11-24 */
    struct options_view decimals;    /* 1.5, 1,5; none when the file leaves no doubt */
    struct options_view networks;    /* of a new channel */
    struct options_view
        channels; /* existing ones and "a new one"; none when there is nothing to choose */
    struct field_view channel_name; /* of a new channel */
    str mapping_error;
};

/* ---- the door ---- */

struct sign_in_view {
    struct layout_view layout;
    str error;
    str name; /* as typed */
    str next; /* where to go afterwards */
};
/* Opened by a person, spent by a button: a preview fetcher that follows the link spends nothing. */
struct link_view {
    struct layout_view layout;
    bool valid;
    str person_name;
    str action;
};
struct password_view {
    struct layout_view layout;
    str person_name;
    int64_t length_min;
    struct field_view password, again;
};
struct settings_view {
    struct layout_view layout;
    struct field_view name, zone, currency;
    struct options_view zones; /* suggestions of the zone field */
    struct options_view langs, weekdays, currencies;
    str now; /* "23:41" in the workspace's zone: lets the reader check it */
};

/* The tokens programs come in with. */
struct token_line {
    int64_t id;
    str name, scopes, person, created, used; /* used: none when never */
    bool revoked;
};
struct tokens_view {
    struct layout_view layout;
    const struct token_line *lines;
    ptrdiff_t lines_n;
    str made; /* the secret of one made just now, shown this once */
    struct field_view name;
    str scopes_error;
    bool read, write, publish, settings; /* chosen */
};

/* A fault as a page: what was attempted, why it did not work, what to press. */
struct error_view {
    struct layout_view layout;
    int32_t status;
    str title;
    str text;
    str retry_href; /* none: only the way home is offered */
};
