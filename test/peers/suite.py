"""One list of scenarios for every server.  suite.py PROGRAM SCRIPTS NAME,NAME|all [WORDS of the scenarios to run]

Each server has a workspace, a worker and a thread of its own. What was posted is read back as a reader sees it.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import peers
from program import Propre, Skipped, Tap, make_png, must, must_be_picture

LINK = "https://example.com/the?gout=menthe&x=1#fin"
TEXT = "Été à Orléans 🍵🇫🇷 où l’œuvre naît, ça mûrit"
ALT = "Quatre champs de couleur : « rouge », vert, bleu et jaune 🎨"
LAG = 120  # seconds a server may be behind what it was told


class Case:
    def __init__(self, tap, peer, propre, folder):
        self.tap, self.peer, self.propre, self.channel = tap, peer, propre, "main"
        self.picture = os.path.join(folder, "picture.png")
        with open(self.picture, "wb") as out:
            out.write(make_png())

    def title(self, words):
        return ["--title", words] if "title" in self.peer.has else []

    def needs(self, what, why):
        if what not in self.peer.has:
            raise Skipped(why)

    # ---- to be connected ----

    def verified(self):
        self.peer.connect(self.propre, self.channel)
        return self.propre.run("channel", "verify", self.channel).strip()

    def wrong_password(self):
        self.peer.connect(self.propre, "wrong", wrong=True)
        code, out, trouble = self.propre.ask("channel", "verify", "wrong")
        said = (out + trouble).strip()
        must(code != 0, "a wrong password is said to work: " + said)
        number = self.propre.post("wrong", "nobody reads this: wrongpw", *self.title("wrong"))
        one = self.propre.until(number, ("deferred", "held", "rejected"))
        cause = one["delivery"]["reason"]
        must(cause, "no cause is told")
        must(self.peer.count("wrongpw") == 0, "it is there all the same")
        if not one["attempts"]:  # without the tokens a password is exchanged for, nothing is sent
            must(self.peer.network == "bluesky" and one["delivery"]["words"], "nothing was tried, and no word why")
            must("InvalidPassword" in said or "Invalid identifier or password" in said, "the network's words: " + said)
            return "%s\n%s %s" % (said, cause, one["delivery"]["words"])
        last = one["attempts"][-1]
        must(last["class"] == "auth", "it is taken for “%s”: %s" % (last["class"], last["words"]))
        if self.peer.name != "snac":  # whose 401 has no body
            must(last["words"], "the network's words are not kept")
            must(said.rstrip(".").split("(auth):")[-1].strip(), "verify keeps the network's words to itself: " + said)
        self.propre.run("cancel", str(number))
        return "%s\n%s %s" % (said, cause, last["words"])

    # ---- what is said ----

    def text_and_link(self):
        number = self.propre.post(self.channel, TEXT + " " + LINK, *self.title("Été 🍵"))
        page = self.peer.page(self.propre.until(number))
        must(TEXT in page.text, "the text reads: " + page.text[:300])
        must(LINK in self.peer.links(page), "the link leads to: %s" % page.links)

    def picture_and_alt(self):
        number = self.propre.post(self.channel, "A picture: colours", "--image", self.picture + "=" + ALT, *self.title("Colours"))
        page = self.peer.page(self.propre.until(number))
        found = [address for address, alt in page.images if alt == ALT]
        must(found, "no picture with our description: %s" % page.images)
        return must_be_picture(self.peer.bytes_of(found[0]))

    def long_text(self):
        top = self.peer.text_max
        if not top:
            # an answer that says it again, in JSON, is much longer: quotes are escaped, in Ghost twice
            text = "long " + "é🍵 " * 5000 + '"" ' * 20000 + "its end"
            page = self.peer.page(self.propre.until(self.propre.post(self.channel, text, *self.title("Long"))))
            must(page.text.count("é🍵") >= 5000 and "its end" in page.text, "it is cut")
            return "this server has no limit of its own: %d characters" % len(text)
        text = ("atlimit " + "é" * top)[:top - 2] + "🍵."
        page = self.peer.page(self.propre.until(self.propre.post(self.channel, text)))
        must(text in page.text, "%d of %d characters are there" % (len(page.text), top))
        return "%d characters" % len(text)

    def too_long(self):
        top = self.peer.text_max
        if self.peer.name == "ghost":  # its titles have a limit
            words = ["overlimit", "--title", "t" * 256]
            top = 255
        elif not top:
            raise Skipped("this server takes any length")
        else:
            words = [("overlimit " + "é" * top)[:top - 1] + "🍵."]
        code, out, trouble = self.propre.ask("post", words[0], "--to", self.channel, "--now", *words[1:])
        said = out + trouble
        must(code != 0, "it is taken: " + said)
        must(str(top + 1) in said and str(top) in said, "the count is not told: " + said)
        time.sleep(2)
        must(self.peer.count("overlimit") == 0, "it was sent")
        return said.strip()

    def tags_and_categories(self):
        self.needs("tags", "this network has no tags beside the text")
        more = ["--tags", "Thé vert,R&D"]
        if "categories" in self.peer.has:
            more += ["--categories", "Nouvelles d’été"]
        seen = []
        for time_n in (1, 2):  # the second time they are there
            number = self.propre.post(self.channel, "filed under tags %d" % time_n, *more, *self.title("Filed %d" % time_n))
            page = self.peer.page(self.propre.until(number))
            wanted = ("Thé vert", "R&D") if "categories" in self.peer.has else ("Thé vert",)
            for word in wanted + (("Nouvelles d’été",) if "categories" in self.peer.has else ()):
                must(word in page.text, "“%s” is not on the page: %s" % (word, page.text[-600:]))
            seen.append(sorted(l for l in page.links if "/tag/" in l or "/category/" in l))
        must(seen[0] and seen[0] == seen[1], "they were made twice: %s" % seen)
        return "%s" % seen[1]

    def draft_and_slug(self):
        self.needs("slug", "this network has no addresses to choose")
        number = self.propre.post(self.channel, "drafted words", "--draft", "--slug", "un-thé-d-été", *self.title("Drafted"))
        time.sleep(2)
        must(self.peer.count("drafted") == 0, "the draft is public")
        self.propre.run("release", str(number), "--now")
        one = self.propre.until(number)
        must(one["delivery"]["permalink"].rstrip("/").endswith("/un-the-d-ete"), "its address: " + one["delivery"]["permalink"])
        must("drafted words" in self.peer.page(one).text, "its address shows something else")
        return one["delivery"]["permalink"]

    def thread(self):
        self.needs("thread", "a blog has no threads")
        parts = ["thread, first 🧵", "thread, second: œuf", "thread, third"]
        one = self.propre.until(self.propre.post(self.channel, "\n---\n".join(parts)))
        found = self.peer.thread(one, 3)
        must(len(found) == 3 and all(part in seen for part, seen in zip(parts, found)), "it reads: %s" % found)

    def mention_and_facets(self):
        self.needs("mention", "of Bluesky only: other servers find mentions, links and tags themselves")
        text = "ça 🍵 @%s and @nobody.test, #théVert: see %s" % (self.peer.bob, LINK)
        page = self.peer.page(self.propre.until(self.propre.post(self.channel, text)))
        raw, kinds = text.encode("utf-8"), {}
        for facet in page.record.get("facets", []):
            piece = raw[facet["index"]["byteStart"]:facet["index"]["byteEnd"]].decode("utf-8")
            kinds[piece] = facet["features"][0]
        must(kinds.get("@" + self.peer.bob, {}).get("did") == self.peer.bob_did, "the mention is: %s" % kinds)
        must("@nobody.test" not in kinds, "nobody is mentioned")
        must(kinds.get("#théVert", {}).get("tag") == "théVert", "the tag is: %s" % kinds)
        must(kinds.get(LINK, {}).get("uri") == LINK, "the link is: %s" % kinds)

    def card(self):
        text = "a card leads on"
        one = self.propre.until(self.propre.post(self.channel, text, "--link", LINK, *self.title("Card")))
        page = self.peer.page(one)
        if "card" in self.peer.has:
            must(page.card and page.card["uri"] == LINK and page.card["title"], "the card is: %s" % page.card)
            return "%s" % page.card
        must(LINK in self.peer.links(page), "the link leads to: %s" % page.links)
        return "in the text: this network makes its own cards"

    # ---- time, and accidents ----

    def scheduled(self):
        number = self.propre.post(self.channel, "scheduled for later", "--at", "in 1 minute", *self.title("Scheduled"))
        due = self.propre.delivery(number)["delivery"]["due_us"]
        must(due / 1e6 - time.time() > 3, "it is due at once")
        while due / 1e6 - time.time() > 1.5:
            time.sleep(0.2)
        must(self.peer.count("scheduled for later") == 0, "it went out before its time")
        one = self.propre.until(number)
        late = (min(a["began_us"] for a in one["attempts"]) - due) / 1e6
        must("scheduled for later" in self.peer.page(one).text, "it is not there")
        must(0 <= late < 10, "it began %.1f s after its time" % late)
        return "begun %.2f s after its time" % late

    def killed(self):
        """Killed when the request arrives, and killed when it was done and not yet answered."""
        self.needs("kill", "its state is new at every start: the data server alone is killed instead")
        numbers = {}
        for when in ("arrive", "answer"):
            channel = "killed-" + when
            self.peer.connect(self.propre, channel)
            self.propre.run("channel", "verify", channel)
            self.peer.will_die(when)
            numbers[when] = self.propre.post(channel, "killed in the middle: " + when, *self.title("Killed " + when))
            self.peer.wait_dead(lambda number=numbers[when]: self.propre.mark(number))
            self.peer.again()
        told = []
        for when, number in numbers.items():
            one = self.propre.until(number)
            n = self.peer.count("killed in the middle: " + when)
            must(n == 1, "killed when “%s”: %d posts are there" % (when, n))
            must("killed in the middle: " + when in self.peer.page(one).text, "its address shows something else")
            told.append("%s: %s" % (when, ", ".join("%(op)s %(step)s %(outcome)s" % a for a in one["attempts"])))
        return "\n".join(told)

    # ---- afterwards ----

    def sees(self, one, words, patience=LAG):
        """Waits until a reader of that address sees the words; an index may lag."""
        end = time.time() + patience
        while True:
            page = self.peer.page(one)
            if words in page.text:
                return page
            must(time.time() < end, "it reads: " + page.text[:200])
            time.sleep(0.5)

    def gone(self, marker, patience=LAG):
        end = time.time() + patience
        while self.peer.count(marker) != 0:
            must(time.time() < end, "%d are still there" % self.peer.count(marker))
            time.sleep(0.5)

    def edited(self):
        """Before it goes out it is our matter; what is out is changed there, and not in passing."""
        waits = self.propre.post(self.channel, "waiting before the edit", "--draft", *self.title("Waits"))
        self.propre.run("edit", str(waits), "--text", "waiting after the edit: œ")
        self.propre.run("release", str(waits), "--now")
        one = self.propre.until(waits)
        self.sees(one, "waiting after the edit: œ")
        must(self.peer.count("waiting before the edit") == 0, "the text of before is there")

        picture = ["--image", self.picture + "=" + ALT]
        number = self.propre.post(self.channel, "live before the edit", *picture, *self.title("Edited"))
        one = self.propre.until(number)
        code, out, trouble = self.propre.ask("edit", str(number), "--text", "in passing")
        must(code != 0 and "--live" in trouble, "what is out is changed in passing: " + out + trouble)
        text = "live after the edit: œ 🍵 " + LINK
        code, out, trouble = self.propre.ask("edit", str(number), "--live", "--text", text)
        if "edit" not in self.peer.has:
            must(code != 0 and "by hand" in trouble, "it is said to be changed: " + out + trouble)
            must("live before the edit" in self.peer.page(one).text, "it is gone")
            return trouble.strip()
        must(code == 0, out + trouble)
        page = self.sees(one, "live after the edit: œ 🍵")
        must("live before the edit" not in page.text and self.peer.count("live before the edit") == 0, "the text of before is there")
        must(self.peer.count("live after the edit") == 1, "%d posts are there" % self.peer.count("live after the edit"))
        must(LINK in self.peer.links(page), "the link leads to: %s" % page.links)
        found = [address for address, alt in page.images if alt == ALT]
        must(found, "the picture went with the edit: %s" % page.images)
        return must_be_picture(self.peer.bytes_of(found[0]))

    def edited_thread(self):
        self.needs("thread", "a blog has no threads")
        self.needs("edit", "this network cannot change what is out")
        parts = ["rethread, first 🧵", "rethread, second", "rethread, third"]
        number = self.propre.post(self.channel, "\n---\n".join(parts))
        one = self.propre.until(number)
        for other in (parts[:2], parts + ["rethread, fourth"]):  # a part is neither left over nor lost without a word
            code, out, trouble = self.propre.ask("edit", str(number), "--live", "--text", "\n---\n".join(other))
            must(code != 0 and "3" in trouble, "%d parts instead of three: %s%s" % (len(other), out, trouble))
        after = ["rethread, 1st 🧵", "rethread, 2nd: œuf", "rethread, third"]
        self.propre.run("edit", str(number), "--live", "--text", "\n---\n".join(after))
        end = time.time() + LAG
        while True:
            found = self.peer.thread(one, 3)
            if len(found) == 3 and all(part in seen for part, seen in zip(after, found)):
                return
            must(time.time() < end, "it reads: %s" % found)
            time.sleep(0.5)

    def withdrawn(self):
        number = self.propre.post(self.channel, "taken down again", *self.title("Taken down"))
        one = self.propre.until(number)
        self.sees(one, "taken down again")
        must(self.peer.count("taken down again") == 1, "it is not there")
        self.propre.run("withdraw", str(number))
        self.gone("taken down again")
        must(self.peer.is_gone(one), "its address still shows it")
        code, _, trouble = self.propre.ask("withdraw", str(number))
        must(code != 0 and "already" in trouble, "taken down twice: " + trouble)
        must(self.propre.delivery(number)["delivery"]["state"] == "published", "its history is gone")

    def withdrawn_thread(self):
        self.needs("thread", "a blog has no threads")
        parts = ["unthread, first 🧵", "unthread, second", "unthread, third"]
        number = self.propre.post(self.channel, "\n---\n".join(parts))
        one = self.propre.until(number)
        must(len(self.peer.thread(one, 3)) == 3 and self.peer.count("unthread") == 3, "%d are there" % self.peer.count("unthread"))
        self.propre.run("withdraw", str(number))
        self.gone("unthread")
        must(self.peer.is_gone(one), "its address still shows it")

    def withdrawn_by_hand(self):
        """What somebody took down there already is taken down here without a fuss."""
        number = self.propre.post(self.channel, "gone already", *self.title("Gone already"))
        one = self.propre.until(number)
        self.sees(one, "gone already")
        self.peer.delete(one)
        self.gone("gone already")
        self.propre.run("withdraw", str(number))
        must(self.peer.is_gone(one), "it is back")

    # ---- connected by the network's own page ----

    def agreed(self):
        """OAuth, by the button: pushed request, PKCE and DPoP; then a post, and tokens made new when they end."""
        self.needs("agree", "this peer has no page to agree on")
        if not shutil.which("node") or not os.path.isdir(os.path.join(peers.HERE, "../../node_modules/playwright-core")):
            raise Skipped("there is no Node.js with playwright-core to press the buttons")
        server, user, password, directory = self.peer.agreement()
        for address in (server, directory):
            self.propre.run("channel", "allow", address.split("//")[1])
        self.propre.run("channel", "add", "agreed", "--network", self.peer.network, "--handle", "agreed")
        self.propre.run("channel", "connect", "agreed", "--server", server, "--user", user, "--secret-file", "-", given="")
        channel = self.propre.sql("SELECT id FROM channel WHERE name = 'agreed'")[0][0]
        # accounts of a real network are found in the one directory of all
        self.propre.sql("UPDATE account SET settings = ? WHERE channel_id = ?", '{"directory":"%s"}' % directory, channel)
        with self.propre.pages() as link:
            done = subprocess.run(["node", os.path.join(peers.HERE, "oauth.mjs"), link, str(channel), password, server, user],
                                  capture_output=True, text=True, timeout=900, check=False)
        must(done.returncode == 0, done.stdout + done.stderr)
        one = self.propre.until(self.propre.post("agreed", "by agreement: œ"))
        self.sees(one, "by agreement: œ")
        ended = time.time() * 1e6 + 30e6  # the token is about to end: it is made new before it is used
        self.propre.sql("UPDATE account SET token_expires_us = ? WHERE channel_id = ?", int(ended), channel)
        before = self.propre.sql("SELECT secrets FROM account WHERE channel_id = ?", channel)
        one = self.propre.until(self.propre.post("agreed", "with a fresh token: œ"))
        self.sees(one, "with a fresh token: œ")
        after, expires = self.propre.sql("SELECT secrets, token_expires_us FROM account WHERE channel_id = ?", channel)[0]
        must(expires > ended + 60e6 and after != before[0][0], "the token was not made new: %s" % expires)
        return done.stdout.strip() + "\nmade new: good for %d minutes" % ((expires / 1e6 - time.time()) / 60)

    def run(self, only):
        def say(words, scenario):
            if any(part in words for part in only.split("|")) or scenario == self.verified:
                self.tap.run("%s: %s" % (self.peer.name, words), scenario)
        say("it is connected", self.verified)
        say("accents, emoji and a link arrive as they were written", self.text_and_link)
        say("a picture arrives: its bytes, what it shows, and not where it was taken", self.picture_and_alt)
        say("a text as long as it may be", self.long_text)
        say("one character more is refused before anything is sent, with the count", self.too_long)
        say("tags and categories by name, made when missing", self.tags_and_categories)
        say("a draft is not public; then it has the address asked for", self.draft_and_slug)
        say("a thread hangs together", self.thread)
        say("mention, tag and link are marked by bytes", self.mention_and_facets)
        say("a link shown as a card", self.card)
        say("scheduled for a moment ahead: not before, and soon after", self.scheduled)
        say("a wrong password: the network's words and the cause", self.wrong_password)
        say("an edit is seen by readers, with the picture it had", self.edited)
        say("an edited thread stays one, of as many parts", self.edited_thread)
        say("withdrawn: nobody reads it any more", self.withdrawn)
        say("a withdrawn thread: every part is gone", self.withdrawn_thread)
        say("withdrawn after it was deleted there by hand", self.withdrawn_by_hand)
        say("connected by the network's own page: published, and tokens made new", self.agreed)
        say("the server is killed in the middle: exactly one post is there", self.killed)


def run_peer(tap, given, folder, kind):
    program, scripts, only = given
    peer = propre = None
    try:
        peer = kind(scripts, folder)
        peer.begin()
        own = os.path.join(folder, kind.name + "-workspace")
        os.makedirs(own)
        propre = Propre(program, own)
        propre.start()
        Case(tap, peer, propre, own).run(only)
    except Skipped as why:
        tap.line(True, kind.name, skip=str(why))
    except Exception as error:  # the other servers go on
        tap.line(False, kind.name + ": the scenarios came to their end", "%s: %s" % (type(error).__name__, error))
    finally:
        if propre:
            propre.stop()
        if peer:
            peer.down()


def main():
    program, scripts, asked = sys.argv[1:4]
    given = os.path.abspath(program), os.path.abspath(scripts), " ".join(sys.argv[4:])
    kinds = [k for k in peers.ALL if asked == "all" or k.name in asked.split(",")]
    unknown = [n for n in asked.split(",") if n != "all" and n not in [k.name for k in peers.ALL]]
    if unknown:
        sys.exit("peers: there is no server %s; there are %s" % (", ".join(unknown), ", ".join(k.name for k in peers.ALL)))
    folder, tap = tempfile.mkdtemp(prefix="peers."), Tap()
    os.chmod(folder, 0o711)  # a server that will not run as root must reach its own folder
    threads = [threading.Thread(target=run_peer, args=(tap, given, folder, k)) for k in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tap.say("1..%d" % tap.n)
    tap.say("%d passed, %d failed" % (tap.passed, tap.failed))
    if tap.failed:
        tap.say("# what the servers and the workers said is in %s" % folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if tap.failed else 0)


if __name__ == "__main__":
    main()
