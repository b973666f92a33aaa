// The real program, on a store of its own, and requests to it.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, openSync, closeSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const hold = `
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
store.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
`;

export class Service {
  static async start(program, options = []) {
    const folder = mkdtempSync(join(tmpdir(), 'tenancy-openapi-'));
    const log = openSync(join(folder, 'log'), 'w');
    const child = spawn(program, ['--port', '0', '--data', join(folder, 'data'), '--no-demo', ...options],
      { stdio: ['ignore', 'pipe', log] });
    closeSync(log);
    const service = new Service(child, folder);
    try {
      await service.listening();
    } catch (error) {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
      throw error;
    }
    return service;
  }

  constructor(child, folder) {
    this.child = child;
    this.folder = folder;
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status, signal) => resolve(status ?? signal));
    });
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
  }

  async listening() {
    let output = '';
    const heard = new Promise((resolve) => {
      this.child.stdout.setEncoding('utf8').on('data', (text) => {
        output += text;
        const port = /listening on http:\/\/[^\n]*:(\d+)\n/.exec(output);
        if (port !== null) resolve(Number(port[1]));
      });
    });
    const status = this.ended.then((each) => {
      throw new Error(`tenantd ended with ${each}: ${output}${this.log()}`);
    });
    this.port = await Promise.race([heard, status]);
    status.catch(() => {});
    this.administratorKey = /\btna_[0-9a-z]+/.exec(output)[0];
  }

  /** Holds the store's lock for writing, as another program might, until what is returned is called. */
  async holdStore() {
    const holder = spawn(process.env.PYTHON, ['-c', hold, join(this.folder, 'data', 'tenancy.db')],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => { holder.once('exit', resolve); });
    const held = new Promise((resolve) => { holder.stdout.once('data', resolve); });
    const status = await Promise.race([held.then(() => undefined), ended]);
    if (status !== undefined) throw new Error(`the store could not be held: ${status}`);
    return () => {
      holder.stdin.end();
      return ended;
    };
  }

  /** Once: the second time is for the impatient. */
  tellToStop() {
    if (!this.isTold) this.child.kill('SIGTERM');
    this.isTold = true;
  }

  log() {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  /** Sends a request as it is said, however wrong, and gives the answer. */
  request(method, target, headers = {}, body = undefined) {
    return new Promise((resolve, reject) => {
      const request = http.request({ port: this.port, host: '127.0.0.1', agent: this.agent, method,
        path: target, headers: { ...headers,
          ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) } });
      request.on('response', (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers,
          body: Buffer.concat(parts).toString() }));
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  async stop() {
    this.agent.destroy();
    this.tellToStop();
    const status = await this.ended;
    const log = this.log();
    rmSync(this.folder, { recursive: true });
    return { status, log };
  }
}
