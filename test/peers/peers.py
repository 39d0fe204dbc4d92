"""The servers: how each is started and killed, and what a reader sees there without credentials."""
import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

from program import PATIENCE, Failed, Page, Skipped, fetch, fetch_json, must

HERE = os.path.dirname(os.path.abspath(__file__))


class Peer:
    """A server started by a script of the folder beside the project."""
    script = name = network = None
    has = frozenset()  # of: title tags categories slug thread card mention kill edit agree
    text_max = 0       # none
    over = "characters"
    publishes = ("POST", "/")  # the request that makes a post public

    def __init__(self, scripts, folder):
        self.scripts, self.folder = scripts, os.path.join(folder, self.name)
        self.kill_file = os.path.join(self.folder, "kill")
        self.env = {}
        os.makedirs(self.folder)

    def begin(self):
        if not os.path.exists(os.path.join(self.scripts, self.script)):
            raise Skipped("there is no %s" % self.script)
        self.up()

    def up(self):
        done = subprocess.run(["sh", os.path.join(self.scripts, self.script), self.folder], capture_output=True, text=True,
                              timeout=900, check=False, env={**os.environ, **self.environment()})
        if done.returncode != 0:
            raise Skipped("%s could not be started: %s" % (self.script, done.stderr.strip()[-300:].replace("\n", " | ")))
        self.env = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)

    def environment(self):
        return {"PROPRE_PEERS_KILL": self.kill_file, "NODE_OPTIONS": "--require " + os.path.join(HERE, "kill.cjs")}

    def down(self):
        subprocess.run(["sh", os.path.join(self.scripts, "stop-peer"), self.folder], capture_output=True, timeout=120, check=False)

    def will_die(self, when):
        with open(self.kill_file, "w", encoding="utf-8") as out:
            out.write("%s %s %s\n" % ((when,) + self.publishes))

    def again(self):
        """Started on its old state; a busy machine may need more than one try, and not to come back is no reason to skip."""
        why = "nothing listens at its address"
        for _ in range(3):
            try:
                self.up()
                if self.listens():
                    return
                self.down()  # a process that is dead and not yet buried was taken for running
            except Skipped as words:
                why = words
        raise Failed("it does not come back: %s" % why)

    def wait_dead(self, mark, patience=PATIENCE):
        """Until the request arrived; as long as something happens to the delivery, it is waited for."""
        last, since = mark(), time.time()
        while os.path.exists(self.kill_file):
            now = mark()
            if now != last:
                last, since = now, time.time()
            must(time.time() < since + patience, "the request did not arrive, and for %d s nothing happens: %s" % (patience, now))
            time.sleep(0.2)
        # One that is still dying is not started again.
        since = time.time()
        while self.listens():
            must(time.time() < since + patience, "it was killed, and still listens")
            time.sleep(0.1)
        time.sleep(0.5)

    def listens(self):
        at = urllib.parse.urlsplit(self.env.get("URL", ""))
        if not at.port:
            return False
        try:
            socket.create_connection((at.hostname, at.port), 2).close()
            return True
        except OSError:
            return False

    # What a reader sees: text, links, pictures with their descriptions, of one post; how many public posts say so.
    def page(self, one):
        code, _, body = fetch(one["delivery"]["permalink"])
        must(code == 200, "the address %s answers %d" % (one["delivery"]["permalink"], code))
        return Page(body)

    def links(self, page):
        return page.links

    def is_gone(self, one):
        """Nobody finds it at its address any more."""
        return fetch(one["delivery"]["permalink"])[0] in (404, 410)

    def delete(self, one):
        """As its owner does there, without us."""
        raise NotImplementedError

    def count(self, marker):
        raise NotImplementedError

    def bytes_of(self, address):
        code, _, body = fetch(urllib.parse.urljoin(self.env["URL"] + "/", address))
        must(code == 200, "the picture %s answers %d" % (address, code))
        return body

    def connect(self, propre, channel, wrong=False):
        server, user, secret = self.credentials(wrong)
        propre.run("channel", "allow", urllib.parse.urlsplit(server).netloc)
        propre.run("channel", "add", channel, "--network", self.network, "--handle", channel)
        who = ["--user", user] if user else []
        connect = propre.ask if wrong else propre.run  # it is kept, and that it does not work is said
        connect("channel", "connect", channel, "--server", server, *who, "--secret-file", "-", given=secret + "\n")


class WordPress(Peer):
    script, name, network = "start-wordpress", "wordpress", "wordpress"
    has = frozenset(("title", "tags", "categories", "slug", "kill", "markdown", "edit"))
    publishes = ("POST", "/wp-json/wp/v2/posts/")

    def up(self):
        super().up()
        shutil.copy(os.path.join(HERE, "kill.php"), os.path.join(self.folder, "www/wp-content/mu-plugins/kill.php"))

    def credentials(self, wrong):
        return self.env["URL"], self.env["WP_USER"], "abcd efgh ijkl mnop qrst uvwx" if wrong else self.env["WP_APP_PASSWORD"]

    def delete(self, one):
        slug = one["delivery"]["permalink"].rstrip("/").rsplit("/", 1)[1]
        found = fetch_json("%s/posts?slug=%s" % (self.env["WP_API"], slug))
        pair = "%s:%s" % (self.env["WP_USER"], self.env["WP_APP_PASSWORD"])
        head = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        code, _, body = fetch("%s/posts/%d?force=true" % (self.env["WP_API"], found[0]["id"]), head, method="DELETE")
        must(code == 200, "deleting it there: %d %s" % (code, body[:200]))

    def count(self, marker):
        query = urllib.parse.urlencode({"search": marker, "per_page": 50})
        return len(fetch_json("%s/posts?%s" % (self.env["WP_API"], query)))


class Ghost(Peer):
    script, name, network = "start-ghost", "ghost", "ghost"
    has = frozenset(("title", "tags", "slug", "kill", "markdown", "edit"))
    publishes = ("PUT", "/ghost/api/admin/posts/")

    def links(self, page):
        """Ghost adds where a reader came from to links that lead elsewhere; its owner can switch that off."""
        return [re.sub("[?&]ref=127.0.0.1", "", link) for link in page.links]

    def credentials(self, wrong):
        key = self.env["GHOST_ADMIN_KEY"]
        return self.env["URL"], None, key[:-4] + ("0000" if key[-4:] != "0000" else "1111") if wrong else key

    def delete(self, one):
        def part(value):
            return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
        name, secret = self.env["GHOST_ADMIN_KEY"].split(":")
        now = int(time.time())
        token = ".".join(part(json.dumps(v).encode()) for v in (
            {"alg": "HS256", "typ": "JWT", "kid": name}, {"iat": now, "exp": now + 60, "aud": "/admin/"}))
        token += "." + part(hmac.new(bytes.fromhex(secret), token.encode(), hashlib.sha256).digest())
        head = {"Authorization": "Ghost " + token, "Accept-Version": "v6.0"}
        slug = one["delivery"]["permalink"].rstrip("/").rsplit("/", 1)[1]
        found = fetch_json("%s/posts/slug/%s/" % (self.env["GHOST_ADMIN_API"], slug), head)["posts"][0]["id"]
        code, _, body = fetch("%s/posts/%s/" % (self.env["GHOST_ADMIN_API"], found), head, method="DELETE")
        must(code == 204, "deleting it there: %d %s" % (code, body[:200]))

    def count(self, marker):
        code, _, body = fetch(self.env["URL"] + "/rss/")
        must(code == 200, "/rss/ answers %d" % code)
        return sum(marker in item for item in body.decode("utf-8").split("<item>")[1:])


class Bluesky(Peer):
    """Of the data server alone: records and files, as every other server of the network reads them."""
    script, name, network = "start-pds", "bluesky-pds", "bluesky"
    has = frozenset(("thread", "card", "mention", "kill", "edit", "agree"))
    text_max = 300
    publishes = ("POST", "/xrpc/com.atproto.repo.createRecord")
    bob = None

    def begin(self):
        super().begin()
        self.bob = self.env.get("BOB_HANDLE")
        if not self.bob:
            self.bob = "bob.test"
            made = fetch_json(self.env["URL"] + "/xrpc/com.atproto.server.createAccount", {"Content-Type": "application/json"},
                              json.dumps({"handle": self.bob, "email": "bob@example.test", "password": "only for this"}).encode())
            self.env["BOB_DID"] = self.bob_did = made["did"]
        else:
            self.bob_did = self.env["BOB_DID"]

    def credentials(self, wrong):
        return self.env["URL"], self.env["BSKY_HANDLE"], "aaaa-bbbb-cccc-dddd" if wrong else self.env["BSKY_APP_PASSWORD"]

    def agreement(self):
        """Server, user, the person's own password there, and the directory of identities."""
        return self.env["URL"], self.env["BSKY_HANDLE"], self.env["BSKY_PASSWORD"], self.env["PLC_URL"]

    def records(self):
        query = urllib.parse.urlencode({"repo": self.env["BSKY_DID"], "collection": "app.bsky.feed.post", "limit": 100})
        return fetch_json("%s/xrpc/com.atproto.repo.listRecords?%s" % (self.env["URL"], query))["records"]

    def count(self, marker):
        return sum(marker in r["value"]["text"] for r in self.records())

    def is_gone(self, one):
        key = one["delivery"]["permalink"].rsplit("/", 1)[1]
        return all(r["uri"].rsplit("/", 1)[1] != key for r in self.records())

    def delete(self, one):
        who = {"identifier": self.env["BSKY_HANDLE"], "password": self.env["BSKY_APP_PASSWORD"]}
        head = {"Content-Type": "application/json"}
        session = fetch_json(self.env["URL"] + "/xrpc/com.atproto.server.createSession", head, json.dumps(who).encode())
        head["Authorization"] = "Bearer " + session["accessJwt"]
        which = {"repo": self.env["BSKY_DID"], "collection": "app.bsky.feed.post",
                 "rkey": one["delivery"]["permalink"].rsplit("/", 1)[1]}
        fetch_json(self.env["URL"] + "/xrpc/com.atproto.repo.deleteRecord", head, json.dumps(which).encode())

    def record(self, one):
        key = one["delivery"]["permalink"].rsplit("/", 1)[1]
        query = urllib.parse.urlencode({"repo": self.env["BSKY_DID"], "collection": "app.bsky.feed.post", "rkey": key})
        return fetch_json("%s/xrpc/com.atproto.repo.getRecord?%s" % (self.env["URL"], query))

    def page(self, one):
        value, page = self.record(one)["value"], Page(b"")
        page.text, page.record = value["text"], value
        for facet in value.get("facets", []):
            page.links += [f["uri"] for f in facet["features"] if f["$type"].endswith("#link")]
        embed = value.get("embed", {})
        page.card = embed.get("external")
        page.images = [(i["image"]["ref"]["$link"], i["alt"]) for i in embed.get("images", [])]
        return page

    def bytes_of(self, address):
        query = urllib.parse.urlencode({"did": self.env["BSKY_DID"], "cid": address})
        code, _, body = fetch("%s/xrpc/com.atproto.sync.getBlob?%s" % (self.env["URL"], query))
        must(code == 200, "the file %s answers %d" % (address, code))
        return body

    def thread(self, one, parts):
        """Texts of the post and what hangs under it, in order."""
        first = self.record(one)
        found, parent = [first["value"]["text"]], first["uri"]
        records = self.records()
        while len(found) < parts:
            answers = [r for r in records if r["value"].get("reply", {}).get("parent", {}).get("uri") == parent]
            must(len(answers) == 1, "%d answers under part %d" % (len(answers), len(found)))
            must(answers[0]["value"]["reply"]["root"]["uri"] == first["uri"], "the root is another post")
            found.append(answers[0]["value"]["text"])
            parent = answers[0]["uri"]
        return found


class BlueskyNetwork(Bluesky):
    """Of the whole network: what its view shows to who is not signed in."""
    script, name = "start-bluesky", "bluesky"
    has = frozenset(("thread", "card", "mention", "edit", "agree"))
    shown = {}  # where the view shows each file

    def view(self, method, **query):
        return fetch_json("%s/xrpc/%s?%s" % (self.env["APPVIEW_URL"], method, urllib.parse.urlencode(query)))

    def uri(self, one):
        return "at://%s/app.bsky.feed.post/%s" % (self.env["BSKY_DID"], one["delivery"]["permalink"].rsplit("/", 1)[1])

    def seen(self, one, depth=0, patience=120):
        end = time.time() + patience
        while True:
            try:
                return self.view("app.bsky.feed.getPostThread", uri=self.uri(one), depth=depth)["thread"]
            except Failed:
                if time.time() > end:
                    raise
                time.sleep(0.5)

    def is_gone(self, one):
        """The view is behind the records."""
        end = time.time() + 120
        while True:
            code, _, body = fetch("%s/xrpc/app.bsky.feed.getPosts?%s" % (self.env["APPVIEW_URL"],
                                                                       urllib.parse.urlencode({"uris": self.uri(one)})))
            if code == 200 and not json.loads(body)["posts"]:
                return super().is_gone(one)
            if time.time() > end:
                return False
            time.sleep(0.5)

    def count(self, marker):
        feed = self.view("app.bsky.feed.getAuthorFeed", actor=self.env["BSKY_DID"], limit=100)["feed"]
        return sum(marker in p["post"]["record"]["text"] for p in feed)

    def page(self, one):
        post, page = self.seen(one)["post"], Page(b"")
        value = post["record"]
        page.text, page.record = value["text"], value
        for facet in value.get("facets", []):
            page.links += [f["uri"] for f in facet["features"] if f["$type"].endswith("#link")]
        page.card = post.get("embed", {}).get("external")
        kept = [i["image"]["ref"]["$link"] for i in value.get("embed", {}).get("images", [])]
        seen = post.get("embed", {}).get("images", [])
        page.images = list(zip(kept, [i["alt"] for i in seen]))
        self.shown = {**self.shown, **dict(zip(kept, [i["fullsize"] for i in seen]))}
        return page

    def bytes_of(self, address):
        """The record's file; and the view has a picture of it to show."""
        where = urllib.parse.urlsplit(self.shown[address])._replace(scheme="http", netloc=self.env["APPVIEW_URL"].split("//")[1])
        code, headers, body = fetch(where.geturl())
        must(code == 200 and headers["Content-Type"].startswith("image/") and body,
             "the view shows %s: %d %s" % (self.shown[address], code, body[:200]))
        return super().bytes_of(address)

    def thread(self, one, parts):
        end = time.time() + 120
        while True:
            at, found = self.seen(one, depth=parts), []
            while at:
                found.append(at["post"]["record"]["text"])
                at = (at.get("replies") or [None])[0]
            if len(found) >= parts or time.time() > end:
                return found
            time.sleep(0.5)


class Double(Peer):
    """A double of the Mastodon API, which behaves as one of its servers."""
    network, publishes = "mastodon", ("POST", "/api/v1/statuses")
    has = frozenset(("thread", "kill", "edit"))
    text_max, process, port = 500, None, 0

    def begin(self):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        self.env = {"URL": "http://127.0.0.1:%d" % self.port}
        self.up()

    def up(self):
        self.down()
        with open(os.path.join(self.folder, "double.log"), "ab") as log:
            self.process = subprocess.Popen([sys.executable, "-B", os.path.join(HERE, "double.py"), self.name, str(self.port),
                                             self.folder], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.time() + 90
        while True:
            try:
                return fetch(self.env["URL"] + "/api/v1/instance")
            except OSError:
                must(time.time() < end and self.process.poll() is None, "the double did not start")
                time.sleep(0.1)

    def down(self):
        if self.process:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def credentials(self, wrong):
        return self.env["URL"], None, "token = " + ("not-it" if wrong else "token-of-" + self.name)

    def delete(self, one):
        code, _, body = fetch("%s/api/v1/statuses/%s" % (self.env["URL"], one["delivery"]["permalink"].rsplit("/", 1)[1]),
                              {"Authorization": "Bearer token-of-" + self.name, "Accept": "application/json"}, method="DELETE")
        must(code == 200, "deleting it there: %d %s" % (code, body[:200]))

    def count(self, marker):
        code, _, body = fetch(self.env["URL"] + "/@alice")
        return Page(body).text.count(marker) if code == 200 else 0

    def thread(self, one, parts):
        articles = re.findall('<article id="([^"]*)"[^>]*>(.*?)</article>', fetch(self.env["URL"] + "/@alice")[2].decode("utf-8"))
        at, found = one["delivery"]["permalink"].rsplit("/", 1)[1], []
        found += [text for name, text in articles if name == at]
        while len(found) < parts:
            answers = [(name, text) for name, text in articles if 'rel="prev" href="/@alice/%s"' % at in text]
            must(len(answers) == 1, "%d answers under part %d" % (len(answers), len(found)))
            at = answers[0][0]
            found.append(answers[0][1])
        return [Page(text.encode()).text for text in found]


class Mastodon(Double):
    name = "mastodon"


class Snac(Double):
    name = "snac"


class GoToSocial(Double):
    name = "gotosocial"
    text_max = 5000


ALL = (WordPress, Ghost, Bluesky, BlueskyNetwork, Mastodon, Snac, GoToSocial)
