#pragma once
#include <stdbool.h>
#include "base/str.h"

/* The languages of the faces. English is the language of the source, so its catalogue is empty.
 */
enum lang { LANG_EN, LANG_FR };

/*
 * lang_parse(text, ret):
 * Reads a language tag or a POSIX locale by its first part ("fr", "fr-CA", "fr_FR.UTF-8",
 * "EN"). False, and *ret untouched, when it is neither French nor English.
 */
bool lang_parse(str text, enum lang *ret);
/* lang_code(lang): "en" or "fr", for the lang attribute and for storing. */
const char *lang_code(enum lang lang);
