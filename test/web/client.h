#pragma once
#include "t.h"

#include "base/buf.h"
#include "web/server.h"

/*
 * A client that speaks raw bytes to a server running in this very process: the test turns the server's loop
 * itself, so nothing sleeps and nothing races.
 */
struct client {
    struct server *server;
    int fd;
    bool ended; /* the server closed the connection */
    struct buf in;
};

/* client_open(client, server): connects. */
void client_open(struct client *client, struct server *server);
void client_close(struct client *client);
/* client_send(client, bytes): turning the server when the socket is full. */
void client_send(struct client *client, str bytes);
/* client_turn(client): lets the server work until it has nothing more to say; gathers what it said. */
void client_turn(struct client *client);
/*
 * client_answer(client, head_only): the next whole answer taken off what came, "" if there is none. Bodies
 * are as long as Content-Length says, none for ${head_only}.
 */
str client_answer(struct client *client, struct arena *keep, bool head_only);
/* client_ask(server, bytes, keep): one request on a connection of its own; "" if it was only closed. */
str client_ask(struct server *server, str bytes, struct arena *keep);
/* answer_status(answer): 200; 0 for "". */
int answer_status(str answer);
/* answer_value(answer, name): a header's value, none if absent. */
str answer_value(str answer, const char *name);
/* answer_body(answer): what follows the head. */
str answer_body(str answer);
