"""What the scenarios stand on: lines of TAP, the program in a workspace of its own, a picture, HTML as a reader sees it."""
import contextlib
import html
import html.parser
import json
import os
import re
import sqlite3
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request
import zlib


PATIENCE = 180  # seconds without anything happening: longer than any request of ours is given


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def must(truth, words):
    if not truth:
        raise Failed(words)


class Tap:
    def __init__(self):
        self.lock, self.n, self.passed, self.failed = threading.Lock(), 0, 0, 0

    def say(self, text):
        with self.lock:
            print(text, flush=True)

    def line(self, good, name, why=None, skip=None):
        with self.lock:
            self.n += 1
            self.passed += good and not skip
            self.failed += not good
            print("%sok %d - %s%s" % ("" if good else "not ", self.n, name, " # SKIP " + skip if skip else ""))
            for line in (why or "").splitlines():
                print("#     " + line)
            print(end="", flush=True)

    def run(self, name, scenario, *args):
        try:
            note = scenario(*args)
            self.line(True, name, note)
        except Skipped as why:
            self.line(True, name, skip=str(why))
        except Exception as error:  # whatever it is, the other scenarios go on
            self.line(False, name, "%s%s" % ("" if isinstance(error, Failed) else type(error).__name__ + ": ", error))


def fetch(url, headers=None, data=None, method=None):
    """Status, headers and bytes of an address, as anybody gets them."""
    request = urllib.request.Request(url, data=data, headers={"User-Agent": "reader", **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def fetch_json(url, headers=None, data=None):
    code, _, body = fetch(url, {"Accept": "application/json", **(headers or {})}, data)
    must(code == 200, "%s answered %d: %s" % (url, code, body[:300]))
    return json.loads(body)


class Page(html.parser.HTMLParser):
    """The text, links and pictures of a page."""

    def __init__(self, body):
        super().__init__()
        self.pieces, self.links, self.images, self.hidden = [], [], [], 0
        self.feed(body.decode("utf-8"))
        self.text = re.sub(r"\s+", " ", "".join(self.pieces))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.hidden += tag in ("script", "style")
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        if tag == "img" and attrs.get("src"):
            self.images.append((attrs["src"], attrs.get("alt") or ""))
        if tag in ("p", "br", "div", "li", "h1", "h2"):
            self.pieces.append(" ")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.hidden:
            self.pieces.append(data)


# ---- a picture ----

SECRET = b"taken at 48.8566 N 2.3522 E"


def make_png(width=320, height=200):
    """Four fields of colour, and a comment that says where it was taken, which nobody may read."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b""
    for y in range(height):
        rows += b"\0" + b"".join(bytes(colour(x * 2 // width, y * 2 // height)) for x in range(width))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def colour(x, y):
    return [(200, 30, 30), (30, 160, 60)][x] if y == 0 else [(30, 60, 200), (240, 200, 40)][x]


def png_pixels(data):
    """Width, height and the colour at the middle of each field; only 8 bits, RGB, RGBA or a palette."""
    must(data[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG: %r" % data[:16])
    at, packed, palette = 8, b"", b""
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + n]
        if kind == b"IHDR":
            width, height, depth, form = struct.unpack(">IIBB", body[:10])
        packed += body if kind == b"IDAT" else b""
        palette = body if kind == b"PLTE" else palette
        at += 12 + n
    must(depth == 8, "a depth of %d" % depth)
    step = {2: 3, 6: 4, 3: 1}[form]
    raw, line, rows = zlib.decompress(packed), bytearray(width * step), []
    for y in range(height):
        kind, row = raw[y * (width * step + 1)], bytearray(raw[y * (width * step + 1) + 1:(y + 1) * (width * step + 1)])
        for i, up in enumerate(line):
            left, corner = (row[i - step], line[i - step]) if i >= step else (0, 0)
            p = left + up - corner
            near = min((abs(p - left), 0, left), (abs(p - up), 1, up), (abs(p - corner), 2, corner))[2]
            row[i] = (row[i] + [0, left, up, (left + up) // 2, near][kind]) & 255
        rows.append(row)
        line = row
    def pixel(x, y):
        one = rows[y][x * step:x * step + step]
        return tuple(palette[one[0] * 3:one[0] * 3 + 3]) if form == 3 else tuple(one[:3])
    return width, height, [pixel(width * (2 * x + 1) // 4, height * (2 * y + 1) // 4) for y in (0, 1) for x in (0, 1)]


def must_be_picture(data):
    """The reader's bytes are our picture, and do not tell where it was taken."""
    must(SECRET not in data, "the picture still tells where it was taken")
    if data[:3] == b"\xff\xd8\xff":
        return "as JPEG, %d bytes" % len(data)
    width, height, seen = png_pixels(data)
    wanted = [colour(x, y) for y in (0, 1) for x in (0, 1)]
    must((width, height) == (320, 200), "it is %d by %d" % (width, height))
    must(all(abs(a - b) < 6 for s, w in zip(seen, wanted) for a, b in zip(s, w)), "its colours are %s" % seen)
    return "%d bytes" % len(data)


# ---- the program ----

class Propre:
    def __init__(self, program, folder):
        self.program, self.data, self.log = program, os.path.join(folder, "w.propre"), os.path.join(folder, "worker.log")
        self.worker = None
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PROPRE_")}
        self.run("init", "--zone", "Europe/Paris")

    def ask(self, *args, given=None):
        """Exit status, what it printed, and what it said of trouble."""
        for _ in range(20):
            done = subprocess.run([self.program, *args, "--data", self.data, "--lang", "en"], input=given, env=self.env,
                                  capture_output=True, text=True, timeout=120, check=False)
            if done.returncode == 0 or "busy" not in done.stderr:
                break
            time.sleep(0.5)
        return done.returncode, done.stdout, done.stderr

    def run(self, *args, given=None):
        code, out, trouble = self.ask(*args, given=given)
        must(code == 0, "propre %s: %s%s" % (" ".join(args)[:80], out, trouble))
        return out

    def start(self):
        with open(self.log, "ab") as log:
            self.worker = subprocess.Popen([self.program, "worker", "--data", self.data], env=self.env, stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log)

    def stop(self):
        if self.worker and self.worker.poll() is None:
            self.worker.terminate()
            try:
                self.worker.wait(20)
            except subprocess.TimeoutExpired:
                self.worker.kill()
                self.worker.wait()

    def sql(self, text, *values):
        """What no command does: to make time pass."""
        with contextlib.closing(sqlite3.connect(self.data, timeout=60)) as own, own:
            return own.execute(text, values).fetchall()

    @contextlib.contextmanager
    def pages(self):
        """The pages beside the worker that runs; gives the link that lets the owner in."""
        with open(self.log, "ab") as log:
            served = subprocess.Popen([self.program, "serve", "--data", self.data, "--port", "0", "--no-worker", "--lang", "en"],
                                      env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            for line in served.stdout:
                found = re.search(r"http://127\.0\.0\.1:\d+/link/\S+", line)
                if found:
                    yield found.group(0)
                    return
            raise Failed("the pages do not print their address")
        finally:
            served.terminate()
            served.wait(60)

    def post(self, channel, text, *more):
        """Gives it a time (now, unless more says so) and its number in the queue."""
        when = [] if any(m in ("--at", "--draft") for m in more) else ["--now"]
        message = json.loads(self.run("post", text, "--to", channel, *when, *more, "--json", "--quiet").strip().splitlines()[-1])
        for one in json.loads(self.run("queue", "--all", "--json")):
            if one["post"] == message["id"]:
                return one["id"]
        raise Failed("post %s has no number in the queue" % message)

    def delivery(self, number):
        return json.loads(self.run("attempts", str(number), "--json"))

    def mark(self, number):
        """What changes when something happens to it."""
        one = self.delivery(number)
        return one["delivery"]["state"], [(a["outcome"], a["status"]) for a in one["attempts"]]

    def until(self, number, states=("published",), patience=PATIENCE):
        """Waits until it is in one of those states; an end of another kind is a failure that says why. A busy machine may
        take its time: what must not be is that for so long nothing happens, counted from when it was to go on."""
        over, last, since = ("published", "rejected", "missed", "cancelled", "person", "held"), None, time.time()
        while True:
            one, mark = self.delivery(number), self.mark(number)
            if mark != last:
                last, since = mark, time.time()
            state = one["delivery"]["state"]
            if state in states:
                return one
            must(state not in over, "it is %s: %s %s" % (state, one["delivery"]["reason"], one["delivery"]["words"]))
            must(self.worker.poll() is None, "the worker ended with %s" % self.worker.poll())
            planned = self.sql("SELECT next_us FROM delivery WHERE id = ?", number)[0][0] or 0
            must(time.time() < max(since, planned / 1e6) + patience, "for %d s nothing happens, it is %s: %s %s\n%s" % (
                patience, state, one["delivery"]["reason"], one["delivery"]["words"],
                "\n".join("%(op)s %(step)s: %(outcome)s %(status)s %(words)s" % a for a in one["attempts"][-6:])))
            time.sleep(0.4)
