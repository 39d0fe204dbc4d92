#pragma once
#include "base/json.h"

/*
 * Contracts of networks, as far as the checks of our own requests need them: JSON Schema and the schemas inside an OpenAPI
 * document. Understood: $ref (in the document; "name#/…" and "name" in ${others}), type (also a list), enum, const,
 * required, properties, additionalProperties, items, minItems, maxItems, minLength, maxLength, minimum, maximum,
 * allOf, anyOf, oneOf, not, nullable. Everything else is passed over, formats and patterns too.
 */
struct schema_file {
    const char *name; /* as a $ref says it */
    const struct json *root;
};
struct contract {
    const struct json *root;
    const struct schema_file *others;
    int32_t others_n;
};

/*
 * schema_check(contract, schema, value, arena): none when ${value} is right, else one sentence with the path to what
 * is not.
 */
str schema_check(const struct contract *contract, const struct json *schema,
                 const struct json *value, struct arena *arena);
/* schema_at(root, pointer): "/components/schemas/Status" (RFC 6901), NULL when there is none. */
const struct json *schema_at(const struct json *root, str pointer);
/* schema_load(path, arena): a file beside the project, parsed; NULL (said aloud) when it is not there. */
const struct json *schema_load(const char *path, struct arena *arena);
