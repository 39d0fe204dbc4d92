#include <assert.h>
#include <math.h>

#include "learn/model_internal.h"
#include "learn/num.h"

/* What is known while the posts are being sorted. */
struct build {
    const struct effects_input *in;
    struct effects_model *model;
    const struct effects_post **posts; /* those used, sorted */
    int32_t first_month, last_month;   /* first > last: no month is known */
    struct arena *keep;
};

void
model_note(struct effects_model *model, enum effects_note_kind kind, int32_t factor, int64_t n)
{
    if (model->notes_n < EFFECTS_NOTES_MAX) /* the first 32 tell enough */
        model->notes[model->notes_n++] = (struct effects_note){kind, factor, n};
}

/* ---- which posts, against what ---- */

static enum effects_exposure
choose_exposure(const struct effects_input *in, enum effects_exposure wanted)
{
    if (wanted != EXPOSURE_AUTO)
        return wanted;
    for (int32_t rung = 0; rung < EFFECTS_RUNGS; rung++) {
        int32_t known = 0;
        for (int32_t i = 0; i < in->posts_n; i++)
            known += in->posts[i].exposure[rung] > 0;
        if (known > 0 && 10 * (int64_t)known >= 8 * (int64_t)in->posts_n)
            return (enum effects_exposure)rung; /* four of five posts: the rest is left out */
    }
    return EXPOSURE_NONE;
}

static void
choose_posts(struct build *b)
{
    struct effects_model *model = b->model;
    model->exposure = choose_exposure(b->in, model->options.exposure);
    int64_t unknown_age = 0;
    b->first_month = INT32_MAX;
    b->last_month = -1;
    for (int32_t i = 0; i < b->in->posts_n; i++) {
        const struct effects_post *p = &b->in->posts[i];
        double exposure = model->exposure < EXPOSURE_NONE ? p->exposure[model->exposure] : 1.0;
        if (!(exposure > 0)) {
            model->left_out_n++;
            continue;
        }
        b->posts[model->posts_n++] = p;
        model->outcome_sum += p->outcome;
        model->exposure_sum += exposure;
        unknown_age += isnan(p->age_hours);
        if (p->month >= 0 && p->month < b->first_month)
            b->first_month = p->month;
        if (p->month > b->last_month)
            b->last_month = p->month;
    }
    if (b->last_month - b->first_month >= EFFECTS_MONTHS_MAX)
        b->first_month =
            b->last_month - EFFECTS_MONTHS_MAX + 1; /* what is older counts as that month */
    if (model->exposure == EXPOSURE_NONE)
        model_note(model, NOTE_EXPOSURE_NONE, -1, model->posts_n);
    if (model->left_out_n > 0)
        model_note(model, NOTE_NO_EXPOSURE, -1, model->left_out_n);
    if (model->posts_n == 0)
        model_note(model, NOTE_NO_POSTS, -1, 0);
    else if (model->posts_n < 10)
        model_note(model, NOTE_FEW_POSTS, -1, model->posts_n);
    if (b->in->cut)
        model_note(model, NOTE_POSTS_CUT, -1, EFFECTS_POSTS_MAX);
    if (model->posts_n > 0 && model->outcome_sum == 0)
        model_note(model, NOTE_ALL_ZERO, -1, model->posts_n);
    if (unknown_age > 0)
        model_note(model, NOTE_AGE_UNKNOWN, -1, unknown_age);
    double sum = model->outcome_sum > 0 ? (double)model->outcome_sum : 0.5;
    model->m0 = model->posts_n > 0 ? num_log(sum / model->exposure_sum) : 0.0;
    if (!isnan(model->options.intercept_mean))
        model->m0 = model->options.intercept_mean;
}

static int
order_int(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int
order_real(double a, double b)
{
    if (isnan(a) || isnan(b))
        return (isnan(b) != 0) - (isnan(a) != 0);
    return (a > b) - (a < b);
}

/* By channel, then by everything that decides the design row, then by everything else. */
static int
order_posts(const void *pa, const void *pb, void *ctx)
{
    const struct effects_post *a = *(const struct effects_post *const *)pa;
    const struct effects_post *b = *(const struct effects_post *const *)pb;
    const struct build *build = ctx;
    int order = order_int(a->channel, b->channel);
    for (int32_t k = 0; k < build->in->factors_n && order == 0; k++)
        order = order_int(a->levels[k], b->levels[k]);
    if (order == 0 && build->model->options.trend)
        order = order_int(a->month, b->month);
    for (int32_t i = 0; i < build->in->covariates_n && order == 0; i++)
        order = order_real(a->covariates[i], b->covariates[i]);
    if (order == 0)
        order = order_int(a->outcome, b->outcome);
    for (int32_t i = 0; i < EFFECTS_RUNGS && order == 0; i++)
        order = order_real(a->exposure[i], b->exposure[i]);
    if (order == 0)
        order = order_real(a->age_hours, b->age_hours);
    return order != 0 ? order : order_int(a->id, b->id);
}

/* ---- factors ---- */

static int32_t
level_of(const struct build *b, const struct model_factor *f, const struct effects_post *p)
{
    int32_t channels_n = b->in->channels_n;
    switch (f->kind) {
    case FACTOR_CHANNEL:
        return p->channel;
    case FACTOR_TREND:
        if (p->month < 0)
            return -1;
        return p->month < b->first_month ? 0 : p->month - b->first_month;
    case FACTOR_INTERACTION: {
        int32_t level = p->levels[b->model->options.interaction_factor];
        return level < 0 ? -1 : level * channels_n + p->channel;
    }
    case FACTOR_PLAIN:
    case FACTOR_CALENDAR:
        return p->levels[f->factor];
    }
    return -1;
}

/* Posts by level; the posts without one become a level of their own at the end (not for a trend). */
static void
count_levels(struct build *b, struct model_factor *f)
{
    f->posts_of_level = new (b->keep, int32_t, f->labels_n + 1);
    f->present_of_level = new (b->keep, int32_t, f->labels_n + 1);
    int32_t missing = 0;
    for (int32_t i = 0; i < b->model->posts_n; i++) {
        int32_t level = level_of(b, f, b->posts[i]);
        if (level < 0)
            missing++;
        else
            f->posts_of_level[level]++;
    }
    f->levels_n = f->labels_n;
    if (missing > 0 && f->kind != FACTOR_TREND)
        f->posts_of_level[f->levels_n++] = missing;
    if (missing > 0 && f->factor >= 0)
        model_note(b->model, NOTE_NOT_RECORDED, f->factor, missing);
    for (int32_t j = 0; j < f->levels_n; j++) {
        bool present = f->posts_of_level[j] > 0 || f->kind == FACTOR_TREND;
        f->present_of_level[j] = present ? f->present_n++ : -1;
    }
}

/* Orthonormal contrasts (Helmert's): column r sets level r + 1 against the mean of those before. */
static void
fill_helmert(struct model_factor *f)
{
    for (int32_t r = 0; r < f->rank; r++) {
        double n = (double)(r + 1), scale = 1.0 / sqrt(n * (n + 1.0));
        for (int32_t j = 0; j <= r; j++)
            f->basis[(ptrdiff_t)j * f->rank + r] = -scale;
        f->basis[(ptrdiff_t)(r + 1) * f->rank + r] = n * scale;
    }
}

/* A random walk about its own average: step r adds one to all later months. */
static void
fill_walk(struct model_factor *f)
{
    for (int32_t r = 0; r < f->rank; r++) {
        double above = (double)(f->present_n - 1 - r) / (double)f->present_n;
        for (int32_t j = 0; j < f->present_n; j++)
            f->basis[(ptrdiff_t)j * f->rank + r] = j > r ? 1.0 - above : -above;
    }
}

static enum fault
add_factor(struct build *b, struct model_factor factor, struct error *error)
{
    struct effects_model *model = b->model;
    struct model_factor *f = &model->factors[model->factors_n];
    *f = factor;
    count_levels(b, f);
    f->exchangeable = f->kind != FACTOR_TREND;
    f->rank = f->present_n > 0 ? f->present_n - 1 : 0;
    f->first_present = model->presents_n;
    f->first_contrast = model->contrasts_n;
    int32_t shown = f->kind == FACTOR_INTERACTION ? f->present_n : f->levels_n;
    if (model->presents_n + shown > EFFECTS_ALL_LEVELS_MAX)
        return fail(
            error, FAULT_LIMIT,
            "the factors have more than %d values together: leave out one with many values",
            EFFECTS_ALL_LEVELS_MAX);
    f->basis = new (b->keep, double, (ptrdiff_t)f->present_n * f->rank + 1);
    if (f->exchangeable)
        fill_helmert(f);
    else
        fill_walk(f);
    if (f->factor >= 0 && f->present_n == 1)
        model_note(model, NOTE_ONE_LEVEL, f->factor, model->posts_n);
    model->presents_n += f->present_n;
    model->contrasts_n += f->rank;
    model->factors_n++;
    return OK;
}

static const str *
channel_labels(struct build *b)
{
    str *labels = new (b->keep, str, b->in->channels_n);
    for (int32_t c = 0; c < b->in->channels_n; c++)
        labels[c] = b->in->channels[c].label;
    return labels;
}

static const str *
interaction_labels(struct build *b, const struct effects_factor *factor)
{
    int32_t n = b->in->channels_n;
    str *labels = new (b->keep, str, (ptrdiff_t)factor->labels_n * n + 1);
    for (int32_t j = 0; j < factor->labels_n; j++)
        for (int32_t c = 0; c < n; c++)
            labels[j * n + c] = arena_printf(b->keep, "%.*s × %.*s", STR_FMT(factor->labels[j]),
                                             STR_FMT(b->in->channels[c].label));
    return labels;
}

static const str *
month_labels(struct build *b, int32_t months_n)
{
    str *labels = new (b->keep, str, months_n);
    for (int32_t i = 0; i < months_n; i++) {
        int32_t month = b->first_month + i;
        labels[i] = arena_printf(b->keep, "%04d-%02d", month / 12, month % 12 + 1);
    }
    return labels;
}

static enum fault
add_made_factors(struct build *b, int32_t channels_used, struct error *error)
{
    const struct effects_options *o = &b->model->options;
    enum fault fault = OK;
    if (channels_used > 1)
        fault = add_factor(b,
                           (struct model_factor){.name = S("channel"),
                                                 .kind = FACTOR_CHANNEL,
                                                 .factor = -1,
                                                 .labels = channel_labels(b),
                                                 .labels_n = b->in->channels_n,
                                                 .tau_scale = o->tau_scale},
                           error);
    if (fault == OK && channels_used > 1 && o->interaction_factor >= 0) {
        const struct effects_factor *factor = &b->in->factors[o->interaction_factor];
        fault =
            add_factor(b,
                       (struct model_factor){.name = S("interaction"),
                                             .kind = FACTOR_INTERACTION,
                                             .factor = -1,
                                             .labels = interaction_labels(b, factor),
                                             .labels_n = factor->labels_n * b->in->channels_n,
                                             .tau_scale = o->tau_scale_interaction},
                       error);
    }
    int32_t months_n = b->last_month - b->first_month + 1;
    if (fault == OK && o->trend && b->last_month >= 0 && months_n > 1)
        fault = add_factor(b,
                           (struct model_factor){.name = S("trend"),
                                                 .kind = FACTOR_TREND,
                                                 .factor = -1,
                                                 .labels = month_labels(b, months_n),
                                                 .labels_n = months_n,
                                                 .tau_scale = o->tau_scale_trend},
                           error);
    return fault;
}

static enum fault
add_factors(struct build *b, int32_t channels_used, struct error *error)
{
    const struct effects_options *o = &b->model->options;
    b->model->factors = new (b->keep, struct model_factor, b->in->factors_n + 3);
    for (int32_t k = 0; k < b->in->factors_n; k++) {
        const struct effects_factor *factor = &b->in->factors[k];
        bool calendar = factor->kind == FACTOR_CALENDAR;
        enum fault fault = add_factor(
            b,
            (struct model_factor){.name = factor->name,
                                  .kind = calendar ? FACTOR_CALENDAR : FACTOR_PLAIN,
                                  .factor = k,
                                  .labels = factor->labels,
                                  .labels_n = factor->labels_n,
                                  .tau_scale = calendar ? o->tau_scale_calendar : o->tau_scale},
            error);
        if (fault != OK)
            return fault;
    }
    return add_made_factors(b, channels_used, error);
}

/* Two factors that sort the posts in the same way cannot be told apart. */
static void
note_confounded(struct build *b)
{
    struct effects_model *model = b->model;
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        for (int32_t l = 0; l < k; l++) {
            const struct model_factor *g = &model->factors[l];
            bool same = f->factor >= 0 && g->factor >= 0 && f->present_n == g->present_n &&
                        f->present_n > 1;
            int32_t partner[EFFECTS_LEVELS_MAX + 1];
            for (int32_t j = 0; j <= EFFECTS_LEVELS_MAX; j++)
                partner[j] = -1;
            for (int32_t i = 0; i < model->posts_n && same; i++) {
                int32_t a = level_of(b, f, b->posts[i]), c = level_of(b, g, b->posts[i]);
                a = a < 0 ? f->labels_n : a;
                if (partner[a] == -1)
                    partner[a] = c;
                same = partner[a] == c;
            }
            if (same)
                model_note(model, NOTE_CONFOUNDED, f->factor, g->factor);
        }
    }
}

/* ---- rows, covariates, channels ---- */

/* Means (for what is missing) and scales of the covariates. */
static void
scale_covariate(struct build *b, int32_t c, double *ret_shift, double *ret_scale,
                double *ret_mean)
{
    double sum = 0, squares = 0;
    int32_t n = 0;
    for (int32_t i = 0; i < b->model->posts_n; i++) {
        double x = b->posts[i]->covariates[c];
        if (isnan(x))
            continue;
        n++;
        sum += x;
    }
    double mean = n > 0 ? sum / (double)n : 0.0;
    for (int32_t i = 0; i < b->model->posts_n; i++) {
        double x = b->posts[i]->covariates[c];
        squares += isnan(x) ? 0.0 : (x - mean) * (x - mean);
    }
    double sd = n > 1 ? sqrt(squares / (double)(n - 1)) : 0.0;
    if (n > 0 && !(sd > 0))
        model_note(b->model, NOTE_COVARIATE_CONSTANT, c, n);
    if (n < b->model->posts_n)
        model_note(b->model, NOTE_COVARIATE_MISSING, c, b->model->posts_n - n);
    bool standardise = b->in->covariates[c].standardise;
    *ret_mean = mean;
    *ret_shift = standardise ? mean : 0.0;
    *ret_scale = standardise && sd > 0 ? 1.0 / sd : 1.0;
}

static bool
same_row(const struct build *b, const struct effects_post *a, const struct effects_post *c)
{
    bool same = a->channel == c->channel;
    for (int32_t k = 0; k < b->in->factors_n && same; k++)
        same = a->levels[k] == c->levels[k];
    if (b->model->options.trend)
        same = same && a->month == c->month;
    for (int32_t i = 0; i < b->in->covariates_n && same; i++)
        same = order_real(a->covariates[i], c->covariates[i]) == 0;
    return same;
}

static void
fill_row(struct build *b, int32_t row, const struct effects_post *p, const double *shift,
         const double *scale, const double *mean)
{
    struct effects_model *model = b->model;
    for (int32_t k = 0; k < model->factors_n; k++) {
        const struct model_factor *f = &model->factors[k];
        int32_t level = level_of(b, f, p), at = -1;
        if (level < 0 && f->exchangeable)
            level = f->levels_n - 1;
        if (level >= 0)
            at = f->first_present + f->present_of_level[level];
        model->row_level[(ptrdiff_t)row * model->factors_n + k] = at;
    }
    for (int32_t c = 0; c < model->covariates_n; c++) {
        double x = isnan(p->covariates[c]) ? mean[c] : p->covariates[c];
        model->row_x[(ptrdiff_t)row * model->covariates_n + c] = (x - shift[c]) * scale[c];
    }
}

static void
fill_rows(struct build *b)
{
    struct effects_model *model = b->model;
    int32_t n = model->posts_n;
    double shift[EFFECTS_COVARIATES_MAX], scale[EFFECTS_COVARIATES_MAX];
    double mean[EFFECTS_COVARIATES_MAX];
    for (int32_t c = 0; c < model->covariates_n; c++)
        scale_covariate(b, c, &shift[c], &scale[c], &mean[c]);
    model->y = new (b->keep, double, n + 1);
    model->offset = new (b->keep, double, n + 1);
    model->log_age = new (b->keep, double, n + 1);
    model->row_start = new (b->keep, int32_t, n + 1);
    model->row_channel = new (b->keep, int32_t, n + 1);
    model->row_level = new (b->keep, int32_t, (ptrdiff_t)n * model->factors_n + 1);
    model->row_x = new (b->keep, double, (ptrdiff_t)n * model->covariates_n + 1);
    for (int32_t i = 0; i < n; i++) {
        const struct effects_post *p = b->posts[i];
        double exposure = model->exposure < EXPOSURE_NONE ? p->exposure[model->exposure] : 1.0;
        model->y[i] = (double)p->outcome;
        model->offset[i] = num_log(exposure);
        /* the first minute: F there is about nothing, and its logarithm must not be -infinity */
        double age = p->age_hours < 1.0 / 60 ? 1.0 / 60 : p->age_hours;
        model->log_age[i] = isnan(p->age_hours) ? MODEL_LOG_AGE_FINAL : num_log(age);
        model->constant -= num_lgamma(model->y[i] + 1.0);
        if (i == 0 || !same_row(b, b->posts[i - 1], p)) {
            fill_row(b, model->rows_n, p, shift, scale, mean);
            model->row_start[model->rows_n++] = i;
        }
    }
    model->row_start[model->rows_n] = n;
}

/* The readings of one post in time order, each a thinning of the next. */
static void
add_pairs(struct build *b, const struct effects_post *p)
{
    struct effects_model *model = b->model;
    struct effects_snapshot in_order[EFFECTS_SNAPSHOTS_MAX + 1];
    int32_t n = 0;
    for (int32_t i = 0; i < p->earlier_n; i++) {
        struct effects_snapshot s = p->earlier[i];
        if (!(s.age_hours < p->age_hours) || s.age_hours < 1.0 / 60)
            continue;
        int32_t at = n++;
        for (; at > 0 && in_order[at - 1].age_hours > s.age_hours; at--)
            in_order[at] = in_order[at - 1];
        in_order[at] = s;
    }
    in_order[n++] = (struct effects_snapshot){p->age_hours, p->outcome};
    for (int32_t i = n - 2; i >= 0; i--) {
        /* counts that fell (likes taken back) did not grow: nothing came between */
        if (in_order[i].outcome > in_order[i + 1].outcome)
            in_order[i].outcome = in_order[i + 1].outcome;
        if (!(in_order[i].age_hours < in_order[i + 1].age_hours))
            continue;
        model->pairs[model->pairs_n++] = (struct model_pair){
            .log_age_early = num_log(in_order[i].age_hours),
            .log_age_late = num_log(in_order[i + 1].age_hours),
            .early = (double)in_order[i].outcome,
            .between = (double)(in_order[i + 1].outcome - in_order[i].outcome)};
    }
}

static void
fill_channels(struct build *b, struct arena scratch)
{
    struct effects_model *model = b->model;
    int64_t pairs_max = 0;
    for (int32_t i = 0; i < model->posts_n; i++)
        pairs_max += b->posts[i]->earlier_n;
    model->pairs = new (b->keep, struct model_pair, (ptrdiff_t)pairs_max + 1);
    model->channels = new (b->keep, struct model_channel, b->in->channels_n);
    int64_t *y = new (&scratch, int64_t, model->posts_n + 1);
    for (int32_t i = 0; i < model->posts_n;) {
        struct model_channel *c = &model->channels[model->channels_n];
        *c = (struct model_channel){
            .channel = b->posts[i]->channel, .first_post = i, .first_pair = model->pairs_n};
        for (; i < model->posts_n && b->posts[i]->channel == c->channel; i++) {
            y[c->posts_n++] = b->posts[i]->outcome;
            c->counted += (double)b->posts[i]->outcome;
            if (!isnan(b->posts[i]->age_hours)) {
                c->matures = true;
                add_pairs(b, b->posts[i]);
            }
        }
        c->pairs_n = model->pairs_n - c->first_pair;
        double h50 = b->in->channels[c->channel].h50_prior_hours;
        c->log_h50_prior = num_log(h50 > 0 ? h50 : 12.0);
        model->any_matures = model->any_matures || c->matures;
        rise_table_make(c->posts_n, y, b->keep, scratch, &c->rise);
        model->channels_n++;
    }
    int32_t channel = 0;
    for (int32_t r = 0; r < model->rows_n; r++) {
        const struct model_channel *c = &model->channels[channel];
        if (model->row_start[r] >= c->first_post + c->posts_n)
            channel++;
        model->row_channel[r] = channel;
    }
}

static void
lay_out(struct build *b)
{
    struct effects_model *model = b->model;
    int32_t growths = 0;
    for (int32_t c = 0; c < model->channels_n; c++)
        growths += model->channels[c].matures;
    model->betas_n = 1 + model->covariates_n;
    model->at_tau = model->betas_n;
    model->at_s = model->at_tau + model->factors_n;
    model->at_growth = model->at_s + model->channels_n;
    model->at_contrast = model->at_growth + 2 * growths;
    model->dims = model->at_contrast + model->contrasts_n;
    model->centring = new (b->keep, double, model->contrasts_n + 1); /* all 0: centred */
    model->told = new (b->keep, double, model->contrasts_n + 1);
    model->shear = new (b->keep, double, (ptrdiff_t)model->betas_n * model->contrasts_n + 1);
    model->center = new (b->keep, double, model->dims);
    model->scale = new (b->keep, double, model->dims);
    model->latent = new (b->keep, double, model->betas_n + model->contrasts_n);
    model->hyper = new (b->keep, double, model->at_contrast - model->at_tau + 1);
}

enum fault
model_build(const struct effects_input *input, const struct effects_options *options,
            struct arena *keep, struct arena scratch, struct effects_model *ret,
            struct error *error)
{
    *ret = (struct effects_model){
        .input = input, .options = *options, .covariates_n = input->covariates_n};
    struct build b = {.in = input, .model = ret, .keep = keep};
    b.posts = new (&scratch, const struct effects_post *, input->posts_n + 1);
    choose_posts(&b);
    qsort_r((void *)b.posts, (size_t)ret->posts_n, sizeof *b.posts, order_posts, &b);
    int32_t channels_used = 0;
    for (int32_t i = 0; i < ret->posts_n; i++)
        channels_used += i == 0 || b.posts[i]->channel != b.posts[i - 1]->channel;
    enum fault fault = add_factors(&b, channels_used, error);
    if (fault != OK)
        return fault;
    note_confounded(&b);
    fill_rows(&b);
    fill_channels(&b, scratch);
    lay_out(&b);
    model_fingerprint(ret, b.posts);
    return OK;
}
