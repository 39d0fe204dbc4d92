#include "sample.h"

#include <math.h>

#include "pages.h"
#include "sample_channels.h"
#include "sample_queue.h"
#include "web/picture.h"

/* Data of a workspace is in its own language; texts a handler would translate are said twice here. */
#define BOTH(en, fr) (h->lang == LANG_FR ? S(fr) : S(en))
#define LIST(list) (list), (ptrdiff_t)(sizeof(list) / sizeof *(list))
#define OPTIONS(list) ((struct options_view){LIST(list)})
#define HOSTILE \
    "<script>alert(1)</script> \"'><img src=x onerror=alert(2)> & {{ 1 }} </textarea>"

static struct layout_view
layout(enum nav_here here, const char *path)
{
    return (struct layout_view){.signed_in = true,
                                .here = here,
                                .workspace_name = S("Atelier Lumen"),
                                .person_name = S("Camille"),
                                .path = str_of(path),
                                .csrf = S("csrf-token")};
}

static struct layout_view
door(const char *path)
{
    return (struct layout_view){.path = str_of(path), .csrf = S("csrf-token")};
}

/* ---- findings, after the reference result on the 500 posts ---- */

struct pair {
    const char *factor, *better, *other;
    double mean, sd; /* of the logarithm */
    int64_t better_n, other_n;
    enum verdict_view verdict;
    int64_t needed;
    bool over;
};

static const struct pair format_pairs[] = {
    {"format", "photo", "link", 0.805, 0.149, 426, 22, FINDING_CLEAR, 0, false},
    {"format", "photo", "status", 0.749, 0.110, 426, 45, FINDING_CLEAR, 0, false},
    {"format", "photo", "video", 0.591, 0.227, 426, 7, FINDING_CLEAR, 0, false},
    {"format", "video", "link", 0.215, 0.262, 7, 22, FINDING_LEANING, 60, false},
    {"format", "video", "status", 0.159, 0.245, 7, 45, FINDING_UNKNOWN, 120, false},
    {"format", "status", "link", 0.056, 0.178, 45, 22, FINDING_UNKNOWN, 500, true},
};
static const struct pair tactic_pairs[] = {
    {"tactic", "Inspiration", "Offers and contests", 0.92, 0.07, 155, 215, FINDING_CLEAR, 0,
     false},
    {"tactic", "Inspiration", "Product", 0.06, 0.08, 155, 130, FINDING_UNKNOWN, 340, false},
    {"tactic", "Product", "Offers and contests", 0.86, 0.08, 130, 215, FINDING_CLEAR, 0, false},
};
static const struct pair weekday_pairs[] = {
    {"weekday_number", "3", "1", 0.09, 0.08, 66, 68, FINDING_LEANING, 190, false},
    {"weekday_number", "3", "2", 0.05, 0.07, 66, 68, FINDING_UNKNOWN, 430, false},
    {"weekday_number", "3", "4", 0.04, 0.07, 66, 72, FINDING_UNKNOWN, 500, true},
    {"weekday_number", "3", "5", 0.03, 0.07, 66, 69, FINDING_UNKNOWN, 500, true},
    {"weekday_number", "3", "6", 0.06, 0.08, 66, 82, FINDING_UNKNOWN, 310, false},
    {"weekday_number", "3", "7", 0.07, 0.08, 66, 75, FINDING_UNKNOWN, 260, false},
};
static const struct pair hour_pairs[] = {
    {"hour", "4", "12", 0.38, 0.16, 21, 103, FINDING_LEANING, 35, false},
    {"hour", "4", "8", 0.21, 0.12, 21, 161, FINDING_LEANING, 50, false},
    {"hour", "4", "0", 0.12, 0.13, 21, 195, FINDING_LEANING, 140, false},
    {"hour", "4", "16", 0.30, 0.30, 21, 14, FINDING_LEANING, 90, false},
    {"hour", "4", "20", 0.25, 0.40, 21, 6, FINDING_UNKNOWN, 210, false},
};
static const struct pair paid_pairs[] = {
    {"paid", "no", "yes", 0.088, 0.067, 361, 139, FINDING_LEANING, 150, false},
};

static struct words_contrast
contrast_of(const struct pair *p)
{
    return (struct words_contrast){.factor = str_of(p->factor),
                                   .better = str_of(p->better),
                                   .other = str_of(p->other),
                                   .ratio = exp(p->mean),
                                   .low90 = exp(p->mean - 1.645 * p->sd),
                                   .high90 = exp(p->mean + 1.645 * p->sd),
                                   .better_n = p->better_n,
                                   .other_n = p->other_n,
                                   .verdict = p->verdict,
                                   .outcome = S("interactions"),
                                   .exposure = WORDS_REACH,
                                   .needed = p->needed,
                                   .needed_over = p->over};
}

static struct finding_view
finding_of(struct html *h, const struct pair *p, bool factor_unknown)
{
    struct words_contrast c = contrast_of(p);
    return (struct finding_view){
        .verdict = factor_unknown ? FINDING_UNKNOWN : p->verdict,
        .sentence = factor_unknown ? words_factor_unknown(h->scratch, h->lang, &c)
                                   : words_contrast(h->scratch, h->lang, &c),
        .evidence = factor_unknown ? words_evidence_between(h->scratch, h->lang, &c)
                                   : words_evidence(h->scratch, h->lang, &c),
        .factor_label = words_factor(h->scratch, h->lang, c.factor),
        .href = arena_printf(h->scratch, "/learning#%s", p->factor)};
}

static struct factor_view
factor_of(struct html *h, const struct pair *pairs, ptrdiff_t n, ptrdiff_t drawn,
          ptrdiff_t lead, bool unknown)
{
    struct arena *a = h->scratch;
    struct contrast_line *lines = new (a, struct contrast_line, n);
    struct picture_effect *rows = new (a, struct picture_effect, n);
    struct level_line *levels = new (a, struct level_line, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        struct words_contrast c = contrast_of(&pairs[i]);
        str better = words_level(a, h->lang, c.factor, c.better);
        str other = words_level(a, h->lang, c.factor, c.other);
        double share = 0.5 * erfc(-pairs[i].mean / pairs[i].sd / sqrt(2));
        lines[i] = (struct contrast_line){
            .verdict = c.verdict,
            .better = better,
            .other = other,
            .ratio = format_times(a, h->lang, c.ratio),
            .interval = words_interval(a, h->lang, c.low90, c.high90),
            .better_share = format_share(a, h->lang, share, 0),
            .better_n = c.better_n,
            .other_n = c.other_n,
            .needed = c.needed ? words_needed(a, h->lang, c.needed, c.needed_over) : STR_NONE};
        rows[i] = (struct picture_effect){.label = other,
                                          .verdict = c.verdict,
                                          .ratio = c.ratio,
                                          .low90 = c.low90,
                                          .low50 = exp(pairs[i].mean - 0.674 * pairs[i].sd),
                                          .high50 = exp(pairs[i].mean + 0.674 * pairs[i].sd),
                                          .high90 = c.high90};
        levels[i + 1] =
            (struct level_line){other, c.other_n, format_share(a, h->lang, (1 - share) / 2, 0),
                                format_integer(a, h->lang, 90 + 11 * (int64_t)i)};
        levels[0] = (struct level_line){better, c.better_n, format_share(a, h->lang, share, 0),
                                        format_integer(a, h->lang, 180)};
    }
    return (struct factor_view){
        .id = str_of(pairs[0].factor),
        .label = words_factor(a, h->lang, str_of(pairs[0].factor)),
        .finding = finding_of(h, &pairs[lead], unknown),
        .subtitle = SAY(a, h->lang,
                        BOTH("%s against each of the others: ratio of interactions per person "
                             "reached, 500 posts.",
                             "%s face à chaque autre : rapport des interactions par personne "
                             "touchée, 500 publications.")
                            .p,
                        lines[0].better),
        .json = picture_effects(a, rows, drawn, 0.1),
        .picture_rows_n = drawn,
        .levels = levels,
        .levels_n = drawn + 1,
        .contrasts = lines,
        .contrasts_n = n,
        .spread = BOTH("From one to the next, levels differ by a factor of about 1.6.",
                       "De l’un à l’autre, l’écart est d’un facteur 1,6 environ.")};
}

static struct run_view
run_settled(struct html *h)
{
    return (struct run_view){
        .outcome = S("interactions"),
        .state = RUN_SETTLED,
        .computed_at = BOTH("Sunday 22 November, 23:41", "dimanche 22 novembre, 23 h 41"),
        .posts_n = 500};
}

/* ---- Today ---- */

static struct today_view
today_view(struct html *h)
{
    static struct import_line last;
    static struct finding_view clear[2], leaning[2], unknown[1];
    last = (struct import_line){
        .id = 1,
        .file_name = S("dataset_Facebook.csv"),
        .when = BOTH("Sunday 22 November, 23:38", "dimanche 22 novembre, 23 h 38"),
        .format_label = S("Facebook metrics (UCI)"),
        .added_n = 500,
        .can_undo = true,
        .demo = true};
    clear[0] = finding_of(h, &tactic_pairs[0], false);
    clear[1] = finding_of(h, &format_pairs[1], false);
    leaning[0] = finding_of(h, &hour_pairs[0], false);
    leaning[1] = finding_of(h, &paid_pairs[0], false);
    unknown[0] = finding_of(h, &weekday_pairs[1], true);
    return (struct today_view){.layout = layout(NAV_TODAY, "/"),
                               .date = BOTH("Sunday 22 November", "dimanche 22 novembre"),
                               .next = NEXT_IMPORT_OWN,
                               .posts_n = 500,
                               .run = run_settled(h),
                               .summary = words_summary(h->scratch, h->lang, 2, 2, 1),
                               .clear = {LIST(clear)},
                               .leaning = {LIST(leaning)},
                               .unknown = {LIST(unknown)},
                               .last_import = &last};
}

static void
today_full(struct html *h)
{
    struct today_view view = today_view(h);
    page_today(h, &view);
}

static void
today_empty(struct html *h)
{
    struct today_view view = {.layout = layout(NAV_TODAY, "/"),
                              .date = BOTH("Sunday 22 November", "dimanche 22 novembre"),
                              .next = NEXT_IMPORT_FIRST};
    page_today(h, &view);
}

static void
today_stale(struct html *h)
{
    struct today_view view = today_view(h);
    struct flash_view flash = {TONE_GOOD,
                               BOTH("37 posts were added from november.csv.",
                                    "37 publications ont été ajoutées depuis novembre.csv."),
                               S("/import/2/undo")};
    view.layout.flashes = &flash;
    view.layout.flashes_n = 1;
    view.next = NEXT_RUN;
    view.posts_n = 537;
    view.run.stale = true;
    view.run.changed_n = 37;
    page_today(h, &view);
}

static struct run_view
run_running(struct html *h)
{
    struct run_view run = run_settled(h);
    run.state = RUN_RUNNING;
    run.progress_share = 43;
    run.progress_text = BOTH("Chain 2 of 4.", "Chaîne 2 sur 4.");
    run.progress_url = S("/learning/progress");
    return run;
}

static struct run_view
run_unsettled(struct html *h)
{
    struct run_view run = run_settled(h);
    run.state = RUN_UNSETTLED;
    run.why = BOTH("too few independent draws; some paths ran off the surface",
                   "trop peu de tirages indépendants ; quelques trajectoires ont quitté la "
                   "surface");
    return run;
}

static void
today_unsettled(struct html *h)
{
    struct today_view view = today_view(h);
    view.next = NEXT_RUN_AGAIN;
    view.run = run_unsettled(h);
    page_today(h, &view);
}

static void
today_running(struct html *h)
{
    struct today_view view = today_view(h);
    view.next = NEXT_WAIT;
    view.run = run_running(h);
    page_today(h, &view);
}

static void
today_hostile(struct html *h)
{
    struct today_view view = today_view(h);
    struct pair long_pair = {"tactic",
                             "Behind the scenes of the workshop, with the apprentices and "
                             "their tools, every second week",
                             HOSTILE,
                             0.6,
                             0.1,
                             1234567,
                             8901234,
                             FINDING_CLEAR,
                             0,
                             false};
    struct finding_view finding = finding_of(h, &long_pair, false);
    struct import_line last = *view.last_import;
    last.file_name = S("../../etc/" HOSTILE ".csv");
    view.layout.workspace_name = S(HOSTILE);
    view.layout.person_name = S(HOSTILE);
    view.layout.path = S("/?" HOSTILE);
    view.clear = (struct findings_view){&finding, 1};
    view.leaning.n = view.unknown.n = 0;
    view.last_import = &last;
    page_today(h, &view);
}

/* ---- Learning ---- */

static const struct fact_view *
model_facts(struct html *h, ptrdiff_t *ret_n)
{
    struct fact_view *facts = new (h->scratch, struct fact_view, 6);
    facts[0] = (struct fact_view){BOTH("Model", "Modèle"), S("effects-nb2, 1")};
    facts[1] = (struct fact_view){BOTH("Seed", "Graine"), S("20261122")};
    facts[2] = (struct fact_view){
        BOTH("Fingerprint of the data", "Empreinte des données"),
        S("9f2c41d07be35a8861c0f7d2a94e13bb5c6087de4f21a3905b7e8c61d0f4a372")};
    facts[3] = (struct fact_view){BOTH("Draws", "Tirages"), S("4 × 1000")};
    facts[4] = (struct fact_view){BOTH("Posts used", "Publications utilisées"), S("500")};
    facts[5] = (struct fact_view){BOTH("Left out", "Laissées de côté"), S("0")};
    *ret_n = 6;
    return facts;
}

static struct learning_view
learning_view(struct html *h, bool good)
{
    struct factor_view *factors = new (h->scratch, struct factor_view, 5);
    factors[0] = factor_of(h, LIST(tactic_pairs), 2, 0, false);
    factors[1] = factor_of(h, LIST(format_pairs), 3, 1, false);
    factors[2] = factor_of(h, LIST(hour_pairs), 5, 0, false);
    factors[3] = factor_of(h, LIST(weekday_pairs), 6, 1, true);
    factors[4] = factor_of(h, LIST(paid_pairs), 1, 0, false);
    struct diagnostic_line *lines = new (h->scratch, struct diagnostic_line, 5);
    lines[0] = (struct diagnostic_line){BOTH("Largest R-hat", "Plus grand R-chapeau"),
                                        good ? S("1.003") : S("1.214"),
                                        BOTH("below 1.01", "moins de 1,01"), good};
    lines[1] = (struct diagnostic_line){
        BOTH("Smallest bulk effective sample size", "Plus petite taille effective, centre"),
        S("1 204"), BOTH("400 or more", "400 ou plus"), true};
    lines[2] = (struct diagnostic_line){
        BOTH("Smallest tail effective sample size", "Plus petite taille effective, queues"),
        S("1 011"), BOTH("400 or more", "400 ou plus"), true};
    lines[3] =
        (struct diagnostic_line){BOTH("Divergent transitions", "Transitions divergentes"),
                                 S("0"), BOTH("0.1% or less", "0,1 % ou moins"), true};
    lines[4] = (struct diagnostic_line){S("E-BFMI"), S("0.82"),
                                        BOTH("0.3 or more", "0,3 ou plus"), true};
    struct option_view *outcomes = new (h->scratch, struct option_view, 3);
    outcomes[0] =
        (struct option_view){S("/learning"), BOTH("Interactions", "Interactions"), true};
    outcomes[1] = (struct option_view){S("/learning?outcome=comments"),
                                       BOTH("Comments", "Commentaires"), false};
    outcomes[2] =
        (struct option_view){S("/learning?outcome=shares"), BOTH("Shares", "Partages"), false};
    str *notes = new (h->scratch, str, 1);
    notes[0] =
        BOTH("500 posts have no age: their numbers were taken as final.",
             "500 publications n’ont pas d’âge : leurs chiffres ont été pris pour définitifs.");
    struct learning_view view = {.layout = layout(NAV_LEARNING, "/learning"),
                                 .run = run_settled(h),
                                 .posts_n = 500,
                                 .posts_min = 10,
                                 .outcomes = {outcomes, 3},
                                 .exposure_sentence =
                                     str_of(words_exposure_sentence(h->lang, WORDS_REACH)),
                                 .confounding = str_of(words_confounding(h->lang)),
                                 .summary = words_summary(h->scratch, h->lang, 2, 2, 1),
                                 .notes = notes,
                                 .notes_n = 1,
                                 .factors = factors,
                                 .factors_n = 5,
                                 .diagnostics = lines,
                                 .diagnostics_n = 5};
    view.facts = model_facts(h, &view.facts_n);
    return view;
}

static void
learning_full(struct html *h)
{
    struct learning_view view = learning_view(h, true);
    page_learning(h, &view);
}

static void
learning_unsettled(struct html *h)
{
    struct learning_view view = learning_view(h, false);
    view.run = run_unsettled(h);
    page_learning(h, &view);
}

static void
learning_running(struct html *h)
{
    struct learning_view view = learning_view(h, true);
    view.run = run_running(h);
    view.diagnostics_n = 0;
    page_learning(h, &view);
}

static void
learning_preview_stale(struct html *h)
{
    struct learning_view view = learning_view(h, true);
    view.run.state = RUN_PREVIEW;
    view.run.stale = true;
    view.run.changed_n = 1;
    view.layout.path = S("/learning");
    page_learning(h, &view);
}

static void
learning_few(struct html *h)
{
    struct learning_view view = {
        .layout = layout(NAV_LEARNING, "/learning"), .posts_n = 3, .posts_min = 10};
    page_learning(h, &view);
}

static void
learning_long_names(struct html *h)
{
    struct pair long_pair = {"tactic",
                             "Behind the scenes of the workshop, with the apprentices and "
                             "their tools, every second week",
                             HOSTILE,
                             0.6,
                             0.1,
                             12,
                             8,
                             FINDING_CLEAR,
                             0,
                             false};
    struct learning_view view = learning_view(h, true);
    struct factor_view factor = factor_of(h, &long_pair, 1, 1, 0, false);
    view.factors = &factor;
    view.factors_n = 1;
    page_learning(h, &view);
}

/* ---- Results ---- */

static void
results_pictures(struct html *h, struct results_view *view)
{
    struct arena *a = h->scratch;
    struct picture_group *groups = new (a, struct picture_group, 4);
    groups[0] = (struct picture_group){BOTH("Video", "Vidéo"), 62, 148, 213, 317, 421};
    groups[1] = (struct picture_group){BOTH("Photo", "Photo"), 33, 77, 129, 237, 411};
    groups[2] = (struct picture_group){BOTH("Status post", "Statut"), 41, 110, 180, 260, 360};
    groups[3] = (struct picture_group){BOTH("Link", "Lien"), 11, 34, 62, 108, 236};
    struct picture_bar *bars = new (a, struct picture_bar, 12);
    static const int64_t counts[] = {23, 26, 36, 49, 37, 50, 51, 34, 35, 60, 45, 54};
    str *month_cells = new (a, str, 24);
    for (int32_t i = 0; i < 12; i++) {
        bars[i] =
            (struct picture_bar){str_slice(format_month(h->lang, i + 1), 0, 3), counts[i]};
        if (h->lang == LANG_FR)
            bars[i].label = format_month(h->lang, i + 1);
        month_cells[2 * i] = format_month(h->lang, i + 1);
        month_cells[2 * i + 1] = format_integer(a, h->lang, counts[i]);
    }
    str *heads = new (a, str, 7);
    heads[0] = BOTH("Format", "Format");
    heads[1] = BOTH("Posts", "Publications");
    heads[2] = S("10 %");
    heads[3] = S("25 %");
    heads[4] = BOTH("Half", "Moitié");
    heads[5] = S("75 %");
    heads[6] = S("90 %");
    str *cells = new (a, str, 28);
    static const int64_t group_n[] = {7, 426, 45, 22};
    for (ptrdiff_t i = 0; i < 4; i++) {
        double q[] = {groups[i].q10, groups[i].q25, groups[i].median, groups[i].q75,
                      groups[i].q90};
        cells[7 * i] = groups[i].label;
        cells[7 * i + 1] = format_integer(a, h->lang, group_n[i]);
        for (ptrdiff_t j = 0; j < 5; j++)
            cells[7 * i + 2 + j] = format_real(a, h->lang, q[j], 0);
    }
    struct picture_view *pictures = new (a, struct picture_view, 2);
    pictures[0] = (struct picture_view){
        .id = S("by-format"),
        .title = BOTH("Half of the photos got more than 129 interactions",
                      "La moitié des photos ont suscité plus de 129 interactions"),
        .subtitle = BOTH("Interactions a post: half of the posts on the thick line, four in "
                         "five on the thin one. 500 posts.",
                         "Interactions par publication : la moitié des publications sur le "
                         "trait épais, quatre sur cinq sur le fin. 500 publications."),
        .json = picture_groups(a, groups, 4),
        .table = {heads, 7, cells, 4}};
    str *month_heads = new (a, str, 2);
    month_heads[0] = BOTH("Month", "Mois");
    month_heads[1] = BOTH("Posts", "Publications");
    pictures[1] = (struct picture_view){
        .id = S("by-month"),
        .title = BOTH("Most posts came out in October",
                      "C’est en octobre qu’il a paru le plus de publications"),
        .subtitle = BOTH(
            "Posts by month; the year is not in the file. 500 posts.",
            "Publications par mois ; l’année n’est pas dans le fichier. 500 publications."),
        .json = picture_bars(a, bars, 12),
        .table = {month_heads, 2, month_cells, 12}};
    view->pictures = pictures;
    view->pictures_n = 2;
}

static struct results_view
results_view(struct html *h, bool hostile)
{
    struct arena *a = h->scratch;
    enum { ROWS = 12, COLUMNS = 9 };
    struct column_view *columns = new (a, struct column_view, COLUMNS);
    columns[0] = (struct column_view){BOTH("Post", "Publication"), STR_NONE, false, 0};
    columns[1] =
        (struct column_view){BOTH("Published", "Parue"), S("/results?sort=when"), false, 0};
    columns[2] =
        (struct column_view){BOTH("Format", "Format"), S("/results?sort=format"), false, 0};
    columns[3] =
        (struct column_view){BOTH("Tactic", "Tactique"), S("/results?sort=tactic"), false, 0};
    columns[4] =
        (struct column_view){BOTH("Channel", "Canal"), S("/results?sort=channel"), false, 0};
    columns[5] =
        (struct column_view){BOTH("Reach", "Portée"), S("/results?sort=reach"), true, 0};
    columns[6] = (struct column_view){BOTH("Interactions", "Interactions"),
                                      S("/results?sort=interactions&order=up"), true, -1};
    columns[7] = (struct column_view){BOTH("Comments", "Commentaires"),
                                      S("/results?sort=comments"), true, 0};
    columns[8] =
        (struct column_view){BOTH("Shares", "Partages"), S("/results?sort=shares"), true, 0};
    struct result_row *rows = new (a, struct result_row, ROWS);
    for (int64_t i = 0; i < ROWS; i++) {
        str *numbers = new (a, str, 4);
        numbers[0] = format_integer(a, h->lang, 180480 / (i + 1));
        numbers[1] = format_integer(a, h->lang, 6334 / (i + 1));
        numbers[2] = i == 3 ? STR_NONE : format_integer(a, h->lang, 372 / (i + 1));
        numbers[3] = i == 3 ? STR_NONE : format_integer(a, h->lang, 790 / (i + 1));
        rows[i] = (struct result_row){
            .id = 500 - i,
            .title = i == 2 && hostile ? S(HOSTILE)
                     : i == 4 ? BOTH("Behind the scenes of the workshop, with the apprentices "
                                     "and their tools, every second week of the month",
                                     "Dans les coulisses de l’atelier, avec les apprentis et "
                                     "leurs outils, une semaine sur deux")
                              : BOTH("Photo, July, 3 h", "Photo, juillet, 3 h"),
            .href = arena_printf(a, "/results/%d", (int)(500 - i)),
            .when = BOTH("July, weekday 3, 3 h", "juillet, jour 3, 3 h"),
            .format_label = i == 3 ? BOTH("Status post", "Statut") : BOTH("Photo", "Photo"),
            .tactic_name = i % 3 ? BOTH("Inspiration", "Inspiration")
                                 : BOTH("Offers and contests", "Offres et concours"),
            .channel_name = S("Facebook"),
            .paid = i % 4 == 1,
            .numbers = numbers};
    }
    struct option_view *formats = new (a, struct option_view, 3);
    formats[0] = (struct option_view){S(""), BOTH("all", "tous"), true};
    formats[1] = (struct option_view){S("photo"), BOTH("Photo", "Photo"), false};
    formats[2] = (struct option_view){S("status"), BOTH("Status post", "Statut"), false};
    struct option_view *tactics = new (a, struct option_view, 2);
    tactics[0] = (struct option_view){S(""), BOTH("all", "toutes"), true};
    tactics[1] = (struct option_view){S("1"), hostile ? S(HOSTILE) : S("Inspiration"), false};
    struct option_view *channels = new (a, struct option_view, 1);
    channels[0] = (struct option_view){S(""), BOTH("all", "tous"), true};
    struct option_view *metrics = new (a, struct option_view, 2);
    metrics[0] =
        (struct option_view){S("interactions"), BOTH("Interactions", "Interactions"), true};
    metrics[1] = (struct option_view){S("comments"), BOTH("Comments", "Commentaires"), false};
    struct results_view view = {.layout = layout(NAV_RESULTS, "/results"),
                                .posts_n = 500,
                                .found_n = 500,
                                .first = 1,
                                .last = ROWS,
                                .query = hostile ? S(HOSTILE) : S(""),
                                .filtered = hostile,
                                .formats = {formats, 3},
                                .tactics = {tactics, 2},
                                .channels = {channels, 1},
                                .metrics = {metrics, 2},
                                .sort = S("interactions"),
                                .columns = columns,
                                .columns_n = COLUMNS,
                                .rows = rows,
                                .rows_n = ROWS,
                                .next_href = S("/results?page=2"),
                                .csv_href = S("/results.csv")};
    results_pictures(h, &view);
    return view;
}

static void
results_full(struct html *h)
{
    struct results_view view = results_view(h, false);
    page_results(h, &view);
}

static void
results_hostile(struct html *h)
{
    struct results_view view = results_view(h, true);
    page_results(h, &view);
}

static void
results_none(struct html *h)
{
    struct results_view view = results_view(h, false);
    view.found_n = 0;
    view.filtered = true;
    view.query = S("soap");
    page_results(h, &view);
}

static void
results_empty(struct html *h)
{
    struct results_view view = {.layout = layout(NAV_RESULTS, "/results")};
    page_results(h, &view);
}

static void
post_full(struct html *h)
{
    struct fact_view facts[] = {
        {BOTH("Format", "Format"), BOTH("Photo", "Photo")},
        {BOTH("Tactic", "Tactique"), BOTH("Inspiration", "Inspiration")},
        {BOTH("Channel", "Canal"), S("Facebook")},
        {BOTH("Published", "Parue"), BOTH("July, weekday 3, 3 h (year not known)",
                                          "juillet, jour 3, 3 h (année inconnue)")},
        {BOTH("Paid", "Payée"), BOTH("no", "non")}};
    struct metric_line metrics[] = {
        {BOTH("Reach", "Portée"), format_integer(h->scratch, h->lang, 180480),
         BOTH("22 November", "22 novembre"), S("Lifetime Post Total Reach"), S("/import/1")},
        {BOTH("Interactions", "Interactions"), format_integer(h->scratch, h->lang, 6334),
         BOTH("22 November", "22 novembre"), S("Total Interactions"), S("/import/1")},
        {BOTH("Comments", "Commentaires"), S("372"), BOTH("not known", "non connu"),
         S("reply_count"), STR_NONE}};
    struct post_view view = {.layout = layout(NAV_RESULTS, "/results/244"),
                             .title = BOTH("Photo, July, 3 h", "Photo, juillet, 3 h"),
                             .text = S("First line.\nSecond line, " HOSTILE),
                             .link = S("javascript:alert(3)"),
                             .facts = facts,
                             .facts_n = sizeof facts / sizeof *facts,
                             .metrics = metrics,
                             .metrics_n = 3,
                             .back_href = S("/results?sort=interactions")};
    page_post(h, &view);
}

/* ---- Import ---- */

static void
imports_full(struct html *h)
{
    struct import_line lines[] = {
        {2, S("tweet_activity_metrics_lumen_20261001_20261101_fr.csv"),
         BOTH("Sunday 22 November, 23:50", "dimanche 22 novembre, 23 h 50"),
         S("X (Twitter) Analytics"), 412, 3, 2, false, true, false},
        {3, S("<b>notes</b>.csv"),
         BOTH("Sunday 22 November, 23:44", "dimanche 22 novembre, 23 h 44"),
         BOTH("Your own mapping", "Votre correspondance"), 37, 0, 0, true, false, false},
        {1, S("dataset_Facebook.csv"),
         BOTH("Sunday 22 November, 23:38", "dimanche 22 novembre, 23 h 38"),
         S("Facebook metrics (UCI)"), 500, 6, 0, false, true, true}};
    struct imports_view view = {.layout = layout(NAV_IMPORT, "/import"),
                                .upload_max = BOTH("64 MB", "64 Mo"),
                                .demo = 1,
                                .imports = lines,
                                .imports_n = 3};
    page_imports(h, &view);
}

static void
imports_empty(struct html *h)
{
    struct imports_view view = {
        .layout = layout(NAV_IMPORT, "/import"),
        .upload_max = BOTH("64 MB", "64 Mo"),
        .file.error = BOTH("“photo.jpg” could not be read as a table: it is not text. Choose "
                           "the CSV file that your network exports.",
                           "« photo.jpg » n’a pas pu être lu comme un tableau : ce n’est pas "
                           "du texte. Choisissez le fichier CSV que votre réseau exporte."),
        .demo_offered = true};
    page_imports(h, &view);
}

static struct import_view
import_view(struct html *h)
{
    static struct import_row rows[5];
    static struct option_view filter[3];
    rows[0] = (struct import_row){
        0, ROW_REMARK, S("Followers lost"),
        BOTH("this column is not known here; it is left out",
             "cette colonne n’est pas connue ici ; elle est laissée de côté")};
    rows[1] = (struct import_row){
        3, ROW_WARNING, BOTH("whole row", "ligne entière"),
        BOTH("the row repeats the post of row 2; it is left out",
             "la ligne répète la publication de la ligne 2 ; elle est laissée de côté")};
    rows[2] = (struct import_row){
        4, ROW_ERROR, S("Post Month"),
        BOTH("\"13\" is not a number from 1 to 12", "« 13 » n’est pas un nombre de 1 à 12")};
    rows[3] =
        (struct import_row){5, ROW_ERROR, S(HOSTILE),
                            BOTH("-4 is below zero, and a count cannot be",
                                 "-4 est au-dessous de zéro, et un compte ne peut l’être")};
    rows[4] = (struct import_row){
        6, ROW_ERROR, S("comment"),
        BOTH("\"many\" is not a number; correct it, or leave it empty",
             "« many » n’est pas un nombre ; corrigez-le, ou laissez vide")};
    filter[0] =
        (struct option_view){S("/import/4"), BOTH("All messages", "Tous les messages"), true};
    filter[1] =
        (struct option_view){S("/import/4?rows=warnings"),
                             BOTH("With a warning: 6", "Avec un avertissement : 6"), false};
    filter[2] = (struct option_view){S("/import/4?rows=refused"),
                                     BOTH("Refused: 200", "Refusées : 200"), false};
    return (struct import_view){.layout = layout(NAV_IMPORT, "/import/4"),
                                .state = IMPORT_DRY,
                                .key = S("4"),
                                .file_name = S("dataset_Facebook.csv"),
                                .size = BOTH("39 kB", "39 ko"),
                                .format_label = S("Facebook metrics (UCI)"),
                                .dialect =
                                    BOTH("separator “;”, UTF-8", "séparateur « ; », UTF-8"),
                                .rows_n = 500,
                                .ok_n = 294,
                                .warned_n = 6,
                                .refused_n = 200,
                                .new_n = 299,
                                .can_apply = true,
                                .filter = {filter, 3},
                                .rows = rows,
                                .rows_shown_n = 5,
                                .rows_first = 1,
                                .rows_all_n = 207,
                                .next_href = S("/import/4?page=2"),
                                .refused_href = S("/import/4/refused.csv")};
}

static void
import_dry(struct html *h)
{
    struct import_view view = import_view(h);
    page_import_one(h, &view);
}

static void
import_applied(struct html *h)
{
    struct import_view view = import_view(h);
    view.state = IMPORT_APPLIED;
    view.when = BOTH("Sunday 22 November, 23:38", "dimanche 22 novembre, 23 h 38");
    view.can_apply = false;
    view.can_undo = true;
    view.demo = 1;
    view.filter.n = 0;
    view.rows_shown_n = 0;
    view.next_href = STR_NONE;
    page_import_one(h, &view);
}

static void
import_undone(struct html *h)
{
    struct import_view view = import_view(h);
    view.state = IMPORT_UNDONE;
    view.can_apply = false;
    view.filter.n = 0;
    view.rows_shown_n = 0;
    view.refused_href = view.next_href = STR_NONE;
    page_import_one(h, &view);
}

static void
import_nothing_new(struct html *h)
{
    struct import_view view = import_view(h);
    view.can_apply = false;
    view.ok_n = view.warned_n = view.refused_n = view.new_n = 0;
    view.already_n = 500;
    view.filter.n = 0;
    view.rows_shown_n = 0;
    view.refused_href = view.next_href = STR_NONE;
    page_import_one(h, &view);
}

static void
import_mapping(struct html *h)
{
    struct option_view words[] = {
        {S(""), BOTH("not used", "laissée de côté"), false},
        {S("published"), BOTH("Publication date", "Date de parution"), false},
        {S("text"), BOTH("Text", "Texte"), true},
        {S("reach"), BOTH("Reach", "Portée"), false},
        {S("interactions"), BOTH("Interactions", "Interactions"), false}};
    struct option_view orders[] = {{S("dmy"), S("24/11/2026"), true},
                                   {S("mdy"), S("11/24/2026"), false},
                                   {S("ymd"), S("2026-11-24"), false}};
    struct option_view decimals[] = {{S("point"), S("1.5"), true},
                                     {S("comma"), S("1,5"), false}};
    struct option_view networks[] = {{S("instagram"), S("Instagram"), true},
                                     {S("facebook"), S("Facebook"), false}};
    struct mapping_line columns[] = {
        {S("column-0"), S("Datum"), S("24.11.2026 09:00"), OPTIONS(words),
         BOTH("Two columns are the publication date; keep one.",
              "Deux colonnes sont la date de parution ; gardez-en une.")},
        {S("column-1"), S("Botschaft"), S(HOSTILE), OPTIONS(words), STR_NONE},
        {S("column-2"), S("Reichweite"), S("2 752"), OPTIONS(words), STR_NONE}};
    struct import_view view = {
        .layout = layout(NAV_IMPORT, "/import/5"),
        .state = IMPORT_UNKNOWN,
        .key = S("check-5"),
        .file_name = S("beitraege.csv"),
        .size = BOTH("12 kB", "12 ko"),
        .dialect = BOTH("separator “,”, UTF-8", "séparateur « , », UTF-8"),
        .columns = columns,
        .columns_n = 3,
        .date_orders = OPTIONS(orders),
        .decimals = OPTIONS(decimals),
        .networks = OPTIONS(networks),
        .channel_name = {S("Instagram"), STR_NONE},
        .mapping_error = BOTH("The meanings contradict each other in one place.",
                              "Les significations se contredisent à un endroit.")};
    page_import_one(h, &view);
}

/* ---- the door, settings, errors ---- */

static void
sign_in(struct html *h)
{
    struct sign_in_view view = {
        .layout = door("/sign-in"),
        .error = BOTH(
            "Name and password do not go together. Try again, or ask for a new one-time link.",
            "Ce nom et ce mot de passe ne vont pas ensemble. Réessayez, ou demandez un nouveau "
            "lien à usage unique."),
        .name = S("Camille"),
        .next = S("/")};
    page_sign_in(h, &view);
}

static void
link_valid(struct html *h)
{
    struct link_view view = {.layout = door("/link/abc"),
                             .valid = true,
                             .person_name = S("Camille"),
                             .action = S("/link/abc")};
    page_link(h, &view);
}

static void
link_spent(struct html *h)
{
    struct link_view view = {.layout = door("/link/abc")};
    page_link(h, &view);
}

static void
password(struct html *h)
{
    struct password_view view = {
        .layout = door("/password"),
        .person_name = S("Camille"),
        .length_min = 12,
        .again = {STR_NONE, BOTH("The two are not the same. Type it again.",
                                 "Les deux ne sont pas identiques. Saisissez-le de nouveau.")}};
    page_password(h, &view);
}

static void
settings(struct html *h)
{
    struct option_view langs[] = {{S("en"), S("English"), h->lang == LANG_EN},
                                  {S("fr"), S("Français"), h->lang == LANG_FR}};
    struct option_view currencies[] = {{S("EUR"), S("EUR"), true}, {S("CAD"), S("CAD"), false}};
    struct option_view weekdays[7];
    for (int32_t i = 0; i < 7; i++)
        weekdays[i] = (struct option_view){format_integer(h->scratch, h->lang, i + 1),
                                           format_weekday(h->lang, i + 1), i == 0};
    struct option_view zones[] = {{S("Europe/Paris"), S("Europe/Paris"), true},
                                  {S("America/Montreal"), S("America/Montreal"), false}};
    struct settings_view view = {
        .layout = layout(NAV_SETTINGS, "/settings"),
        .name = {S("Atelier Lumen"), STR_NONE},
        .zone = {S("Mars/Olympus"),
                 BOTH("“Mars/Olympus” is not a time zone. Choose one of the list.",
                      "« Mars/Olympus » n’est pas un fuseau horaire. Choisissez-en un dans la "
                      "liste.")},
        .zones = OPTIONS(zones),
        .langs = OPTIONS(langs),
        .currencies = OPTIONS(currencies),
        .weekdays = {weekdays, 7},
        .now = BOTH("23:41", "23 h 41")};
    page_settings(h, &view);
}

static void
tokens(struct html *h)
{
    const struct token_line lines[] = {
        {2, S("Calendar <b>sync</b>"), BOTH("read, write", "lire, écrire"), S("Ada"),
         S("2026-11-24"), S("2026-11-25"), false},
        {1, S("Old script"), BOTH("read", "lire"), S("Ada"), S("2026-10-01"), STR_NONE, true}};
    struct tokens_view view = {.layout = layout(NAV_SETTINGS, "/settings/tokens"),
                               .lines = lines,
                               .lines_n = 2,
                               .made = S("propre_Zm9vYmFy"),
                               .scopes_error =
                                   BOTH("Choose at least one.", "Choisissez-en au moins un."),
                               .read = true};
    page_tokens(h, &view);
}

static void
notices(struct html *h)
{
    static const struct option_view tls[] = {{S_CONST("starttls"), S_CONST("STARTTLS"), true},
                                             {S_CONST("none"), S_CONST("None"), false}};
    static const struct option_view langs[] = {{S_CONST(""), S_CONST("–"), true},
                                               {S_CONST("fr"), S_CONST("Français"), false}};
    const struct notice_line lines[] = {{S("24 Nov 2026, 09:05"), S("mail"), S("delivery/12"),
                                         S("Sent 24 Nov 2026, 09:06"), TONE_GOOD},
                                        {S("24 Nov 2026, 08:05"), S("webhook"), S("channel/3"),
                                         S("Not sent: HTTP 410 <gone>"), TONE_BAD}};
    struct notices_view view = {
        .layout = layout(NAV_SETTINGS, "/settings/notices"),
        .mail = {.on = true,
                 .word = "mail",
                 .error = BOTH("give the password of ada at this server",
                               "donnez le mot de passe de ada sur ce serveur"),
                 .good = S("24 Nov 2026, 09:06"),
                 .failed = S("23 Nov 2026, 10:00"),
                 .words = S("451 4.3.0 <later>"),
                 .test =
                     BOTH("The worker will send it in a moment.", "Il part dans un instant."),
                 .test_waits = true,
                 .secret = true},
        .webhook = {.on = true, .word = "webhook"},
        .server = S("mail.example"),
        .port = S("587"),
        .user = S("ada"),
        .from = S("propre@club.example"),
        .to = S("ada@club.example, bob@club.example"),
        .pages = S("https://propre.example"),
        .webhook_server = S("hook.example"),
        .tls = OPTIONS(tls),
        .langs = OPTIONS(langs),
        .webhook_langs = OPTIONS(langs),
        .lines = lines,
        .lines_n = 2};
    page_notices(h, &view);
}

static void
error_page(struct html *h)
{
    struct error_view view = {
        .layout = layout(NAV_NONE, "/results/9999"),
        .status = 404,
        .title = BOTH("This post does not exist", "Cette publication n’existe pas"),
        .text = BOTH("Post 9999 was asked for, and there is none with that number. It may have "
                     "gone when an import was undone.",
                     "La publication 9999 a été demandée, et aucune ne porte ce numéro. Elle "
                     "est peut-être partie avec une importation annulée.")};
    page_error(h, &view);
}

const struct sample samples[] = {
    {"today", today_full},
    {"today-empty", today_empty},
    {"today-stale", today_stale},
    {"today-unsettled", today_unsettled},
    {"today-running", today_running},
    {"today-hostile", today_hostile},
    {"learning", learning_full},
    {"learning-unsettled", learning_unsettled},
    {"learning-running", learning_running},
    {"learning-stale", learning_preview_stale},
    {"learning-few", learning_few},
    {"learning-long", learning_long_names},
    {"compose", sample_compose},
    {"compose-empty", sample_compose_empty},
    {"compose-wrong", sample_compose_wrong},
    {"compose-planned", sample_compose_planned},
    {"compose-out", sample_compose_out},
    {"compose-hostile", sample_compose_hostile},
    {"results", results_full},
    {"results-hostile", results_hostile},
    {"results-none", results_none},
    {"results-empty", results_empty},
    {"post", post_full},
    {"imports", imports_full},
    {"imports-empty", imports_empty},
    {"import-dry", import_dry},
    {"import-applied", import_applied},
    {"import-undone", import_undone},
    {"import-nothing", import_nothing_new},
    {"import-mapping", import_mapping},
    {"sign-in", sign_in},
    {"link", link_valid},
    {"link-spent", link_spent},
    {"password", password},
    {"settings", settings},
    {"tokens", tokens},
    {"notices", notices},
    {"error", error_page},
    {"channels", sample_channels},
    {"channels-empty", sample_channels_empty},
    {"channels-reader", sample_channels_reader},
    {"channels-hostile", sample_channels_hostile},
    {"channel-new", sample_channel_new},
    {"channel-agree", sample_channel_agree},
    {"channel-waiting", sample_channel_waiting},
    {"channel-works", sample_channel_works},
    {"channel-refused", sample_channel_refused},
    {"channel-by-hand", sample_channel_by_hand},
    {"connected", sample_connected},
    {"connected-refused", sample_connected_refused},
    {"queue", sample_queue},
    {"queue-empty", sample_queue_empty},
    {"queue-hold", sample_queue_hold},
    {"queue-finished", sample_queue_finished},
    {"queue-hostile", sample_queue_hostile},
    {"delivery", sample_delivery},
    {"delivery-person", sample_delivery_person},
    {"delivery-missed", sample_delivery_refused},
    {"delivery-published", sample_delivery_published},
    {"delivery-cancelled", sample_delivery_cancelled},
    {"delivery-draft", sample_delivery_draft},
    {"delivery-hostile", sample_delivery_hostile},
    {"slots", sample_slots},
    {"slots-wrong", sample_slots_wrong},
    {"slots-empty", sample_slots_empty},
    {"repeats", sample_repeats},
    {"repeats-wrong", sample_repeats_wrong},
    {"repeats-empty", sample_repeats_empty},
    {"today-queue", sample_today_queue},
    {"today-queue-away", sample_today_away},
};
const ptrdiff_t samples_n = (ptrdiff_t)(sizeof samples / sizeof *samples);
