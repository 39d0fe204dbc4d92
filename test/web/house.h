#pragma once
#include "testdb.h"

#include "client.h"
#include "place/person.h"
#include "place/workspace.h"
#include "web/web.h"

/* The whole web room over a fresh database, in the test's own process; and browsers that visit it. */
struct house {
    struct testdb db;
    struct web *web;
    struct server *server;
    int64_t workspace, owner, editor, reader;
    char uploads[32]; /* folder */
};

/* house_open(house): a workspace "Maison <b>" in Europe/Paris, English, with three people and passwords. */
void house_open(struct house *house);
void house_close(struct house *house);
/* cmocka's setup and teardown: *state is the one house. */
int house_setup(void **state);
int house_teardown(void **state);
/* house_path(house, person, link, ret): the path of a fresh one-time link. */
str house_link(struct house *house, int64_t person);

#define HOUSE_PASSWORD "a few words in a row"

enum { BROWSER_COOKIES_MAX = 8 };

/* Keeps cookies and the token of the last form it saw, as a person's browser does. */
struct browser {
    struct house *house;
    struct {
        str name, value;
    } cookies[BROWSER_COOKIES_MAX];
    int32_t cookies_n;
    str csrf;
    str headers;    /* sent with every request, each with its line end */
    str answer;     /* of the last request */
    int statements; /* the data was asked so often for it */
};

void browser_open(struct browser *browser, struct house *house);
/* browser_get(browser, path), browser_post(browser, path, fields): gives the status. */
int browser_get(struct browser *browser, const char *path);
int browser_head(struct browser *browser, const char *path);
/* browser_post: ${fields} urlencoded; the token of the last page is added to them. */
int browser_post(struct browser *browser, const char *path, const char *fields);
/* browser_post_as_is: without the token. */
int browser_post_as_is(struct browser *browser, const char *path, const char *fields);
/* browser_upload(browser, path, file_name, content): as a form with a file does. */
int browser_upload(struct browser *browser, const char *path, str file_name, str content);
/* browser_upload_with: with other fields, "name=value&…" as they are. */
int browser_upload_with(struct browser *browser, const char *path, const char *fields,
                        str file_name, str content);
/* browser_upload_many: with several files in one field. */
struct upload_sent {
    str name, content;
};
int browser_upload_many(struct browser *browser, const char *path, const char *fields,
                        const struct upload_sent *files, int n);
/* browser_enter(browser, person): signed in, by link when it has no password here. */
void browser_enter(struct browser *browser, int64_t person);
/* browser_cookie(browser, name): its value, none if it has none. */
str browser_cookie(const struct browser *browser, const char *name);
bool browser_sees(const struct browser *browser, const char *text);
