#include "sample_channels.h"

#include "pages.h"
#include "web/views_channels.h"

#define BOTH(en, fr) (h->lang == LANG_FR ? S(fr) : S(en))
#define LIST(list) (list), (ptrdiff_t)(sizeof(list) / sizeof *(list))
#define HOSTILE \
    "<script>alert(1)</script> \"'><img src=x onerror=alert(2)> & {{ 1 }} </textarea>"

static struct layout_view
layout(const char *path)
{
    return (struct layout_view){.signed_in = true,
                                .here = NAV_CHANNELS,
                                .workspace_name = S("Atelier Lumen"),
                                .person_name = S("Camille"),
                                .path = str_of(path),
                                .csrf = S("csrf-token")};
}

/* ---- the list ---- */

static struct health_view
connected(struct html *h)
{
    return (struct health_view){
        .state = CHANNEL_CONNECTED,
        .word = BOTH("connected", "connecté"),
        .about = BOTH("Checked: 24 Nov 2026, 09:12.", "Vérifié : 24 nov. 2026, 9 h 12."),
    };
}

static void
list(struct html *h, bool may_edit, bool may_own)
{
    struct channel_line lines[] = {
        {1, BOTH("Workshop notes", "Carnets de l’atelier"), S("WordPress"),
         S("blog.lumen.example"), BOTH("your own ground", "votre terrain"), connected(h)},
        {2,
         BOTH("Letter", "La lettre"),
         BOTH("Newsletter", "Infolettre"),
         STR_NONE,
         BOTH("your own ground", "votre terrain"),
         {.state = CHANNEL_NOT_CONNECTED, .word = BOTH("not connected", "non connecté")}},
        {3, S("Lumen"), S("Mastodon"), S("@lumen@mastodon.example"),
         BOTH("rented ground", "terrain loué"), connected(h)},
        {4,
         S("Lumen"),
         S("Bluesky"),
         S("lumen.bsky.social"),
         BOTH("rented ground", "terrain loué"),
         {.state = CHANNEL_DEAD,
          .word = BOTH("no longer accepted", "plus accepté"),
          .about = BOTH("Refused again and again: nothing is sent there until it is connected "
                        "again.",
                        "Refusé à plusieurs reprises : rien n’y est envoyé tant qu’il n’est "
                        "pas reconnecté."),
          .failed = BOTH("24 Nov 2026, 08:01", "24 nov. 2026, 8 h 01"),
          .cause = BOTH("The network does not accept our credentials any more",
                        "Le réseau n’accepte plus nos identifiants"),
          .advice = BOTH("Connect the account again", "Reconnectez le compte"),
          .words = S("ExpiredToken: Token has been revoked")}},
        {5,
         BOTH("Company page", "Page entreprise"),
         S("LinkedIn"),
         S("atelier-lumen"),
         BOTH("rented ground", "terrain loué"),
         {.state = CHANNEL_BY_HAND,
          .word = BOTH("published by hand", "publié à la main"),
          .about = BOTH("Posts are prepared; you publish them and paste their address.",
                        "Les publications sont préparées ; vous les publiez et collez leur "
                        "adresse.")}},
        {6, S("Lumen photo"), S("Pinterest"), S("lumenphoto"),
         BOTH("rented ground", "terrain loué"), connected(h)},
    };
    lines[5].health.token =
        BOTH("Its token holds for 6 more days. Connect it again before it ends.",
             "Son jeton vaut encore 6 jours. Reconnectez-le avant la fin.");
    lines[5].health.token_low = true;
    lines[2].health.token =
        BOTH("Its token is renewed by itself.", "Son jeton se renouvelle tout seul.");
    static const struct option_view networks[] = {
        {S_CONST("wordpress"), S_CONST("WordPress"), true},
        {S_CONST("mastodon"), S_CONST("Mastodon"), false}};
    static const str hosts[] = {S_CONST("192.168.1.20:8080"), S_CONST("blog.lan")};
    const struct channel_line away[] = {
        {.id = 9, .name = S("Old page"), .network = S("Facebook")}};
    struct channels_view view = {.layout = layout("/channels"),
                                 .lines = lines,
                                 .lines_n = 6,
                                 .away = away,
                                 .away_n = 1,
                                 .may_edit = may_edit,
                                 .may_own = may_own,
                                 .networks = {LIST(networks)},
                                 .hosts = hosts,
                                 .hosts_n = may_own ? 2 : 0};
    page_channels(h, &view);
}

void
sample_channels(struct html *h)
{
    list(h, true, true);
}

void
sample_channels_reader(struct html *h)
{
    list(h, false, false);
}

void
sample_channels_empty(struct html *h)
{
    static const struct option_view networks[] = {
        {S_CONST("wordpress"), S_CONST("WordPress"), true}};
    struct channels_view view = {.layout = layout("/channels"),
                                 .may_edit = true,
                                 .may_own = true,
                                 .networks = {LIST(networks)}};
    page_channels(h, &view);
}

void
sample_channels_hostile(struct html *h)
{
    struct channel_line lines[] = {
        {1,
         S(HOSTILE),
         S("Mastodon"),
         S(HOSTILE),
         BOTH("rented ground", "terrain loué"),
         {.state = CHANNEL_FAILING,
          .word = BOTH("failing", "en échec"),
          .failed = BOTH("24 Nov 2026, 08:01", "24 nov. 2026, 8 h 01"),
          .words = S(HOSTILE)}}};
    static const str hosts[] = {S_CONST(HOSTILE)};
    struct channels_view view = {
        .layout = layout("/channels"),
        .lines = lines,
        .lines_n = 1,
        .may_edit = true,
        .may_own = true,
        .name = {S(HOSTILE), BOTH("This is too long.", "C’est trop long.")},
        .handle = {S(HOSTILE), STR_NONE},
        .hosts = hosts,
        .hosts_n = 1,
        .host = {S(HOSTILE), S(HOSTILE)}};
    page_channels(h, &view);
}

/* ---- one ---- */

static const struct connect_field *
wordpress_fields(struct html *h, bool kept)
{
    static struct connect_field fields[3];
    fields[0] = (struct connect_field){
        .name = S("server"),
        .label = BOTH("Address of the site", "Adresse du site"),
        .hint = BOTH("As visitors see it, with https:// in front",
                     "Comme les visiteurs la voient, avec https:// devant"),
        .value = S("https://blog.lumen.example"),
        .required = true};
    fields[1] = (struct connect_field){
        .name = S("user"),
        .label = BOTH("User name", "Nom d’utilisateur"),
        .hint = BOTH("A user who may publish: an Author at least",
                     "Quelqu’un qui a le droit de publier : au moins un auteur"),
        .required = true,
        .kept = kept};
    fields[2] = (struct connect_field){
        .name = S("password"),
        .label = BOTH("Application password", "Mot de passe d’application"),
        .hint = BOTH("In WordPress: Users, Profile, Application Passwords. Not the password "
                     "you log in with",
                     "Dans WordPress : Comptes, Profil, Mots de passe d’application. Pas celui "
                     "de votre connexion"),
        .secret = true,
        .required = true,
        .kept = kept};
    return fields;
}

static struct channel_view
wordpress(struct html *h, bool account)
{
    static str steps[3];
    static const struct option_view ways[] = {
        {S_CONST("/channel/1?way=wordpress"), S_CONST("WordPress"), true},
        {S_CONST("/channel/1?way=ghost"), S_CONST("Ghost"), false},
        {S_CONST("/channel/1?way=webhook"), S_CONST("Webhook"), false}};
    steps[0] =
        BOTH("Sign in to WordPress as the user who shall publish: an Author at least.",
             "Connectez-vous à WordPress avec le compte qui publiera : au moins auteur.");
    steps[1] =
        BOTH("Open Users, Profile. Under Application Passwords, write “Propre” and press "
             "Add Application Password.",
             "Ouvrez Comptes, Profil. Sous Mots de passe d’application, écrivez "
             "« Propre » et appuyez sur Ajouter un mot de passe d’application.");
    steps[2] = BOTH("Copy the 24 characters it shows once, and enter them below.",
                    "Copiez les 24 caractères affichés une seule fois et saisissez-les "
                    "ci-dessous.");
    return (struct channel_view){
        .layout = layout("/channel/1"),
        .id = 1,
        .name = BOTH("Workshop notes", "Carnets de l’atelier"),
        .network = S("Blog"),
        .handle = S("blog.lumen.example"),
        .ownership = BOTH("your own ground", "votre terrain"),
        .health = {.state = CHANNEL_NOT_CONNECTED,
                   .word = BOTH("not connected", "non connecté")},
        .may_edit = true,
        .way = S("wordpress"),
        .way_name = S("WordPress"),
        .about = BOTH("An application password lets Propre write to the site.",
                      "Un mot de passe d’application laisse Propre écrire sur le site."),
        .ways = {LIST(ways)},
        .steps = steps,
        .steps_n = 3,
        .account = account,
        .fields = wordpress_fields(h, account),
        .fields_n = 3,
        .rename = {.value = BOTH("Workshop notes", "Carnets de l’atelier")},
        .rename_revision = S("1"),
    };
}

void
sample_channel_new(struct html *h)
{
    struct channel_view view = wordpress(h, false);
    page_channel(h, &view);
}

void
sample_channel_works(struct html *h)
{
    struct channel_view view = wordpress(h, true);
    view.health = connected(h);
    view.folded = true;
    view.waiting = BOTH("3 planned posts wait for this channel.",
                        "3 publications programmées attendent sur ce canal.");
    view.held = BOTH("1 post is on hold there, and stays so.",
                     "1 publication y est retenue, et le reste.");
    view.ask = (struct ask_view){.state = ASK_GOOD,
                                 .sentence = BOTH("It works: it is the account lumen.",
                                                  "Tout marche : c’est le compte lumen.")};
    page_channel(h, &view);
}

void
sample_channel_waiting(struct html *h)
{
    struct channel_view view = wordpress(h, true);
    view.health = (struct health_view){
        .state = CHANNEL_UNCHECKED,
        .word = BOTH("not checked yet", "pas encore vérifié"),
        .about = BOTH("It was set up, but nobody has seen it work yet.",
                      "Il est en place, mais personne ne l’a encore vu fonctionner.")};
    view.ask = (struct ask_view){.state = ASK_WAITING,
                                 .slow = true,
                                 .sentence = BOTH("Asked the network whether it works…",
                                                  "Question posée au réseau : est-ce que tout "
                                                  "marche ?")};
    page_channel(h, &view);
}

void
sample_channel_refused(struct html *h)
{
    struct channel_view view = wordpress(h, true);
    struct connect_field fields[3];
    for (int i = 0; i < 3; i++)
        fields[i] = view.fields[i];
    fields[2].error = BOTH("This is needed.", "Il faut le remplir.");
    fields[0].value = S(HOSTILE);
    view.name = S(HOSTILE);
    view.handle = S(HOSTILE);
    view.fields = fields;
    view.health =
        (struct health_view){.state = CHANNEL_FAILING,
                             .word = BOTH("failing", "en échec"),
                             .about = BOTH("Refused 2 times lately; it is still tried.",
                                           "Refusé 2 fois dernièrement ; on essaie "
                                           "encore.")};
    view.ask = (struct ask_view){
        .state = ASK_BAD,
        .sentence = BOTH("It does not work.", "Cela ne marche pas."),
        .cause = BOTH("Private hosts, other ports than 443 and 80 and plain "
                      "http are called only where the owner allows it",
                      "Les hôtes privés, les ports autres que 443 et 80 et le "
                      "http sans chiffrement ne sont appelés que si le "
                      "propriétaire le permet"),
        .advice = BOTH("If this server is yours, its owner allows blog.lan "
                       "below the list of the channels; then check the "
                       "connection again",
                       "Si ce serveur est à vous, le propriétaire autorise "
                       "blog.lan sous la liste des canaux ; revérifiez "
                       "ensuite la connexion"),
        .allow = true,
        .words = S(HOSTILE)};
    page_channel(h, &view);
}

void
sample_channel_agree(struct html *h)
{
    static struct connect_field fields[2];
    struct channel_view view = wordpress(h, true);
    fields[0] = (struct connect_field){
        .name = S("server"),
        .label = BOTH("Server", "Serveur"),
        .hint = BOTH("The address of your server, for example https://mastodon.social",
                     "L’adresse de votre serveur, par exemple https://mastodon.social"),
        .value = S("https://mastodon.example"),
        .required = true};
    fields[1] =
        (struct connect_field){.name = S("token"),
                               .label = BOTH("Access token", "Jeton d’accès"),
                               .hint = BOTH("Leave it empty to connect by the button",
                                            "Laissez vide pour connecter par le bouton"),
                               .secret = true};
    view.name = S("Lumen");
    view.network = S("Mastodon");
    view.handle = S("@lumen@mastodon.example");
    view.ownership = BOTH("rented ground", "terrain loué");
    view.way = S("mastodon");
    view.ways = (struct options_view){0};
    static str steps[4];
    steps[0] = str_of(translate(
        h->lang, "Write the address of your server below and press “Connect on the server’s "
                 "page”. Propre registers itself there; you make nothing by hand."));
    steps[1] = str_of(translate(h->lang, "Sign in there and agree to four rights: "
                                         "read:accounts, read:statuses, write:statuses, "
                                         "write:media."));
    steps[2] = str_of(translate(
        h->lang, "You come back here by yourself, press once more, and it is connected."));
    steps[3] = str_of(translate(
        h->lang, "Or by a token: on your server, Preferences, Development, New application, "
                 "with these four rights and the redirect URI below; then paste “Your access "
                 "token”."));
    view.steps = steps;
    view.steps_n = 4;
    view.about = str_of(translate(
        h->lang, "Mastodon, GoToSocial, snac and others that speak the same language. Connect "
                 "on your server's own page, or paste a token."));
    view.fields = fields;
    view.fields_n = 2;
    view.authorize = true;
    view.authorize_label =
        BOTH("Connect on the server’s page", "Connecter sur la page du serveur");
    view.redirect = S("http://127.0.0.1:8420/channel/3/connected");
    view.health = (struct health_view){.state = CHANNEL_UNCHECKED,
                                       .word = BOTH("not checked yet", "pas encore vérifié")};
    view.ask = (struct ask_view){
        .state = ASK_GOOD,
        .sentence = BOTH("It is ready. Agree on the network’s own page; afterwards you come "
                         "back here.",
                         "C’est prêt. Donnez votre accord sur la page du réseau ; vous "
                         "reviendrez ensuite ici."),
        .visit = S("https://mastodon.example/oauth/authorize?response_type=code&client_id=a"),
        .visit_host = S("mastodon.example")};
    page_channel(h, &view);
}

void
sample_channel_by_hand(struct html *h)
{
    struct channel_view view = wordpress(h, true);
    view.name = BOTH("Company page", "Page entreprise");
    view.network = S("LinkedIn");
    view.handle = S("atelier-lumen");
    view.ownership = BOTH("rented ground", "terrain loué");
    view.way = S("manual");
    view.by_hand = true;
    view.about = BOTH("Text and pictures are prepared; you publish them yourself.",
                      "Texte et images sont préparés ; vous les publiez vous-même.");
    view.steps_n = 0;
    view.fields_n = 0;
    view.health = (struct health_view){.state = CHANNEL_BY_HAND,
                                       .word = BOTH("published by hand", "publié à la main")};
    page_channel(h, &view);
}

void
sample_connected(struct html *h)
{
    struct connected_view view = {.layout = layout("/channel/3/connected"),
                                  .id = 3,
                                  .name = S("Lumen"),
                                  .back = S("code=abc&state=\"><script>alert(1)</script>")};
    page_connected(h, &view);
}

void
sample_connected_refused(struct html *h)
{
    struct connected_view view = {.layout = layout("/channel/3/connected"),
                                  .id = 3,
                                  .name = S("Lumen"),
                                  .refused = S("access_denied")};
    page_connected(h, &view);
}
