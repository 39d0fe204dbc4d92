#include "web/compose_form.h"

#include "base/clock.h"
#include "base/sha256.h"
#include "web/queries.h"
#include "web/web_internal.h"

enum { FORM_LIFE_DAYS = 30 /* a tab left open over a holiday */ };

/* All that was sent but its token, which changes with the session. */
static str
hash_sent(struct exchange *x)
{
    struct sha256 hash;
    uint8_t out[SHA256_BYTES];
    sha256_init(&hash);
    for (int32_t i = 0; i < x->sent_n; i++) {
        if (str_eq(x->sent[i].name, S("csrf")))
            continue;
        sha256_add(&hash, x->sent[i].name);
        sha256_add(&hash, S("\0"));
        sha256_add(&hash, x->sent[i].value);
        sha256_add(&hash, S("\0"));
    }
    sha256_end(&hash, out);
    return hex(x->keep, out, SHA256_BYTES);
}

enum fault
compose_form_find(struct exchange *x, struct compose_form *ret, struct error *error)
{
    struct compose_form_get_row row;
    struct compose_form form = {.key = form_text(&x->form, "key"), .hash = hash_sent(x)};
    if (q_compose_form_get(x->web->propre->db,
                           &(struct compose_form_get_in){x->workspace.id, form.key}, x->keep,
                           &row, &form.known, error))
        return error->fault;
    if (form.known) {
        form.message = row.message;
        form.revision = row.revision;
        form.taken = row.sent_hash.p != NULL;
        form.same = form.taken && str_eq(row.sent_hash, form.hash);
    }
    *ret = form;
    return OK;
}

enum fault
compose_form_note(struct exchange *x, struct compose_form *form, int64_t message,
                  int64_t revision, bool taken, struct error *error)
{
    struct db *db = x->web->propre->db;
    int64_t now = clock_now(&x->web->propre->clock).us;
    str hash = taken ? form->hash : STR_NONE;
    if (form->known) {
        struct compose_form_set_in in = {x->workspace.id, form->key, revision, hash};
        return q_compose_form_set(db, &in, error);
    }
    struct compose_form_add_in in = {x->workspace.id, form->key, message, revision, hash, now};
    struct compose_form_forget_in late = {now - FORM_LIFE_DAYS * SPAN_DAY.us};
    if (q_compose_form_forget(db, &late, error) || q_compose_form_add(db, &in, error))
        return error->fault;
    form->known = true;
    form->message = message;
    return OK;
}
