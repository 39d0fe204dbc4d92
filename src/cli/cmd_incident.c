#include "cli/act.h"
#include "cli/commands.h"
#include "outbox/delivery.h"

/* What needs a person. */

static void
incident_json(struct json_writer *w, const struct incident *incident,
              const struct incident_about *about)
{
    json_object_begin(w);
    json_member_int(w, "id", incident->id);
    json_member_str(w, "kind", incident->kind);
    json_member_str(w, "subject", incident->subject);
    json_member_str(w, "channel", about->channel_name);
    json_member_str(w, "title", about->text);
    json_member_str(w, "text", about->says);
    json_member_int(w, "seen", incident->seen_n);
    json_member_maybe_int(w, "closed_us", incident->closed_us);
    json_object_end(w);
}

static void
say_incident(struct cli *cli, const struct incident *incident,
             const struct incident_about *about)
{
    str text = about->says;
    if (incident->closed_us.has)
        text = SAY(cli->keep, cli->lang, N_("%s (over)"), text);
    if (about->delivery)
        cli_say(cli, N_("Number %1$s, %2$s, “%3$s”: %4$s"), cli_number(cli, about->delivery),
                about->channel_name, about->text, text);
    else if (about->channel)
        cli_say(cli, N_("%1$s: %2$s"), about->channel_name, text);
    else
        cli_print(cli, text);
}

enum fault
command_incident_list(struct cli *cli, struct error *error)
{
    struct incident *list = NULL;
    struct cli_json json;
    ptrdiff_t n = 0, shown_n = 0;
    bool all = args_has(cli->args, "all");
    if (incident_list(&cli->propre, cli->workspace.id, cli->keep, &list, &n, error))
        return error->fault;
    struct incident_about *about = new (cli->keep, struct incident_about, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) {
        if (!all && list[i].closed_us.has)
            continue;
        list[shown_n] = list[i];
        const struct incident_of of = {cli->workspace.id, &list[shown_n], cli->lang};
        if (incident_about(&cli->propre, &of, cli->keep, &about[shown_n], error))
            return error->fault;
        shown_n++;
    }
    if (cli->json) {
        cli_json_begin(&json);
        json_array_begin(&json.w);
        for (ptrdiff_t i = 0; i < shown_n; i++)
            incident_json(&json.w, &list[i], &about[i]);
        json_array_end(&json.w);
        return cli_json_end(&json, error);
    }
    for (ptrdiff_t i = 0; i < shown_n; i++)
        say_incident(cli, &list[i], &about[i]);
    if (shown_n == 0)
        cli_print(cli, str_of(translate(cli->lang, N_("Nothing needs you."))));
    return OK;
}
