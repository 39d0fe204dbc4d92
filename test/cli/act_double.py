#!/usr/bin/env python3
"""A receiver of webhooks on 127.0.0.1 for act.sh. Usage: act_double.py PORT_FILE LOG_FILE

Writes its port to PORT_FILE, and to LOG_FILE a line a request: type, the text, whether the signature holds. A text with
"lose the answer" is taken in, and the connection cut without a word; one with "refuse" is refused for good.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import sys

KEY = b"a long shared text"


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = f'{self.headers["Webhook-Id"]}.{self.headers["Webhook-Timestamp"]}.'.encode() + body
        mac = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        good = self.headers["Webhook-Signature"] == "v1," + mac
        asked = json.loads(body)
        message = asked.get("message", {})
        text = " / ".join(message.get("parts", []))
        with open(sys.argv[2], "a", encoding="utf-8") as log:
            log.write(f'{asked["type"]} {asked.get("remote_id", "-")} {good} {text} #{",".join(message.get("tags", []))}\n')
        if "lose the answer" in text:
            self.close_connection = True
            return
        status, answer = 200, {"id": f'made-{asked["id"][:8]}', "url": f'https://example.org/{asked["id"][:8]}'}
        if "refuse" in text:
            status, answer = 422, {"error": "we do not take this"}
        out = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
with open(sys.argv[1] + ".new", "w", encoding="ascii") as out:
    out.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
