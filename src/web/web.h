#pragma once
#include <stdint.h>
#include "base/error.h"
#include "base/log.h"
#include "base/str.h"

struct propre;
struct server;
struct web;

struct web_options {
    str address;   /* to listen on: "127.0.0.1" */
    uint16_t port; /* 0: any free one */
    str public_url; /* "https://example.org" behind a proxy; none: this machine only, or its address */
    const char *upload_directory; /* where uploads stay while they are read */
    int64_t upload_bytes_max;
    const struct log *log; /* NULL: nothing is logged */
};

/*
 * web_open(options, propre, ret, error):
 * The house's pages on an address. ${propre} and what ${options} points to must outlive it.
 * Faults: those of server_open; INPUT for a public address that is none.
 */
must_use enum fault web_open(const struct web_options *options, struct propre *propre,
                             struct web **ret, struct error *error);
/* web_close(web): NULL is fine. */
void web_close(struct web *web);
/*
 * web_run(web, stop_fd, error):
 * Answers, and looks after the computation, until ${stop_fd} can be read.
 */
must_use enum fault web_run(struct web *web, int stop_fd, struct error *error);
/* web_server(web): for server_run and server_port. */
struct server *web_server(struct web *web);
/* web_address(web, keep): "http://127.0.0.1:8420", what to print for the reader. No slash at the end. */
struct arena;
str web_address(const struct web *web, struct arena *keep);
