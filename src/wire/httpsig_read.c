#include "base/number.h"
#include "wire/encode.h"
#include "wire/httpsig_internal.h"

/* A walk over the text of a header. */
struct cursor {
    str left;
};

static bool
take(struct cursor *c, char wanted)
{
    if (c->left.n < 1 || c->left.p[0] != wanted)
        return false;
    c->left = str_slice(c->left, 1, c->left.n);
    return true;
}

static void
take_blanks(struct cursor *c)
{
    while (take(c, ' ') || take(c, '\t'))
        ;
}

static str
take_word(struct cursor *c)
{
    ptrdiff_t n = 0;
    while (n < c->left.n && ((c->left.p[n] >= 'a' && c->left.p[n] <= 'z') ||
                             (c->left.p[n] >= 'A' && c->left.p[n] <= 'Z') ||
                             (c->left.p[n] >= '0' && c->left.p[n] <= '9') ||
                             (c->left.p[n] != '\0' && strchr("-_.*", c->left.p[n]) != NULL)))
        n++;
    str word = str_slice(c->left, 0, n);
    c->left = str_slice(c->left, n, c->left.n);
    return word;
}

/* Between quotes; no escapes: no name, key address or base64 has any. */
static bool
take_quoted(struct cursor *c, str *ret)
{
    if (!take(c, '"') || !str_cut(&c->left, '"', ret))
        return false;
    for (ptrdiff_t i = 0; i < ret->n; i++) {
        if ((unsigned char)ret->p[i] < ' ' || ret->p[i] == '\\')
            return false;
    }
    return true;
}

static enum fault
malformed(struct error *error)
{
    return fail(error, FAULT_INPUT, "the signature is not written as one");
}

static enum fault
add_cover(struct httpsig_claim *claim, str name, struct error *error)
{
    for (int32_t i = 0; i < claim->covers_n; i++) {
        if (str_eq(claim->covers[i], name))
            return fail(error, FAULT_INPUT, "the signature names the same thing twice");
    }
    for (ptrdiff_t i = 0; i < name.n; i++) {
        if (name.p[i] >= 'A' && name.p[i] <= 'Z')
            return malformed(error);
    }
    if (name.n < 1 || claim->covers_n == HTTPSIG_COVERS_MAX)
        return malformed(error);
    claim->covers[claim->covers_n++] = name;
    return OK;
}

/* ---- cavage: keyId="…",algorithm="…",headers="…",signature="…" ---- */

enum { PARAM_KEY, PARAM_ALGORITHM, PARAM_HEADERS, PARAM_SIGNATURE, PARAMS_N };

static enum fault
cavage_params(str text, str params[PARAMS_N], struct error *error)
{
    static const str names[PARAMS_N] = {S_CONST("keyId"), S_CONST("algorithm"),
                                        S_CONST("headers"), S_CONST("signature")};
    struct cursor c = {text};
    do {
        take_blanks(&c);
        str name = take_word(&c), value;
        if (name.n < 1 || !take(&c, '='))
            return malformed(error);
        if (c.left.n > 0 && c.left.p[0] == '"') {
            if (!take_quoted(&c, &value))
                return malformed(error);
        } else {
            value = take_word(&c); /* created=1234 */
        }
        for (int32_t i = 0; i < PARAMS_N; i++) {
            if (!str_eq(name, names[i]))
                continue;
            if (params[i].p)
                return fail(error, FAULT_INPUT, "the signature names the same thing twice");
            params[i] = value.p ? value : S("");
        }
        take_blanks(&c);
    } while (take(&c, ','));
    return c.left.n == 0 ? OK : malformed(error);
}

static enum fault
read_cavage(str text, struct arena *arena, struct httpsig_claim *claim, struct error *error)
{
    str params[PARAMS_N] = {0};
    enum fault fault = cavage_params(text, params, error);
    if (fault)
        return fault;
    if (params[PARAM_KEY].n < 1 || params[PARAM_SIGNATURE].n < 1 ||
        !base64_read(arena, params[PARAM_SIGNATURE], &claim->signature))
        return malformed(error);
    str algorithm = params[PARAM_ALGORITHM];
    if (algorithm.p && !str_eq(algorithm, S("rsa-sha256")) && !str_eq(algorithm, S("hs2019")))
        return fail(error, FAULT_INPUT, "the signature is of a kind that is not known");
    claim->key_id = params[PARAM_KEY];
    str names = params[PARAM_HEADERS].p ? params[PARAM_HEADERS] : S("date");
    while (names.n > 0 && fault == OK) {
        str name;
        (void)str_cut(&names, ' ', &name); /* the last has no blank */
        fault = add_cover(claim, name, error);
    }
    return fault;
}

/* ---- RFC 9421: label=("a" "b");created=1;keyid="…";alg="…" ---- */

static enum fault
read_kind(str word, struct httpsig_claim *claim, struct error *error)
{
    static const struct {
        str word;
        enum httpsig_kind kind;
    } kinds[] = {{S_CONST("rsa-v1_5-sha256"), SIG_RSA_SHA256},
                 {S_CONST("ed25519"), SIG_ED25519},
                 {S_CONST("ecdsa-p256-sha256"), SIG_ECDSA_P256}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (str_eq(word, kinds[i].word)) {
            claim->kind = kinds[i].kind;
            claim->kind_said = true;
            return OK;
        }
    }
    return fail(error, FAULT_INPUT, "the signature is of a kind that is not known");
}

static enum fault
read_seconds(struct cursor *c, int64_t *to, struct error *error)
{
    struct error ignored;
    if (*to)
        return fail(error, FAULT_INPUT, "the signature names the same thing twice");
    if (parse_i64(take_word(c), 1, (int64_t)1 << 40, to, &ignored) != OK)
        return malformed(error);
    return OK;
}

static enum fault
read_param(struct cursor *c, struct httpsig_claim *claim, struct error *error)
{
    str name = take_word(c), value;
    if (name.n < 1 || !take(c, '='))
        return malformed(error);
    if (str_eq(name, S("created")))
        return read_seconds(c, &claim->created, error);
    if (str_eq(name, S("expires")))
        return read_seconds(c, &claim->expires, error);
    if (!take_quoted(c, &value))
        return malformed(error);
    if (str_eq(name, S("keyid"))) {
        if (claim->key_id.p)
            return fail(error, FAULT_INPUT, "the signature names the same thing twice");
        claim->key_id = value;
    } else if (str_eq(name, S("alg"))) {
        if (claim->kind_said)
            return fail(error, FAULT_INPUT, "the signature names the same thing twice");
        return read_kind(value, claim, error);
    } else if (!str_eq(name, S("nonce")) && !str_eq(name, S("tag"))) {
        return malformed(error);
    }
    return OK;
}

static enum fault
read_input(str text, struct httpsig_claim *claim, str *ret_label, struct error *error)
{
    struct cursor c = {text};
    *ret_label = take_word(&c);
    if (ret_label->n < 1 || !take(&c, '='))
        return malformed(error);
    str from = c.left;
    if (!take(&c, '('))
        return malformed(error);
    enum fault fault = OK;
    while (fault == OK && !take(&c, ')')) {
        str name;
        take_blanks(&c);
        if (take(&c, ')'))
            break;
        if (!take_quoted(&c, &name))
            return malformed(error);
        fault = add_cover(claim, name, error);
    }
    while (fault == OK && take(&c, ';'))
        fault = read_param(&c, claim, error);
    if (fault)
        return fault;
    claim->params = str_slice(from, 0, from.n - c.left.n);
    /* One signature: of several, which one counts would be anybody's guess. */
    return c.left.n == 0 && claim->key_id.n > 0 ? OK : malformed(error);
}

static enum fault
read_9421(str input, str signature, struct arena *arena, struct httpsig_claim *claim,
          struct error *error)
{
    str label;
    claim->rfc9421 = true;
    enum fault fault = read_input(input, claim, &label, error);
    if (fault)
        return fault;
    struct cursor c = {signature};
    str bytes;
    if (!str_eq(take_word(&c), label) || !take(&c, '=') || !take(&c, ':') ||
        !str_cut(&c.left, ':', &bytes) || c.left.n > 0 || bytes.n < 1 ||
        !base64_read(arena, bytes, &claim->signature))
        return malformed(error);
    return OK;
}

enum fault
httpsig_read(const struct httpsig_message *message, struct arena *arena,
             struct httpsig_claim *ret, struct error *error)
{
    str signature = httpsig_header(arena, message, S("signature"));
    str input = httpsig_header(arena, message, S("signature-input"));
    if (!signature.p)
        return fail(error, FAULT_ABSENT, "the request is not signed");
    struct httpsig_claim claim = {0};
    enum fault fault = input.p ? read_9421(input, signature, arena, &claim, error)
                               : read_cavage(signature, arena, &claim, error);
    if (fault == OK)
        *ret = claim;
    return fault;
}
