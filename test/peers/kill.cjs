// Loaded into a server made with Node before anything else (NODE_OPTIONS=--require): the server dies at the moment the
// file $PROPRE_PEERS_KILL asks for. Its text is "arrive METHOD PATH" (when that request arrives) or
// "answer METHOD PATH" (when it was done, and before a byte of the answer left). The file is taken away first.
'use strict';
const fs = require('fs');
const http = require('http');
const file = process.env.PROPRE_PEERS_KILL;
function die() {
  fs.unlinkSync(file);
  process.kill(process.pid, 'SIGKILL');
}
const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (name, request, response) {
  if (name === 'request' && file && fs.existsSync(file)) {
    const [when, method, path] = fs.readFileSync(file, 'utf8').trim().split(' ');
    if (request.method === method && request.url.startsWith(path)) {
      if (when === 'arrive') die();
      response.writeHead = response.write = response.end = die;
    }
  }
  return emit.apply(this, arguments);
};
