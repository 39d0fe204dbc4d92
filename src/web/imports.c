#include <sys/mman.h>
#include <unistd.h>

#include "base/format.h"
#include "base/number.h"
#include "base/translate.h"
#include "measure/import.h"
#include "strategy/channel.h"
#include "web/answer.h"
#include "web/demo.h"
#include "web/handlers.h"
#include "web/import_view.h"
#include "web/learn_job.h"
#include "web/learning.h"
#include "web/pages.h"
#include "web/pending.h"
#include "web/web_internal.h"

/* ---- the list, and a new file ---- */

static enum fault
list_page(struct exchange *x, int32_t status, str problem, struct error *error)
{
    struct import *all = NULL;
    ptrdiff_t n = 0;
    int64_t demo = 0;
    if (import_list(x->web->propre, x->workspace.id, 0, x->keep, &all, &n, error))
        return error->fault;
    struct import_line *lines = new (x->keep, struct import_line, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        lines[i] = import_line_of(x, &all[i]);
        demo = demo_is(&all[i]) ? all[i].id : demo;
    }
    struct imports_view view = {
        .layout = layout(x, NAV_IMPORT),
        .upload_bytes_max = x->web->options.upload_bytes_max,
        .upload_max = format_bytes(x->keep, x->lang, x->web->options.upload_bytes_max),
        .file.error = problem,
        .demo_offered = !demo,
        .demo = demo,
        .imports = lines,
        .imports_n = n,
    };
    struct html h = answer_html(x, status);
    page_imports(&h, &view);
    return OK;
}

enum fault
handle_imports_page(struct exchange *x, struct error *error)
{
    return list_page(x, 200, STR_NONE, error);
}

/* A file that cannot be one of posts is said so at once and not kept. */
static enum fault
take_in(struct exchange *x, str key, struct error *error)
{
    struct pending pending;
    struct import_plan plan;
    enum fault fault = pending_get(x, key, &pending, error);
    fault = fault ? fault : pending_plan(x, &pending, &plan, error);
    if (!fault) {
        answer_redirect(x, arena_printf(x->keep, "/import/%.*s", STR_FMT(key)));
        return OK;
    }
    if (fault != FAULT_INPUT && fault != FAULT_LIMIT)
        return fault;
    str why = translate_error(x->keep, x->lang, error);
    if (pending_drop(x, key, error))
        return error->fault;
    return list_page(x, 422, why, error);
}

enum fault
handle_import_upload(struct exchange *x, struct error *error)
{
    str key;
    if (x->upload.fd < 0)
        return list_page(x, 422, str_of(translate(x->lang, N_("Choose a file first."))), error);
    if (pending_clean(x, error) || pending_add(x, &key, error))
        return error->fault;
    return take_in(x, key, error);
}

/* ---- one import: a number is a record, anything else the key of a file that waits ---- */

static bool
is_record(str key, int64_t *ret_id)
{
    struct error ignored = {0};
    return parse_i64(key, 1, INT64_MAX, ret_id, &ignored) == OK;
}

/* Its refused rows can be saved while the file that was uploaded is still kept. */
static enum fault
add_refused(struct exchange *x, const struct import *import, struct import_view *view,
            struct error *error)
{
    str key = STR_NONE;
    if (import->refused == 0 || import->undone_us.has)
        return OK;
    if (pending_of(x, import->id, &key, error))
        return error->fault;
    if (key.p)
        view->refused_href = arena_printf(x->keep, "/import/%.*s/refused.csv", STR_FMT(key));
    return OK;
}

static enum fault
record_page(struct exchange *x, int64_t id, struct error *error)
{
    struct import import;
    struct import_view view = {.layout = layout(x, NAV_IMPORT)};
    if (import_get(x->web->propre, x->workspace.id, id, x->keep, &import, error))
        return error->fault;
    import_view_of_record(x, &import, &view);
    if (add_refused(x, &import, &view, error) ||
        demo_standing(x->web->propre, x->workspace.id, x->keep, &view.demo, error))
        return error->fault;
    if (view.demo == id)
        view.demo = 0;
    struct html h = answer_html(x, 200);
    page_import_one(&h, &view);
    return OK;
}

/* What was typed and cannot be: of the new channel, or of the columns. */
struct typed_wrong {
    str channel, columns;
};

/* The dry run; or, with ${wrong}, the form again as it was filled, with the reason. */
static enum fault
plan_page(struct exchange *x, const struct pending *pending, const struct typed_wrong *wrong,
          struct error *error)
{
    struct import_plan plan;
    struct channel *channels = NULL;
    ptrdiff_t channels_n = 0;
    struct import_view view = {.layout = layout(x, NAV_IMPORT),
                               .state = wrong ? IMPORT_UNKNOWN : IMPORT_DRY};
    struct pending said = *pending;
    if (wrong) /* what it proposes: what was typed may not make a plan */
        said.columns = STR_NONE;
    enum fault fault = pending_plan(x, &said, &plan, error);
    fault = fault ? fault
                  : channel_list(x->web->propre, x->workspace.id, x->keep, &channels,
                                 &channels_n, error);
    fault = fault ? fault
                  : demo_standing(x->web->propre, x->workspace.id, x->keep, &view.demo, error);
    if (fault)
        return fault;
    if (wrong)
        pending_columns_said(pending, &plan.mapping);
    import_view_of_plan(x, pending, &plan, channels, channels_n, &view);
    if (wrong) {
        view.channel_name.error = wrong->channel;
        view.mapping_error = wrong->columns;
    }
    struct html h = answer_html(x, wrong ? 422 : 200);
    page_import_one(&h, &view);
    return OK;
}

enum fault
handle_import_page(struct exchange *x, struct error *error)
{
    int64_t id = 0;
    struct pending pending;
    if (is_record(x->parameters[0], &id))
        return record_page(x, id, error);
    if (pending_get(x, x->parameters[0], &pending, error))
        return error->fault;
    if (pending.import.has) {
        answer_redirect(x, arena_printf(x->keep, "/import/%lld", (long long)pending.import.is));
        return OK;
    }
    import_rows_asked(x, &pending);
    return plan_page(x, &pending, NULL, error);
}

/* ---- what its columns mean ---- */

/* Whether the new channel that was named can be made; one that exists already can be chosen. */
static enum fault
new_channel_possible(struct exchange *x, const struct pending *pending, struct error *error)
{
    struct channel channel = {.workspace = x->workspace.id,
                              .network = NETWORK_OTHER,
                              .name = pending->channel_name,
                              .handle = pending->channel_name};
    if (!pending->channel_name.p)
        return OK;
    if (pending->network.p)
        (void)network_parse(pending->network, &channel.network); /* checked when it was said */
    return channel_insertable(x->web->propre, &channel, error);
}

/* The channel said: an existing one, or the name of a new one that is made when the file is taken in. */
static enum fault
take_channel(struct exchange *x, struct pending *pending, struct error *error)
{
    int64_t id = 0;
    struct channel channel;
    enum network network = NETWORK_OTHER;
    str said = form_text(&x->form, "network");
    pending->network = network_parse(said, &network) ? said : STR_NONE;
    pending->channel = no_int;
    pending->channel_name = STR_NONE;
    if (is_record(form_text(&x->form, "channel"), &id)) {
        pending->channel = some_int(id);
        return channel_get(x->web->propre, x->workspace.id, id, x->keep, &channel, error);
    }
    pending->channel_name = str_trim(form_text(&x->form, "channel_name"));
    if (pending->channel_name.n == 0)
        pending->channel_name = network_label(x->lang, network);
    return OK;
}

static enum fault
take_columns(struct exchange *x, struct pending *pending, struct error *error)
{
    struct import_plan plan;
    struct pending bare = *pending;
    bare.columns = STR_NONE;
    if (pending_plan(x, &bare, &plan, error))
        return error->fault;
    auto_buf words;
    buf_init(&words, 64 * 1024);
    for (int32_t i = 0; i < plan.mapping.columns_n; i++) {
        str word = form_numbered(&x->form, "column", i);
        struct import_column column = plan.mapping.columns[i];
        if (!word.p || !import_column_parse(word, &column))
            word = import_column_word(&plan.mapping.columns[i]);
        buf_addf(&words, "%s%.*s", i ? "\n" : "", STR_FMT(word));
    }
    if (buf_check(&words, "the meaning of the columns", error))
        return error->fault;
    pending->columns = arena_str(x->keep, buf_str(&words));
    str dates = form_text(&x->form, "dates"), decimal = form_text(&x->form, "decimal");
    enum import_date_order order;
    enum import_decimal sign;
    pending->dates = import_date_order_parse(dates, &order) ? dates : STR_NONE;
    pending->decimal = import_decimal_parse(decimal, &sign) ? decimal : STR_NONE;
    return OK;
}

/* Nothing is made yet but a note of what was said; what cannot be is said beside the filled form. */
enum fault
handle_import_mapping(struct exchange *x, struct error *error)
{
    struct pending pending;
    struct import_plan plan;
    if (pending_get(x, x->parameters[0], &pending, error) || take_columns(x, &pending, error) ||
        take_channel(x, &pending, error))
        return error->fault;
    struct typed_wrong wrong = {STR_NONE, STR_NONE};
    enum fault fault = new_channel_possible(x, &pending, error);
    if (fault == FAULT_INPUT || fault == FAULT_CONFLICT) {
        wrong.channel = translate_error(x->keep, x->lang, error);
        return plan_page(x, &pending, &wrong, error);
    }
    fault = fault ? fault : pending_plan(x, &pending, &plan, error);
    if (fault == FAULT_INPUT) {
        wrong.columns = translate_error(x->keep, x->lang, error);
        return plan_page(x, &pending, &wrong, error);
    }
    fault = fault ? fault : pending_say(x, &pending, error);
    if (fault)
        return fault;
    answer_redirect(x, arena_printf(x->keep, "/import/%.*s", STR_FMT(pending.key)));
    return OK;
}

/* ---- taking it in, taking it back ---- */

/* The findings follow the data without being asked; what keeps them from it is said on the learning page. */
static void
learn_again(struct exchange *x)
{
    struct error ignored = {0};
    enum metric outcome;
    int64_t posts_n = 0;
    enum fault fault = learning_usual(x, &outcome, &posts_n, &ignored);
    fault = fault ? fault
                  : learn_job_again(x->web->job, x->web->propre, x->workspace.id, outcome,
                                    &ignored);
    (void)fault; /* as said */
}

/* What was really added: a later export of known posts brings numbers and no post. */
static void
tell_imported(struct exchange *x, const struct import_outcome *outcome)
{
    const struct import_counts *c = &outcome->counts;
    int64_t updated = c->posts_known - c->unchanged;
    if (c->posts_new > 0)
        answer_flash(x, FLASH_IMPORTED, outcome->import, c->posts_new);
    else if (updated > 0)
        answer_flash(x, FLASH_IMPORT_NUMBERS, outcome->import, updated);
    else
        answer_flash(x, FLASH_IMPORT_KNOWN, outcome->import, 0);
}

enum fault
handle_import_apply(struct exchange *x, struct error *error)
{
    struct pending pending;
    struct import_plan plan;
    struct import_outcome outcome;
    enum fault fault = pending_get(x, x->parameters[0], &pending, error);
    if (!fault && pending.import.has) { /* the button was pressed twice */
        answer_redirect(x, arena_printf(x->keep, "/import/%lld", (long long)pending.import.is));
        return OK;
    }
    if (!fault && new_channel_possible(x, &pending, error) == FAULT_CONFLICT) {
        struct typed_wrong wrong = {translate_error(x->keep, x->lang, error), STR_NONE};
        return plan_page(x, &pending, &wrong, error);
    }
    fault = fault ? fault : pending_plan(x, &pending, &plan, error);
    fault = fault ? fault : import_apply(x->web->propre, &plan, NULL, &outcome, error);
    fault = fault ? fault : pending_applied(x, pending.key, outcome.import, error);
    if (fault)
        return fault;
    learn_again(x);
    tell_imported(x, &outcome);
    answer_redirect(x, arena_printf(x->keep, "/import/%lld", (long long)outcome.import));
    return OK;
}

/* One press, nothing to decide: the data are ours, and the import can be undone like any other. */
enum fault
handle_import_demo(struct exchange *x, struct error *error)
{
    str key;
    struct pending pending;
    struct import_plan plan;
    struct import_outcome outcome;
    enum fault fault = pending_clean(x, error);
    fault = fault ? fault : pending_add_bytes(x, demo_file_name(), demo_csv(), &key, error);
    fault = fault ? fault : pending_get(x, key, &pending, error);
    fault = fault ? fault : pending_plan(x, &pending, &plan, error);
    fault = fault ? fault : import_apply(x->web->propre, &plan, NULL, &outcome, error);
    fault = fault ? fault : pending_drop(x, key, error);
    if (fault)
        return fault;
    learn_again(x);
    tell_imported(x, &outcome);
    answer_redirect(x, S("/"));
    return OK;
}

/* Back to the import it was pressed beside; the list for anything that is no such address. */
static str
undone_back(struct exchange *x)
{
    str back = form_text(&x->form, "back");
    for (ptrdiff_t i = 0; i < back.n; i++) {
        char c = back.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              c == '-' || c == '_'))
            return S("/import");
    }
    return back.n > 0 ? arena_printf(x->keep, "/import/%.*s", STR_FMT(back)) : S("/import");
}

enum fault
handle_import_undo(struct exchange *x, struct error *error)
{
    struct import_undone undone;
    if (import_undo(x->web->propre, x->workspace.id, x->id, &undone, error))
        return error->fault;
    learn_again(x);
    answer_flash(x, FLASH_IMPORT_UNDONE, x->id, undone.posts);
    answer_redirect(x, undone_back(x));
    return OK;
}

enum fault
handle_import_refused(struct exchange *x, struct error *error)
{
    struct pending pending;
    struct import_plan plan;
    int64_t n = 0;
    enum fault fault = pending_get(x, x->parameters[0], &pending, error);
    fault = fault ? fault : pending_plan(x, &pending, &plan, error);
    if (fault)
        return fault;
    int fd = memfd_create("refused", MFD_CLOEXEC);
    if (fd < 0)
        return fail(error, FAULT_SYSTEM, "the refused rows could not be written");
    fault = import_refused_write(x->web->propre, &plan, fd, &n, error);
    struct buf *body = answer_download(x, "text/csv; charset=utf-8", S("refused.csv"));
    char bytes[16 * 1024];
    (void)lseek(fd, 0, SEEK_SET); /* a memory file can always go back */
    for (ssize_t got; !fault && (got = read(fd, bytes, sizeof bytes)) > 0;)
        buf_add(body, (str){bytes, got});
    (void)close(fd); /* only memory */
    return fault;
}
