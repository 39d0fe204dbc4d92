#include "sample.h"

#include "pages.h"
#include "web/views_compose.h"

#define BOTH(en, fr) (h->lang == LANG_FR ? S(fr) : S(en))
#define LIST(list) (list), (ptrdiff_t)(sizeof(list) / sizeof *(list))
#define OPTIONS(list) ((struct options_view){LIST(list)})
#define HOSTILE \
    "<script>alert(1)</script> \"'><img src=x onerror=alert(2)> & {{ 1 }} </textarea>"

static void
fill(struct html *h, struct compose_view *view, struct arena *arena)
{
    struct option_view *tactics = new (arena, struct option_view, 3);
    struct option_view *none = new (arena, struct option_view, 1);
    struct option_view *visible = new (arena, struct option_view, 4);
    struct option_view *queues = new (arena, struct option_view, 2);
    tactics[0] = (struct option_view){S(""), BOTH("None", "Aucune"), false};
    tactics[1] = (struct option_view){S("1"), BOTH("Tutorial", "Tutoriel"), true};
    tactics[2] = (struct option_view){S("2"), BOTH("Behind the scenes", "Coulisses"), false};
    none[0] = (struct option_view){S(""), BOTH("None", "Aucun"), true};
    visible[0] =
        (struct option_view){S(""), BOTH("As the channel is set", "Celle du canal"), true};
    visible[1] = (struct option_view){S("public"), BOTH("Public", "Publique"), false};
    queues[0] = (struct option_view){
        S(""), BOTH("The channel’s own queue", "La file propre au canal"), true};
    queues[1] = (struct option_view){S("news"), BOTH("News", "Actualités"), false};
    *view = (struct compose_view){.layout = {.signed_in = true,
                                             .here = NAV_COMPOSE,
                                             .workspace_name = S("Atelier Lumen"),
                                             .person_name = S("Camille"),
                                             .path = S("/compose"),
                                             .csrf = S("csrf-token")},
                                  .key = S("a-key"),
                                  .action = S("/compose"),
                                  .draft_action = S("/compose/draft"),
                                  .may_edit = true,
                                  .room_for_pictures = true,
                                  .tactics = {tactics, 3},
                                  .objectives = {none, 1},
                                  .intents = {none, 1},
                                  .formats = {none, 1},
                                  .visibilities = {visible, 2},
                                  .queues = {queues, 2},
                                  .when = S("draft"),
                                  .zone = S("Europe/Paris"),
                                  .now = BOTH("10:05", "10 h 05")};
}

static struct compose_channel_view
channel(int64_t id, const char *name, const char *network, bool ticked)
{
    return (struct compose_channel_view){.id = id,
                                         .name = str_of(name),
                                         .network = str_of(network),
                                         .ticked = ticked,
                                         .own = S("")};
}

void
sample_compose_empty(struct html *h)
{
    struct compose_view view;
    fill(h, &view, h->scratch);
    view.queues.n = 0;
    page_compose(h, &view);
}

void
sample_compose(struct html *h)
{
    struct compose_view view;
    fill(h, &view, h->scratch);
    struct compose_channel_view channels[] = {
        channel(1, "L’Atelier", "WordPress", true),
        channel(2, "@lumen.example", "Bluesky", true),
        channel(3, "@lumen@social.example", "Mastodon", true),
        channel(4, "Atelier Lumen", "Facebook", false)};
    channels[1].count = BOTH("212 of 300 characters", "212 caractères sur 300");
    channels[2].count = BOTH("212 of 500 characters", "212 caractères sur 500");
    channels[2].state = BOTH("Not connected: it waits until you connect it",
                             "Non connecté : la publication attendra qu’il le soit");
    channels[2].state_bad = true;
    channels[3].state = BOTH("You publish it by hand", "Vous la publiez vous-même");
    const struct compose_problem_view warned[] = {
        {false,
         BOTH("Blog: there is no title", "Il n’y a pas de titre ; WordPress en affiche un")}};
    channels[0].problems = warned;
    channels[0].problems_n = 1;
    const struct compose_picture_view pictures[] = {{.name = S("atelier.jpg"),
                                                     .alt = S(""),
                                                     .about = S("1600 × 900, 412 kB"),
                                                     .media = 7,
                                                     .shown = true,
                                                     .width = 1600,
                                                     .height = 900},
                                                    {.name = S("four.jpg"),
                                                     .alt = BOTH("The oven", "Le four"),
                                                     .about = S("1200 × 900, 305 kB"),
                                                     .media = 8,
                                                     .shown = true,
                                                     .width = 1200,
                                                     .height = 900}};
    const struct compose_draft_view drafts[] = {
        {4, BOTH("Lamps for the winter", "Des lampes pour l’hiver"),
         BOTH("24 Nov 2026, 18:40", "24 nov. 2026, 18 h 40"),
         BOTH("for 1 Dec 2026, 09:00", "pour 1 déc. 2026, 9 h")},
        {3, BOTH("Draft without words", "Brouillon sans texte"),
         BOTH("20 Nov 2026, 09:12", "20 nov. 2026, 9 h 12"), STR_NONE}};
    view.text.value = BOTH("How a lamp is made here, from the first drawing to the last screw: "
                           "four days, two people, one oven.\n\nCome and see on Saturday.",
                           "Comment naît une lampe ici, du premier dessin à la dernière vis : "
                           "quatre jours, deux personnes, un four.\n\nVenez voir samedi.");
    view.link.value = S("https://lumen.example/atelier");
    view.more_open = true;
    view.channels = channels;
    view.channels_n = 4;
    view.pictures = pictures;
    view.pictures_n = 2;
    view.drafts = drafts;
    view.drafts_n = 2;
    view.when = S("at");
    view.day = S("2026-11-28");
    view.time = S("09:30");
    page_compose(h, &view);
}

void
sample_compose_wrong(struct html *h)
{
    struct compose_view view;
    fill(h, &view, h->scratch);
    struct compose_channel_view channels[] = {
        channel(2, "@lumen.example", "Bluesky", true),
        channel(3, "@lumen@social.example", "Mastodon", true)};
    const struct compose_problem_view wrong[] = {
        {true, BOTH("The text is 312 characters long; at most 300 are taken",
                    "Le texte compte 312 caractères ; 300 au plus sont acceptés")},
        {false,
         BOTH("atelier.jpg has no description: who cannot see it will miss it",
              "atelier.jpg n’a pas de description : qui ne la voit pas n’en saura rien")}};
    channels[0].count = BOTH("312 of 300 characters", "312 caractères sur 300");
    channels[0].over = true;
    channels[0].problems = wrong;
    channels[0].problems_n = 2;
    channels[1].count = BOTH("312 of 500 characters", "312 caractères sur 500");
    channels[1].own = BOTH("Longer here.", "Plus long ici.");
    view.id = 5;
    view.revision = 3;
    view.heading = BOTH("How a lamp is made", "Comment naît une lampe");
    view.action = S("/message/5");
    view.draft_action = S("/message/5/draft");
    view.notice = BOTH(
        "It is kept as a draft and does not go out yet: put right what is marked below.",
        "Elle est gardée comme brouillon et ne part pas encore : corrigez ce qui est marqué "
        "ci-dessous.");
    view.wrong_n = 2;
    view.text.value = BOTH("How a lamp is made here …", "Comment naît une lampe ici …");
    view.title.error = BOTH("This is too long.", "C’est trop long.");
    view.link.error = view.tags.error = view.title.error;
    view.more_open = true;
    view.pictures_error = BOTH("The file is not taken.", "Ce fichier n’est pas accepté.");
    view.when_error = BOTH("Say the day and the hour.", "Indiquez le jour et l’heure.");
    view.channels_error = BOTH("Tick at least one channel.", "Cochez au moins un canal.");
    view.channels = channels;
    view.channels_n = 2;
    view.more_channels = true;
    view.when = S("at");
    page_compose(h, &view);
}

void
sample_compose_planned(struct html *h)
{
    struct compose_view view;
    fill(h, &view, h->scratch);
    struct compose_channel_view channels[] = {channel(1, "L’Atelier", "WordPress", true),
                                              channel(2, "@lumen.example", "Bluesky", true)};
    const struct compose_delivery_view deliveries[] = {
        {1, S("L’Atelier"), BOTH("28 Nov 2026, 09:30", "28 nov. 2026, 9 h 30"),
         BOTH("Scheduled", "Programmée"), STR_NONE, STR_NONE, TONE_QUIET},
        {2, S("@lumen.example"), BOTH("28 Nov 2026, 09:30", "28 nov. 2026, 9 h 30"),
         BOTH("On hold", "En attente"), STR_NONE, STR_NONE, TONE_WARN}};
    const struct flash_view flash = {.tone = TONE_GOOD,
                                     .text = BOTH("It goes out: L’Atelier: 28 Nov 2026, 09:30",
                                                  "Départ : L’Atelier : 28 nov. 2026, 9 h 30")};
    view.layout.flashes = &flash;
    view.layout.flashes_n = 1;
    view.id = 5;
    view.revision = 3;
    view.planned = true;
    view.action = S("/message/5");
    view.draft_action = STR_NONE;
    view.heading = BOTH("How a lamp is made", "Comment naît une lampe");
    view.text.value = BOTH("How a lamp is made", "Comment naît une lampe");
    view.deliveries = deliveries;
    view.deliveries_n = 2;
    view.channels = channels;
    view.channels_n = 2;
    view.when = S("keep");
    page_compose(h, &view);
}

void
sample_compose_out(struct html *h)
{
    struct compose_view view;
    fill(h, &view, h->scratch);
    const struct compose_delivery_view deliveries[] = {
        {1, S("L’Atelier"), BOTH("24 Nov 2026, 09:30", "24 nov. 2026, 9 h 30"),
         BOTH("Published", "Publiée"), S("https://lumen.example/lampe"), STR_NONE, TONE_GOOD},
        {2, S("@lumen.example"), BOTH("24 Nov 2026, 09:30", "24 nov. 2026, 9 h 30"),
         BOTH("Refused", "Refusée"), STR_NONE, S("/delivery/2"), TONE_BAD}};
    view.id = 5;
    view.may_edit = false;
    view.closed = true;
    view.heading = BOTH("How a lamp is made", "Comment naît une lampe");
    view.title.value = BOTH("Four days", "Quatre jours");
    view.text.value = BOTH("How a lamp is made", "Comment naît une lampe");
    view.link.value = S("https://lumen.example/atelier");
    view.deliveries = deliveries;
    view.deliveries_n = 2;
    page_compose(h, &view);
}

void
sample_compose_hostile(struct html *h)
{
    struct compose_view view;
    fill(h, &view, h->scratch);
    struct compose_channel_view channels[] = {channel(1, HOSTILE, HOSTILE, true)};
    const struct compose_problem_view wrong[] = {{true, S(HOSTILE)}};
    const struct compose_picture_view pictures[] = {
        {.name = S(HOSTILE), .alt = S(HOSTILE), .about = S(HOSTILE), .media = 7}};
    const struct compose_draft_view drafts[] = {{4, S(HOSTILE), S(""), S(HOSTILE)}};
    channels[0].own = channels[0].count = channels[0].state = S(HOSTILE);
    channels[0].problems = wrong;
    channels[0].problems_n = 1;
    view.text.value = view.title.value = view.link.value = view.tags.value =
        view.warning.value = view.topic.value = S(HOSTILE);
    view.problem = view.notice = view.when_error = view.zone = S(HOSTILE);
    view.channels = channels;
    view.channels_n = 1;
    view.pictures = pictures;
    view.pictures_n = 1;
    view.drafts = drafts;
    view.drafts_n = 1;
    page_compose(h, &view);
}
