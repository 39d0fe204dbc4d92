"""A server that speaks Mastodon's API as Mastodon, snac or GoToSocial do, in what they were seen to differ.

    double.py KIND PORT FOLDER        KIND: mastodon, snac, gotosocial

What was posted is kept in FOLDER, so that it can be killed and started again. FOLDER/kill asks it to die as kill.cjs says.
"""
import email.parser
import email.policy
import html
import http.server
import json
import os
import re
import signal
import sys
import threading
import time
import urllib.parse

KIND, PORT, FOLDER = sys.argv[1], int(sys.argv[2]), sys.argv[3]
TOKEN = "token-of-" + KIND
BASE = "http://127.0.0.1:%d" % PORT
TEXT_MAX = {"mastodon": 500, "snac": 0, "gotosocial": 5000}[KIND]
LOCK = threading.Lock()
KEPT = os.path.join(FOLDER, "kept.json")
DATA = {"statuses": [], "media": [], "keys": {}, "requests": 0, "made": 0}
if os.path.exists(KEPT):
    with open(KEPT, encoding="utf-8") as kept:
        DATA = json.load(kept)


def keep():
    with open(KEPT + ".new", "w", encoding="utf-8") as out:
        json.dump(DATA, out)
    os.replace(KEPT + ".new", KEPT)


def length(text):
    """As Mastodon counts: an address is 23 characters, @user@host only its @user."""
    text = re.sub(r"https?://\S+", "x" * 23, text)
    return len(re.sub(r"(@\w+)@[\w.-]+", r"\1", text))


def shown(text):
    """The HTML each makes of a text: no two of them the same."""
    def link(match):
        url = match.group(0)
        if KIND != "mastodon":
            return '<a href="%s" rel="noopener" target="_blank">%s</a>' % (url, url)
        bare = re.sub("^https?://(www\\.)?", "", url)
        head = html.unescape(url)[:len(html.unescape(url)) - len(html.unescape(bare))]
        cut = bare if len(bare) <= 30 else bare[:30]
        return ('<a href="%s" target="_blank" rel="nofollow noopener"><span class="invisible">%s</span>'
                '<span class="%s">%s</span><span class="invisible">%s</span></a>'
                % (url, head, "ellipsis" if cut != bare else "", cut, bare[len(cut):]))
    out = re.sub(r"https?://[^\s<]+", link, html.escape(text))
    if KIND == "snac":
        return "<p>" + out.replace("\n", "<br>") + "</p>"
    return "".join("<p>%s</p>" % part.replace("\n", "<br />") for part in out.split("\n\n"))


def medium(one):
    url = None if one["waits"] > 0 else "%s/media/%s.%s" % (BASE, one["id"], one["end"])
    return {"id": one["id"], "type": "image", "url": url, "preview_url": url, "description": one["alt"] or None}


def account():
    return {"id": "1" if KIND != "snac" else "5f3e", "username": "alice", "acct": "alice", "display_name": "Alice",
            "note": "", "url": BASE + "/@alice", "followers_count": 3, "following_count": 2,
            "statuses_count": len(DATA["statuses"])}


def status(one):
    files = [medium(m) for m in DATA["media"] if m["id"] in one["media"]]
    return {"id": one["id"], "created_at": one["made"], "content": shown(one["text"]), "visibility": one["visibility"],
            "url": BASE + "/@alice/" + one["id"], "uri": BASE + "/users/alice/statuses/" + one["id"],
            "in_reply_to_id": one["reply"], "spoiler_text": one["warning"], "language": one["language"],
            "account": account(), "media_attachments": files, "reblog": None,
            "favourites_count": 0, "reblogs_count": 0, "replies_count": 0}


class Refused(Exception):
    def __init__(self, code, words):
        super().__init__(words)
        self.code, self.words = code, words


def dies(when, method, path):
    file = os.path.join(FOLDER, "kill")
    if not os.path.exists(file):
        return
    with open(file, encoding="utf-8") as asked:
        words = asked.read().split()
    if words == [when, method, path]:
        os.unlink(file)
        os.kill(os.getpid(), signal.SIGKILL)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):
        pass

    def say(self, code, value, kind="application/json; charset=utf-8"):
        body = value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if KIND == "gotosocial":
            self.send_header("RateLimit-Limit", "300")
            self.send_header("RateLimit-Remaining", "299")
            self.send_header("RateLimit-Reset", str(int(time.time()) + 300))
        elif KIND == "mastodon":
            self.send_header("X-RateLimit-Limit", "300")
            self.send_header("X-RateLimit-Remaining", "299")
            self.send_header("X-RateLimit-Reset", time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 300)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, refused):
        if KIND == "snac" and refused.code == 401:
            self.say(401, b"", "text/plain")
        elif KIND == "snac" and refused.code == 404:
            self.say(404, "<h1>404 Not Found</h1>", "text/html; charset=utf-8")
        elif KIND == "gotosocial" and "application/json" not in (self.headers.get("Accept") or ""):
            self.say(refused.code, "<html><body>%s</body></html>" % refused.words, "text/html; charset=utf-8")
        else:
            self.say(refused.code, {"error": refused.words})

    def signed(self):
        if self.headers.get("Authorization") != "Bearer " + TOKEN:
            raise Refused(401, "The access token is invalid" if KIND == "mastodon" else "Unauthorized: token not valid")

    def take(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        with LOCK:
            DATA["requests"] += 1
            dies("arrive", self.command, url.path)
            try:
                self.answer(self.command, url.path, dict(urllib.parse.parse_qsl(url.query)), body)
            except Refused as refused:
                self.refuse(refused)

    do_GET = do_POST = do_PUT = do_DELETE = take

    def answer(self, method, path, query, body):
        fixed = {("GET", "/api/v2/instance"): self.instance_v2, ("GET", "/api/v1/instance"): self.instance_v1,
                 ("GET", "/api/v1/accounts/verify_credentials"): self.verify,
                 ("POST", "/api/v2/media"): self.upload, ("POST", "/api/v1/media"): self.upload,
                 ("POST", "/api/v1/statuses"): self.post}
        if (method, path) in fixed:
            return fixed[method, path](path, body)
        if method == "GET" and path == "/api/v1/accounts/%s/statuses" % account()["id"]:
            return self.listing(query)
        match = re.fullmatch(r"/api/v1/(media|statuses)/([\w.]+)(/source)?", path)
        if match:
            return self.one(method, match.group(1), match.group(2), bool(match.group(3)), body)
        if method == "GET":
            return self.page(path)
        raise Refused(404, "Not found")

    # ---- what the program asks ----

    def instance_v2(self, *unused):
        if KIND == "snac":
            raise Refused(404, "Not found")
        self.say(200, {"domain": "127.0.0.1", "version": "4.7.0", "configuration": self.configuration()})

    def instance_v1(self, *unused):
        answer = {"uri": "127.0.0.1", "title": KIND, "version": "2.94" if KIND == "snac" else "4.7.0"}
        if KIND != "snac":
            answer.update(max_toot_chars=TEXT_MAX, configuration=self.configuration())
        self.say(200, answer)

    def configuration(self):
        return {"statuses": {"max_characters": TEXT_MAX, "max_media_attachments": 4, "characters_reserved_per_url": 23},
                "media_attachments": {"supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/webp"],
                                      "image_size_limit": 16777216, "image_matrix_limit": 33177600,
                                      "description_limit": 1500},
                "polls": {"max_options": 4, "max_characters_per_option": 50}}

    def verify(self, *unused):
        self.signed()
        self.say(200, account())

    def upload(self, path, body):
        self.signed()
        head = b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n"
        parts = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
        one = {"id": str(len(DATA["media"]) + 1), "alt": "", "end": "png", "used": False,
               "waits": 1 if KIND == "mastodon" and path.startswith("/api/v2") else 0}
        for part in parts.iter_parts():
            name = part.get_param("name", header="content-disposition")
            if name == "file":
                one["end"] = part.get_content_subtype()
                with open(os.path.join(FOLDER, "%s.%s" % (one["id"], one["end"])), "wb") as out:
                    out.write(part.get_payload(decode=True))
            elif name == "description":
                one["alt"] = part.get_payload(decode=True).decode("utf-8")
        DATA["media"].append(one)
        keep()
        self.say(202 if one["waits"] else 200, medium(one))

    def post(self, path, body):
        self.signed()
        asked = json.loads(body)
        text, key = asked.get("status", ""), self.headers.get("Idempotency-Key") or ""
        files = [m for m in DATA["media"] if m["id"] in asked.get("media_ids", [])]
        known = DATA["keys"].get(key) if KIND == "mastodon" and key else None
        if known:
            return self.say(200, status(next(s for s in DATA["statuses"] if s["id"] == known)))
        if KIND != "snac" and not text.strip() and not files:
            raise Refused(422 if KIND == "mastodon" else 400, "Validation failed: Text can't be blank")
        if TEXT_MAX and length(text) > TEXT_MAX:
            raise Refused(422, "Validation failed: Text character limit of %d exceeded" % TEXT_MAX)
        if KIND == "gotosocial" and any(m["used"] for m in files):
            raise Refused(422, "media already attached to a status")
        if any(m["waits"] for m in files):
            raise Refused(422, "Cannot attach files that have not finished processing")
        now = time.time()
        n = DATA["made"] = DATA["made"] + 1  # a number is never given again
        one = {"id": "%d.%06d" % (now, n) if KIND == "snac" else str(110000000000000000 + n),
               "made": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + ".%03dZ" % (now % 1 * 1000),
               "text": text, "media": [m["id"] for m in files], "reply": asked.get("in_reply_to_id"),
               "warning": asked.get("spoiler_text", ""), "language": asked.get("language"),
               "visibility": asked.get("visibility") or ("unlisted" if KIND == "gotosocial" else "public")}
        for m in files:
            m["used"] = True
        DATA["statuses"].append(one)
        if key:
            DATA["keys"][key] = one["id"]
        keep()
        dies("answer", "POST", path)
        self.say(200, status(one))

    def listing(self, query):
        self.signed()
        newest = list(reversed(DATA["statuses"]))
        if "max_id" in query:
            at = [s["id"] for s in newest].index(query["max_id"]) if any(s["id"] == query["max_id"] for s in newest) else -1
            newest = newest[at + 1:]
        self.say(200, [status(s) for s in newest[:int(query.get("limit", 20))]])

    def one(self, method, kind, name, source, body):
        found = next((x for x in DATA[kind] if x["id"] == name), None)
        if not found:
            raise Refused(404, "Record not found")
        if kind == "media":
            self.signed()
            code = 206 if found["waits"] else 200
            self.say(code, medium(found))
            found["waits"] = max(0, found["waits"] - 1)
            return
        if method in ("PUT", "DELETE") or source:
            self.signed()
        if method == "DELETE":
            DATA["statuses"].remove(found)
        elif method == "PUT":
            asked = json.loads(body)
            text = asked.get("status", "")
            if TEXT_MAX and length(text) > TEXT_MAX:
                raise Refused(422, "Validation failed: Text character limit of %d exceeded" % TEXT_MAX)
            found["text"] = text
            found["media"] = asked.get("media_ids", [])  # what is not named again is taken away
        keep()
        if source:
            self.say(200, {"id": name, "text": found["text"], "spoiler_text": found["warning"]})
        else:
            self.say(200, status(found))

    # ---- what a reader asks ----

    def page(self, path):
        if path == "/requests":
            return self.say(200, DATA["requests"])
        match = re.fullmatch(r"/media/([\w.]+)\.(\w+)", path)
        if match:
            with open(os.path.join(FOLDER, "%s.%s" % match.groups()), "rb") as file:
                return self.say(200, file.read(), "image/" + match.group(2))
        if path == "/@alice":
            seen = [s for s in DATA["statuses"] if s["visibility"] in ("public", "unlisted")]
        else:
            seen = [s for s in DATA["statuses"] if path == "/@alice/" + s["id"]]
        if not seen:
            raise Refused(404, "Record not found")
        out = ""
        for s in seen:
            out += '<article id="%s" lang="%s">%s' % (s["id"], s["language"] or "", shown(s["text"]))
            for m in DATA["media"]:
                if m["id"] in s["media"]:
                    out += '<img src="%s/media/%s.%s" alt="%s">' % (BASE, m["id"], m["end"], html.escape(m["alt"]))
            if s["reply"]:
                out += '<a rel="prev" href="/@alice/%s">before</a>' % s["reply"]
            out += "</article>\n"
        return self.say(200, "<!doctype html><title>%s</title>%s" % (KIND, out), "text/html; charset=utf-8")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


Server(("127.0.0.1", PORT), Handler).serve_forever()
