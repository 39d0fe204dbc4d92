#include "base/buf.h"
#include "base/json.h"
#include "outbox/account_internal.h"
#include "place/propre.h"
#include "place/vault.h"

static str
seal_context(int64_t channel, struct arena *keep)
{
    return arena_printf(keep, "account/%lld/secrets", (long long)channel);
}

enum fault
secrets_open(struct propre *propre, int64_t channel, str sealed, struct arena *keep,
             struct secrets *ret, struct error *error)
{
    str plain;
    struct json *json;
    ret->n = 0;
    if (sealed.n <= 0)
        return OK;
    if (!propre->vault)
        return fail(error, FAULT_DENIED,
                    "the key file is not open, and without it the account's secrets are not "
                    "readable");
    if (vault_unseal(propre->vault, seal_context(channel, keep), sealed, keep, &plain, error) ||
        json_parse(keep, plain, &json, error))
        return error_prefix(error, "opening the secrets of channel %lld", (long long)channel);
    if (json->kind != JSON_KIND_OBJECT || json->n > ACCOUNT_SECRETS_MAX)
        return fail(error, FAULT_CORRUPT, "the secrets of channel %lld are not a list of them",
                    (long long)channel);
    for (const struct json *member = json->first; member; member = member->next)
        ret->at[ret->n++] = (struct secret_pair){member->key, json_text(member)};
    return OK;
}

/* An empty secret keeps the one that is there. */
enum fault
secrets_set(struct secrets *secrets, const struct secret_pair *pair, struct error *error)
{
    int32_t at = 0;
    if (pair->value.n <= 0)
        return OK;
    while (at < secrets->n && !str_eq(secrets->at[at].name, pair->name))
        at++;
    if (at == ACCOUNT_SECRETS_MAX)
        return fail(error, FAULT_LIMIT, "an account has %d secrets at most",
                    ACCOUNT_SECRETS_MAX);
    secrets->at[at] = *pair;
    secrets->n += at == secrets->n;
    return OK;
}

enum fault
secrets_set_all(struct secrets *secrets, const struct secret_pair *pairs, int32_t n,
                struct error *error)
{
    enum fault fault = OK;
    for (int32_t i = 0; i < n && !fault; i++)
        fault = secrets_set(secrets, &pairs[i], error);
    return fault;
}

enum fault
secrets_seal(struct propre *propre, int64_t channel, const struct secrets *secrets,
             struct arena *keep, str *ret, struct error *error)
{
    if (secrets->n == 0) {
        *ret = STR_NONE;
        return OK;
    }
    if (!propre->vault)
        return fail(error, FAULT_DENIED,
                    "the key file is not open, and without it no secret is kept");
    auto_buf out;
    struct json_writer writer;
    buf_init(&out, VAULT_PLAIN_MAX);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    for (int32_t i = 0; i < secrets->n; i++) {
        json_key(&writer, secrets->at[i].name);
        json_str(&writer, secrets->at[i].value);
    }
    json_object_end(&writer);
    if (buf_check(&out, "the account's secrets", error))
        return error->fault;
    *ret = vault_seal(propre->vault, seal_context(channel, keep), buf_str(&out), keep);
    return OK;
}

str
secret_of(const struct secrets *secrets, str name)
{
    for (int32_t i = 0; i < secrets->n; i++) {
        if (str_eq(secrets->at[i].name, name))
            return secrets->at[i].value;
    }
    return STR_NONE;
}
