#include "web/form.h"

#include <assert.h>

#include "base/number.h"
#include "base/text.h"
#include "base/translate.h"

enum { FORM_NUMBER_MAX = 4095 /* a CSV has at most 4096 columns */ };

/* Whether ${sent} is this field, and which number stood for its "#". */
static bool
field_is(const struct field *field, str sent, int32_t *ret_number)
{
    str name = str_of(field->name);
    *ret_number = -1;
    if (!str_ends(name, S("#")))
        return str_eq(name, sent);
    str prefix = str_slice(name, 0, name.n - 1);
    int64_t number = 0;
    struct error error;
    if (!str_starts(sent, prefix) || sent.n > prefix.n + 4 ||
        parse_i64(str_slice(sent, prefix.n, sent.n), 0, FORM_NUMBER_MAX, &number, &error))
        return false;
    *ret_number = (int32_t)number;
    return true;
}

static const struct form_value *
find(const struct form_values *values, const struct field *field, int32_t number)
{
    for (int32_t i = 0; i < values->n; i++)
        if (values->at[i].field == field && values->at[i].number == number)
            return &values->at[i];
    return NULL;
}

/* CR LF and CR become LF; in a line, line breaks and tabs become spaces; other control characters go. */
static str
clean(str s, enum field_kind kind, struct arena *keep)
{
    s = utf8_clean(keep, s);
    if (kind == FIELD_SECRET || kind == FIELD_FILE || kind == FIELD_FILES)
        return s;
    char *out = new (keep, char, s.n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\r')
            c = '\n';
        if (c == '\n' && s.p[i] == '\n' && i > 0 && s.p[i - 1] == '\r')
            continue;
        if (kind != FIELD_TEXT && (c == '\n' || c == '\t'))
            c = ' ';
        if (((unsigned char)c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            continue;
        out[n++] = c;
    }
    str text = {out, n};
    return kind == FIELD_TEXT ? text : str_trim(text);
}

static void
check(struct form_value *value)
{
    const struct field *field = value->field;
    struct error error;
    if (field->kind == FIELD_FILE || field->kind == FIELD_FILES)
        return; /* the upload knows (web/multipart.h) */
    if (value->text.n == 0) {
        if (field->required)
            value->problem = N_("This is needed.");
    } else if (field->kind == FIELD_INT) {
        if (parse_i64(value->text, 0, field->max, &value->integer, &error))
            value->problem = N_("This is not a whole number in the range allowed.");
    } else if (value->text.n > field->max) {
        value->problem = N_("This is too long.");
    }
}

void
form_take(const struct form *form, const struct pair *pairs, int32_t n, struct arena *keep,
          struct form_values *ret)
{
    *ret = (struct form_values){.at = new (keep, struct form_value, FORM_VALUES_MAX)};
    for (int32_t i = 0; i < n && ret->n < FORM_VALUES_MAX; i++) {
        for (int32_t f = 0; f < form->fields_n; f++) {
            int32_t number;
            const struct field *field = &form->fields[f];
            if (!field_is(field, pairs[i].name, &number) || find(ret, field, number))
                continue;
            ret->at[ret->n++] = (struct form_value){
                field, number, clean(pairs[i].value, field->kind, keep), 0, NULL};
            break;
        }
    }
    for (int32_t f = 0; f < form->fields_n && ret->n < FORM_VALUES_MAX; f++)
        if (form->fields[f].required && !find(ret, &form->fields[f], -1))
            ret->at[ret->n++] = (struct form_value){&form->fields[f], -1, STR_NONE, 0, NULL};
    for (int32_t i = 0; i < ret->n; i++) {
        check(&ret->at[i]);
        ret->problems_n += ret->at[i].problem != NULL;
    }
}

const struct form_value *
form_value(const struct form_values *values, const char *name)
{
    for (int32_t i = 0; i < values->n; i++)
        if (values->at[i].number < 0 && !strcmp(values->at[i].field->name, name))
            return &values->at[i];
    return NULL;
}

str
form_text(const struct form_values *values, const char *name)
{
    const struct form_value *value = form_value(values, name);
    return value ? value->text : STR_NONE;
}

int64_t
form_int(const struct form_values *values, const char *name, int64_t otherwise)
{
    const struct form_value *value = form_value(values, name);
    if (!value || value->problem || value->text.n == 0)
        return otherwise;
    assert(value->field->kind == FIELD_INT);
    return value->integer;
}

str
form_numbered(const struct form_values *values, const char *name, int32_t number)
{
    str prefix = str_of(name);
    for (int32_t i = 0; i < values->n; i++) {
        str field = str_of(values->at[i].field->name);
        if (values->at[i].number == number && field.n == prefix.n + 2 &&
            str_starts(field, prefix))
            return values->at[i].text;
    }
    return STR_NONE;
}
