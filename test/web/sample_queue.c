#include "sample_queue.h"

#include "pages.h"

/* The pages of what goes out, with made-up data: full, empty, hostile, with long names. */

#define BOTH(en, fr) (h->lang == LANG_FR ? S(fr) : S(en))
#define LIST(list) (list), (ptrdiff_t)(sizeof(list) / sizeof *(list))
#define OPTIONS(list) ((struct options_view){LIST(list)})
#define HOSTILE \
    "<script>alert(1)</script> \"'><img src=x onerror=alert(2)> & {{ 1 }} </textarea>"
#define LONG_NAME                                                                            \
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft und " \
    "Töchter"

static struct layout_view
layout(const char *path)
{
    return (struct layout_view){.signed_in = true,
                                .here = NAV_QUEUE,
                                .workspace_name = S("Atelier Lumen"),
                                .person_name = S("Camille"),
                                .path = str_of(path),
                                .csrf = S("csrf-token"),
                                .needs_n = 3};
}

static struct queue_view
queue_view(struct html *h)
{
    static struct need_view needs[3];
    static struct queue_row first[3], second[2];
    static struct queue_day days[2];
    static struct option_view tabs[3], channels[3];
    needs[0] = (struct need_view){
        .href = S("/delivery/40"),
        .text = BOTH("New kiln, first firing", "Nouveau four, première cuisson"),
        .channel_name = S("Atelier"),
        .network = S("Mastodon"),
        .when = BOTH("24 Nov 2026, 09:00", "24 nov. 2026, 9 h"),
        .state = BOTH("Needs you: it may be live", "À vous de voir : c’est peut-être en ligne"),
        .state_class = "error",
        .cause =
            BOTH("It may be live, and looking for it did not tell: look there before it is "
                 "sent again.",
                 "C’est peut-être en ligne, et la recherche n’a rien dit : regardez avant "
                 "tout nouvel envoi."),
        .words = S("504 Gateway Time-out"),
        .look_label = BOTH("Say what became of it", "Dire ce qu’il en est")};
    needs[1] = (struct need_view){
        .href = S("/delivery/41"),
        .text = BOTH("Open house on Saturday", "Portes ouvertes samedi"),
        .channel_name = S("Atelier Lumen"),
        .network = S("Bluesky"),
        .when = BOTH("24 Nov 2026, 08:30", "24 nov. 2026, 8 h 30"),
        .state = BOTH("Rejected", "Refusée"),
        .state_class = "error",
        .cause = BOTH("The network will not take it as it is.",
                      "Le réseau ne la prendra pas telle quelle."),
        .fix = {S("/message/12"), BOTH("Edit the text", "Modifier le texte")},
        .words = S("InvalidRequest: Record/text must not be longer than 300 graphemes"),
        .advice = BOTH("Change the post, then send it again",
                       "Modifiez la publication, puis renvoyez-la"),
        .press = {S("/delivery/41/release"), BOTH("Send it again", "Renvoyer")},
        .look_label = BOTH("Look at it", "Voir")};
    needs[2] = (struct need_view){
        .href = S("/delivery/42"),
        .text = BOTH("Behind the glaze: ten questions", "Derrière l’émail : dix questions"),
        .channel_name = S("Blog"),
        .network = S("WordPress"),
        .when = BOTH("23 Nov 2026, 23:00", "23 nov. 2026, 23 h"),
        .state = BOTH("On hold", "En attente"),
        .state_class = "warning",
        .cause =
            BOTH("It is more than six hours late; say whether it shall still go out.",
                 "Elle a plus de six heures de retard ; dites si elle doit encore partir."),
        .press = {S("/delivery/42/release"), BOTH("Let it go out", "Laisser partir")},
        .look_label = BOTH("Look at it", "Voir")};
    first[0] = (struct queue_row){.href = S("/delivery/43"),
                                  .time = BOTH("14:00", "14 h"),
                                  .text = BOTH("Three mugs left of the November series",
                                               "Il reste trois tasses de la série de novembre"),
                                  .channel_name = S("Atelier"),
                                  .network = S("Mastodon"),
                                  .queue = BOTH("offers", "offres"),
                                  .state = BOTH("Will be tried again", "Sera réessayée"),
                                  .state_class = "warning",
                                  .note = BOTH("next look: 24 Nov 2026, 14:06",
                                               "prochain essai : 24 nov. 2026, 14 h 06")};
    first[1] = (struct queue_row){.href = S("/delivery/44"),
                                  .time = BOTH("18:00", "18 h"),
                                  .text = BOTH("Why this blue changes in daylight",
                                               "Pourquoi ce bleu change à la lumière du jour"),
                                  .channel_name = S("Blog"),
                                  .network = S("WordPress"),
                                  .state = BOTH("Scheduled", "Programmée"),
                                  .state_class = "waits"};
    first[2] = first[1];
    first[2].channel_name = S("Atelier Lumen");
    first[2].network = S("Bluesky");
    second[0] = first[1];
    second[0].text = BOTH("Wheel or coil? Two ways to a bowl",
                          "Tour ou colombin ? Deux chemins vers un bol");
    second[0].queue = BOTH("tips", "conseils");
    second[1] = second[0];
    second[1].network = S("Telegram");
    days[0] = (struct queue_day){
        BOTH("Today · Tuesday, 24 November 2026", "Aujourd’hui · mardi 24 novembre 2026"),
        LIST(first)};
    days[1] = (struct queue_day){
        BOTH("Tomorrow · Wednesday, 25 November 2026", "Demain · mercredi 25 novembre 2026"),
        LIST(second)};
    tabs[0] =
        (struct option_view){S("/queue?show=open"), BOTH("Goes out (5)", "À venir (5)"), true};
    tabs[1] = (struct option_view){S("/queue?show=needs"),
                                   BOTH("Needs you (3)", "Pour vous (3)"), false};
    tabs[2] = (struct option_view){S("/queue?show=finished"),
                                   BOTH("Finished (1,204)", "Terminées (1 204)"), false};
    channels[0] = (struct option_view){S(""), BOTH("All channels", "Tous les canaux"), true};
    channels[1] = (struct option_view){S("1"), S("Atelier · Mastodon"), false};
    channels[2] = (struct option_view){S("2"), S("Atelier Lumen · Bluesky"), false};
    return (struct queue_view){.layout = layout("/queue"),
                               .may_edit = true,
                               .zone = S("Europe/Paris"),
                               .all_n = 1212,
                               .open_n = 5,
                               .needs_n = 3,
                               .finished_n = 1204,
                               .tabs = OPTIONS(tabs),
                               .channels = OPTIONS(channels),
                               .which_word = S("open"),
                               .back = S("/queue?show=open"),
                               .needs = needs,
                               .needs_n_shown = 3,
                               .days = days,
                               .days_n = 2,
                               .next_href = S("/queue?show=open&after=44")};
}

void
sample_queue(struct html *h)
{
    struct queue_view view = queue_view(h);
    page_queue(h, &view);
}

void
sample_queue_empty(struct html *h)
{
    struct queue_view view = {.layout = layout("/queue"), .may_edit = true};
    view.layout.needs_n = 0;
    page_queue(h, &view);
}

/* After a restore, seen by somebody who may only read. */
void
sample_queue_hold(struct html *h)
{
    struct queue_view view = queue_view(h);
    view.held = true;
    view.held_reason = BOTH("restored from a backup", "restauré depuis une sauvegarde");
    view.held_since = BOTH("24 Nov 2026, 07:12", "24 nov. 2026, 7 h 12");
    view.needs_n_shown = 0;
    page_queue(h, &view);
}

void
sample_queue_finished(struct html *h)
{
    struct queue_view view = queue_view(h);
    view.layout.needs_n = 0;
    view.may_edit = false;
    view.needs_n = 0;
    view.which = QUEUE_FINISHED;
    view.filtered = true;
    view.needs_n_shown = 0;
    view.days_n = 0;
    view.first_href = S("/queue?show=finished");
    view.next_href = STR_NONE;
    page_queue(h, &view);
}

void
sample_queue_hostile(struct html *h)
{
    static struct need_view need;
    static struct queue_row row;
    static struct queue_day day;
    struct queue_view view = queue_view(h);
    need = (struct need_view){.href = S("/delivery/1"),
                              .text = S(HOSTILE),
                              .channel_name = S(LONG_NAME),
                              .network = S(HOSTILE),
                              .state = S("x"),
                              .state_class = "error",
                              .cause = S(HOSTILE),
                              .words = S(HOSTILE " " LONG_NAME LONG_NAME),
                              .advice = S(HOSTILE),
                              .press = {S("/delivery/1/release"), S(HOSTILE)},
                              .look_label = S("x")};
    row = (struct queue_row){.href = S("/delivery/1"),
                             .time = S("00:00"),
                             .text = S(HOSTILE LONG_NAME),
                             .channel_name = S(LONG_NAME),
                             .network = S(HOSTILE),
                             .queue = S(HOSTILE),
                             .state = S("x"),
                             .state_class = "waits",
                             .note = S(HOSTILE)};
    day = (struct queue_day){S("x"), &row, 1};
    view.needs = &need;
    view.needs_n_shown = 1;
    view.days = &day;
    view.days_n = 1;
    page_queue(h, &view);
}

/* ---- one delivery ---- */

static struct delivery_view
delivery_view(struct html *h)
{
    static struct fact_view facts[3];
    static str parts[1], pictures[1];
    static struct history_line history[1];
    facts[0] = (struct fact_view){
        BOTH("Asked for", "Demandé pour"),
        BOTH("25 Nov 2026, 09:00, Europe/Paris", "25 nov. 2026, 9 h, Europe/Paris")};
    facts[1] = (struct fact_view){BOTH("Useless after", "Inutile après"),
                                  BOTH("28 Nov 2026, 18:00", "28 nov. 2026, 18 h")};
    facts[2] = (struct fact_view){BOTH("Queue", "File"), BOTH("tips", "conseils")};
    parts[0] = BOTH("Wheel or coil? Two ways to a bowl.\n\nWe made the same bowl twice and "
                    "took the time.",
                    "Tour ou colombin ? Deux chemins vers un bol.\n\nNous avons fait deux fois "
                    "le même bol, montre en main.");
    pictures[0] = BOTH("Two white bowls side by side on a plank",
                       "Deux bols blancs côte à côte sur une planche");
    history[0] =
        (struct history_line){BOTH("24 Nov 2026, 09:05", "24 nov. 2026, 9 h 05"), S("Camille"),
                              BOTH("gave it another time", "lui a donné une autre heure"),
                              BOTH("Scheduled", "Programmée")};
    return (struct delivery_view){
        .layout = layout("/delivery/44"),
        .may_edit = true,
        .id = 44,
        .heading = BOTH("Wheel or coil? Two ways to a bowl.",
                        "Tour ou colombin ? Deux chemins vers un bol."),
        .channel_name = S("Atelier"),
        .network = S("Mastodon"),
        .state = BOTH("Scheduled", "Programmée"),
        .state_class = "waits",
        .sentence =
            BOTH("It goes out on 25 Nov 2026, 09:00.", "Elle part le 25 nov. 2026, 9 h."),
        .channel_href = S("/channel/1"),
        .edit_href = S("/message/12"),
        .zone = S("Europe/Paris"),
        .link = S("https://atelier-lumen.example/bol"),
        .parts = parts,
        .parts_n = 1,
        .pictures = pictures,
        .pictures_n = 1,
        .facts = facts,
        .facts_n = 3,
        .can_move = true,
        .can_hold = true,
        .can_cancel = true,
        .can_say_live = true,
        .cancel_label = BOTH("Cancel it", "L’annuler"),
        .at.value = S("2026-11-25T09:00"),
        .history = history,
        .history_n = 1};
}

void
sample_delivery(struct html *h)
{
    struct delivery_view view = delivery_view(h);
    page_delivery(h, &view);
}

static struct ledger_line
ledger_line(int64_t n, str step, str outcome, const char *tone)
{
    return (struct ledger_line){
        .n = n,
        .step = step,
        .began = S("2026-11-25 09:00:04"),
        .ended = S("09:00:06"),
        .outcome = outcome,
        .outcome_class = tone,
        .status = S("200"),
        .key = S("5f0c7f3de7a84a5d9a4c1b2e8d7f6a90"),
        .hash = S("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        .hash_short = S("9f86d081884c")};
}

/* It may be live: the page asks what the reader saw. */
void
sample_delivery_person(struct html *h)
{
    static struct ledger_line ledger[3];
    struct delivery_view view = delivery_view(h);
    ledger[0] =
        ledger_line(1, BOTH("Send a picture", "Envoyer une image"), BOTH("done", "fait"), "ok");
    ledger[1] = ledger_line(2, BOTH("Publish it", "Publier"),
                            BOTH("no clear answer: it may be live",
                                 "pas de réponse claire : c’est peut-être en ligne"),
                            "warning");
    ledger[1].status = S("504");
    ledger[1].words = S("504 Gateway Time-out: upstream is late");
    ledger[2] =
        ledger_line(3, BOTH("Look whether it is there", "Voir si elle y est"),
                    BOTH("nobody saw how it ended", "personne n’a vu la fin"), "warning");
    ledger[2].ended = STR_NONE;
    ledger[2].status = STR_NONE;
    view.ledger = ledger;
    view.ledger_n = 3;
    view.state = BOTH("Needs you: it may be live", "À vous de voir : c’est peut-être en ligne");
    view.state_class = "error";
    view.sentence = BOTH("Look at the account, then say here what you saw.",
                         "Regardez le compte, puis dites ici ce que vous avez vu.");
    view.cause =
        BOTH("It may be live, and looking for it did not tell: look there before it is "
             "sent again.",
             "C’est peut-être en ligne, et la recherche n’a rien dit : regardez avant "
             "tout nouvel envoi.");
    view.words = S("504 Gateway Time-out: upstream is late");
    view.frozen = true;
    view.edit_href = STR_NONE;
    view.can_move = view.can_hold = view.can_cancel = false;
    view.can_again = view.can_drop = true;
    page_delivery(h, &view);
}

/* Refused, with a wrong time typed. */
void
sample_delivery_refused(struct html *h)
{
    struct delivery_view view = delivery_view(h);
    view.state = BOTH("Its time is over", "Manquée");
    view.state_class = "warning";
    view.sentence = BOTH("It did not go out: its time, 24 Nov 2026, 09:00, is over.",
                         "Elle n’est pas partie : son heure, 24 nov. 2026, 9 h, est passée.");
    view.can_hold = false;
    view.release = (struct press_view){S("/delivery/44/release"),
                                       BOTH("Send it after all", "L’envoyer quand même")};
    view.cancel_label = BOTH("Let it be", "Laisser ainsi");
    view.at = (struct field_view){
        S("2026-11-20T09:00"),
        BOTH("the time to publish is over; choose one to come, or now",
             "l’heure de publication est passée ; choisissez-en une à venir, ou maintenant")};
    view.text_missing = true;
    page_delivery(h, &view);
}

void
sample_delivery_published(struct html *h)
{
    static struct ledger_line ledger[1];
    struct delivery_view view = delivery_view(h);
    ledger[0] =
        ledger_line(1, BOTH("Publish it", "Publier"), BOTH("published", "publiée"), "ok");
    view.ledger = ledger;
    view.ledger_n = 1;
    view.layout.needs_n = 0;
    view.state = BOTH("Published", "Publiée");
    view.state_class = "ok";
    view.sentence =
        BOTH("It went out on 25 Nov 2026, 09:00.", "Elle est partie le 25 nov. 2026, 9 h.");
    view.frozen = true;
    view.edit_href = STR_NONE;
    view.permalink = S("https://mastodon.example/@atelier/113");
    view.edit_command = S("propre edit 44 --live --text \"…\"");
    view.withdraw_command = S("propre withdraw 44");
    view.result_href = S("/post/9");
    view.conflict =
        BOTH("Nothing was changed: meanwhile it is “Published”, which does not allow this.",
             "Rien n’a changé : entre-temps elle est « Publiée », ce qui ne le permet pas.");
    view.can_move = view.can_hold = view.can_cancel = view.can_say_live = false;
    view.history_n = 0;
    page_delivery(h, &view);
}

void
sample_delivery_cancelled(struct html *h)
{
    struct delivery_view view = delivery_view(h);
    view.state = BOTH("Cancelled", "Annulée");
    view.sentence = BOTH("It does not go out. Its time was 25 Nov 2026, 09:00.",
                         "Elle ne part pas. Son heure était 25 nov. 2026, 9 h.");
    view.can_move = view.can_hold = view.can_cancel = view.can_say_live = false;
    view.can_plan_again = view.maybe_out = true;
    page_delivery(h, &view);
}

void
sample_delivery_draft(struct html *h)
{
    struct delivery_view view = delivery_view(h);
    view.state = BOTH("Draft", "Brouillon");
    view.sentence = BOTH("It is a draft without a time. Say when it goes out.",
                         "C’est un brouillon sans heure. Dites quand il part.");
    view.can_hold = false;
    view.no_time = true;
    view.at.value = STR_NONE;
    view.facts_n = 0;
    view.history_n = 0;
    page_delivery(h, &view);
}

void
sample_delivery_hostile(struct html *h)
{
    static struct ledger_line ledger[1];
    static str parts[2];
    struct delivery_view view = delivery_view(h);
    ledger[0] = ledger_line(1, S(HOSTILE), S(HOSTILE), "waits");
    ledger[0].words = S(HOSTILE LONG_NAME LONG_NAME);
    parts[0] = S(HOSTILE LONG_NAME LONG_NAME LONG_NAME);
    parts[1] = S(HOSTILE);
    view.heading = S(HOSTILE LONG_NAME);
    view.channel_name = S(LONG_NAME);
    view.cause = view.words = view.advice = view.warning = view.title = S(HOSTILE);
    view.permalink = S("javascript:alert(1)");
    view.link = S(HOSTILE);
    view.edits_alone = true;
    view.edit_href = S("#own-text");
    view.text = (struct field_view){S(HOSTILE LONG_NAME), S(HOSTILE)};
    view.parts = parts;
    view.parts_n = 2;
    view.ledger = ledger;
    view.ledger_n = 1;
    page_delivery(h, &view);
}

/* ---- standing times ---- */

static struct slot_channel
slot_channel(struct html *h, str channel, str network, int32_t per_day)
{
    static const char *const en[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                     "Friday", "Saturday", "Sunday"};
    static const char *const fr[] = {"lundi",    "mardi",  "mercredi", "jeudi",
                                     "vendredi", "samedi", "dimanche"};
    struct slot_channel ret = {
        .channel_name = channel,
        .network = network,
        .free = BOTH("Tuesday 24 Nov 2026, 17:00 · Thursday 26 Nov 2026, 09:00",
                     "mardi 24 nov. 2026, 17 h · jeudi 26 nov. 2026, 9 h")};
    for (int32_t i = 0; i < SLOT_DAYS; i++) {
        struct slot_time *times = new (h->scratch, struct slot_time, per_day + 1);
        int32_t n = i % 2 ? per_day : 0;
        for (int32_t t = 0; t < n; t++)
            times[t] = (struct slot_time){
                .id = 10 * i + t,
                .time = t ? BOTH("17:00", "17 h") : BOTH("09:00", "9 h"),
                .where = BOTH("Tuesday, 09:00, Atelier", "mardi, 9 h, Atelier")};
        ret.days[i] = (struct slot_day){str_of(h->lang == LANG_FR ? fr[i] : en[i]), times, n};
    }
    return ret;
}

static struct slots_view
slots_view(struct html *h)
{
    static struct slot_channel own[2], tips[1];
    static struct slot_queue queues[2];
    static struct option_view days[SLOT_DAYS], channels[2];
    own[0] = slot_channel(h, S("Atelier"), S("Mastodon"), 2);
    own[1] = slot_channel(h, S(LONG_NAME), S("Bluesky"), 1);
    tips[0] = slot_channel(h, S("Blog"), S("WordPress"), 1);
    queues[0] = (struct slot_queue){
        .name = S(""),
        .label = BOTH("The channels’ own times", "Les heures propres aux canaux"),
        .channels = own,
        .channels_n = 2};
    queues[1] = (struct slot_queue){.name = S("tips"),
                                    .label = S("tips"),
                                    .paused = true,
                                    .channels = tips,
                                    .channels_n = 1};
    for (int32_t i = 0; i < SLOT_DAYS; i++)
        days[i] = (struct option_view){arena_printf(h->scratch, "%d", (int)i + 1),
                                       own[0].days[i].label, i == 1};
    channels[0] = (struct option_view){S("1"), S("Atelier · Mastodon"), true};
    channels[1] = (struct option_view){S("2"), S("Blog · WordPress"), false};
    return (struct slots_view){.layout = layout("/slots"),
                               .may_edit = true,
                               .zone = S("Europe/Paris"),
                               .slots_n = 10,
                               .queues = queues,
                               .queues_n = 2,
                               .weekdays = OPTIONS(days),
                               .channels = OPTIONS(channels)};
}

void
sample_slots(struct html *h)
{
    struct slots_view view = slots_view(h);
    page_slots(h, &view);
}

void
sample_slots_wrong(struct html *h)
{
    struct slots_view view = slots_view(h);
    view.queues_n = 1;
    view.days.error = BOTH("Choose at least one day.", "Choisissez au moins un jour.");
    view.time =
        (struct field_view){S(""), BOTH("Write the time as hours and minutes, like 09:30.",
                                        "Écrivez l’heure en heures et minutes, comme 09:30.")};
    view.channel.error = BOTH("Choose a channel.", "Choisissez un canal.");
    view.queue = (struct field_view){S(HOSTILE), BOTH("This is too long.", "C’est trop long.")};
    page_slots(h, &view);
}

void
sample_slots_empty(struct html *h)
{
    struct slots_view view = {
        .layout = layout("/slots"), .may_edit = true, .zone = S("Europe/Paris")};
    page_slots(h, &view);
}

/* ---- what comes again ---- */

static struct repeats_view
repeats_view(struct html *h)
{
    static struct coming_view coming[3];
    static struct repeat_row rows[4];
    coming[0] = (struct coming_view){
        BOTH("Monday 30 Nov 2026, 09:00", "lundi 30 nov. 2026, 9 h"), S("/compose/8")};
    coming[1] = (struct coming_view){BOTH("Monday 7 Dec 2026, 09:00", "lundi 7 déc. 2026, 9 h"),
                                     S("/compose/9")};
    coming[2] = (struct coming_view){
        BOTH("Monday 14 Dec 2026, 09:00", "lundi 14 déc. 2026, 9 h"), STR_NONE};
    rows[0] = (struct repeat_row){
        .id = 4,
        .heading = BOTH("Tea and clay, tonight", "Thé et terre, ce soir"),
        .rule = BOTH("every Monday", "chaque lundi"),
        .where = S("Atelier, Blog"),
        .state = BOTH("in use", "en service"),
        .state_class = "ok",
        .coming = coming,
        .coming_n = 3,
        .waiting_n = 2,
        .ends = BOTH("until 31 Mar 2027", "jusqu’au 31 mars 2027"),
        .rest = BOTH("Never the same text on a channel within 30 days.",
                     "Jamais le même texte sur un canal en moins de 30 jours.")};
    rows[1] = (struct repeat_row){.id = 3,
                                  .heading = S(LONG_NAME),
                                  .rule = BOTH("every day", "chaque jour"),
                                  .where = S(LONG_NAME),
                                  .state = BOTH("stands still", "en pause"),
                                  .state_class = "warning",
                                  .paused = true};
    rows[2] = (struct repeat_row){.id = 2,
                                  .heading = S(HOSTILE),
                                  .rule = S("FREQ=HOURLY;BYHOUR=9,10,11"),
                                  .where = S(HOSTILE),
                                  .state = BOTH("in use", "en service"),
                                  .state_class = "ok",
                                  .coming = coming,
                                  .coming_n = 1};
    rows[3] = (struct repeat_row){.id = 1,
                                  .heading = BOTH("Open on Sundays", "Ouvert le dimanche"),
                                  .rule = BOTH("every month", "chaque mois"),
                                  .state = BOTH("over", "terminée"),
                                  .state_class = "waits",
                                  .over = true};
    return (struct repeats_view){.layout = layout("/repeats"),
                                 .may_edit = true,
                                 .zone = S("Europe/Paris"),
                                 .rows = rows,
                                 .rows_n = 4,
                                 .next_href = S("/repeats?offset=25")};
}

void
sample_repeats(struct html *h)
{
    struct repeats_view view = repeats_view(h);
    page_repeats(h, &view);
}

void
sample_repeats_wrong(struct html *h)
{
    static struct option_view rules[2];
    struct repeats_view view = repeats_view(h);
    rules[0] =
        (struct option_view){S("FREQ=WEEKLY"), BOTH("every week", "chaque semaine"), false};
    rules[1] =
        (struct option_view){S("FREQ=MONTHLY"), BOTH("every month", "chaque mois"), true};
    view.rows_n = 1;
    view.next_href = STR_NONE;
    view.form = (struct repeat_form){
        .delivery = 7,
        .heading = BOTH("New kiln, first firing", "Nouveau four, première cuisson"),
        .rules = OPTIONS(rules),
        .words = {S(HOSTILE), BOTH("This is too long.", "C’est trop long.")},
        .at = {S(""), BOTH("This is needed.", "Il manque quelque chose ici.")},
        .until = {S("2026-11-20"), BOTH("Write a day that exists, like 2027-03-31.",
                                        "Écrivez un jour qui existe, comme 2027-03-31.")},
        .times = {S("-1"), BOTH("This is not a whole number in the range allowed.",
                                "Ce n’est pas un nombre entier dans les bornes permises.")},
        .cooldown = {S("30"), STR_NONE}};
    page_repeats(h, &view);
}

void
sample_repeats_empty(struct html *h)
{
    struct repeats_view view = {
        .layout = layout("/repeats"), .may_edit = true, .zone = S("Europe/Paris")};
    page_repeats(h, &view);
}

/* ---- Today ---- */

static struct today_view
today_view(struct html *h)
{
    static struct today_need needs[2];
    static struct queue_row next[3];
    static struct today_queue_view queue;
    struct queue_view whole = queue_view(h);
    needs[0] =
        (struct today_need){whole.needs[0].cause, whole.needs[0].text, whole.needs[0].href};
    needs[1] =
        (struct today_need){BOTH("Its network no longer accepts the account; connect it again.",
                                 "Le réseau n’accepte plus le compte ; reconnectez-le."),
                            S("Atelier Lumen"), S("/channel/2")};
    for (int i = 0; i < 3; i++) {
        next[i] = whole.days[0].rows[i];
        next[i].time = BOTH("24 Nov 2026, 14:00", "24 nov. 2026, 14 h");
    }
    queue = (struct today_queue_view){
        .needs = needs, .needs_n = 2, .needs_more_n = 4, .next = next, .next_n = 3};
    struct today_view view = {.layout = layout("/"),
                              .queue = &queue,
                              .date =
                                  BOTH("Tuesday, 24 November 2026", "mardi 24 novembre 2026"),
                              .next = NEXT_IMPORT_FIRST};
    view.layout.here = NAV_TODAY;
    return view;
}

void
sample_today_queue(struct html *h)
{
    struct today_view view = today_view(h);
    page_today(h, &view);
}

void
sample_today_away(struct html *h)
{
    struct today_view view = today_view(h);
    struct today_queue_view queue = *view.queue;
    queue.held = true;
    queue.held_reason = BOTH("restored from a backup", "restauré depuis une sauvegarde");
    queue.worker_away = BOTH(
        "Something is due, and no worker was seen running since 24 Nov 2026, 08:40.",
        "Quelque chose attend, et aucun exécuteur n’a donné signe de vie depuis le 24 nov. "
        "2026, 8 h 40.");
    queue.needs_n = 0;
    queue.next_n = 0;
    view.queue = &queue;
    page_today(h, &view);
}
