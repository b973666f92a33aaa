// A messaging gateway on this machine, as far as the service asks one.

import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const picture = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==';

export class Gateway {
  static async start() {
    const gateway = new Gateway();
    await new Promise((resolve) => { gateway.server.listen(0, '127.0.0.1', resolve); });
    return gateway;
  }

  constructor() {
    this.key = randomUUID();
    this.tokens = new Map();
    this.mood = 'good';
    this.folder = mkdtempSync(join(tmpdir(), 'tenancy-gateway-'));
    this.keyFile = join(this.folder, 'key');
    writeFileSync(this.keyFile, `${this.key}\n`);
    chmodSync(this.keyFile, 0o600);
    this.server = http.createServer((request, response) => this.take(request, response));
  }

  /** The options of a service that uses it. */
  options(time) {
    return ['--messaging-url', `http://127.0.0.1:${this.server.address().port}`,
      '--messaging-key-file', this.keyFile, '--messaging-time', time];
  }

  take(request, response) {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      if (this.mood === 'hangs') return;
      const { status, body } = this.mood === 'fails' ? { status: 500, body: {} }
        : this.answer(request, Buffer.concat(parts).toString());
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
  }

  answer({ method, url, headers: { apikey } }, text) {
    if (method === 'POST' && url === '/instance/create') {
      const { instanceName, token } = JSON.parse(text);
      if (this.tokens.has(instanceName)) return { status: 403, body: {} };
      if (apikey !== this.key) return { status: 401, body: {} };
      this.tokens.set(instanceName, token);
      return { status: 201, body: { instance: { instanceName }, hash: token, qrcode: this.pairing() } };
    }
    const name = url.replace('/instance/connect/', '');
    if (!this.tokens.has(name)) return { status: 404, body: {} };
    return apikey === this.tokens.get(name) ? { status: 200, body: this.pairing() } : { status: 401, body: {} };
  }

  pairing() {
    return { pairingCode: 'WZYEH1YY', code: '2@abc/def+==,x', base64: picture, count: 1 };
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}
