// Sends requests to operations, holds both ways against the description, and keeps count.

import assert from 'node:assert/strict';

const asText = (value) => (Array.isArray(value) ? value.join(',') : String(value));

export function targetOf(path, { path: places = {}, query = {} } = {}) {
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(places[name]));
  const pairs = Object.entries(query).map(([name, value]) =>
    `${encodeURIComponent(name)}=${encodeURIComponent(asText(value))}`);
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`;
}

export class Driver {
  constructor(service, description, gateway, { driven, parameters } = {}) {
    this.service = service;
    this.gateway = gateway;
    this.description = description;
    this.driven = driven ?? new Set();          // operation and status
    this.parameters = parameters ?? new Set();  // operation and parameter, in a request that was let in
    this.requests = 0;
    this.tenants = 0;
  }

  /** The key that an operation wants, of those at hand. */
  keyFor(operation, tenant) {
    const wanted = (operation.security ?? []).flatMap((each) => Object.keys(each));
    if (wanted.includes('tenantKey')) return tenant.key;
    return wanted.includes('administratorKey') ? this.service.administratorKey : undefined;
  }

  /**
   * Sends a request to an operation and gives the answer. `status` lists what may come of it; `fits`
   * says whether the request keeps to the description, null when it cannot be told in its terms.
   */
  async call(id, tenant, request, { status, fits = true, method, raw, target, key } = {}) {
    const operation = this.description.operation(id);
    const { headers = {}, body, type = 'application/json' } = request;
    const faults = this.description.requestFaults(operation, { ...request, type });
    const what = `${id} ${JSON.stringify({ ...request, key: undefined, raw: raw?.slice(0, 80) })}`;
    if (fits === true) assert.deepEqual(faults, [], `${what}: the request does not fit the description`);
    if (fits === false) assert.notDeepEqual(faults, [], `${what}: the request fits the description`);

    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, asText(value)]));
    const credential = key === undefined ? request.key ?? this.keyFor(operation, tenant) : key;
    if (credential !== undefined && credential !== null) sent.Authorization = `Bearer ${credential}`;
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    if (content !== undefined) sent['Content-Type'] ??= type;
    const verb = method ?? operation.method;
    const answer = await this.service.request(
      verb, target ?? targetOf(operation.path, request), sent, content);
    this.requests += 1;

    const wanted = [status].flat();
    assert.ok(wanted.includes(answer.status),
      `${what}: answered with ${answer.status} instead of ${wanted.join(' or ')}: ${answer.body}`);
    const found = this.description.answerFaults(operation, answer, { withBody: verb !== 'HEAD' });
    assert.deepEqual(found, [], `${what}: the answer ${answer.status} does not fit the description: ${answer.body}`);
    this.driven.add(`${id} ${this.description.statusKey(operation, answer.status)}`);
    if (answer.status < 400 && operation.method !== 'GET' && tenant !== undefined) tenant.hasChanged = true;
    if (answer.status < 400) {
      for (const [place, values] of Object.entries({ path: request.path, query: request.query, header: headers })) {
        for (const name of Object.keys(values ?? {})) this.parameters.add(`${id} ${place} ${name}`);
      }
    }
    return { ...answer, json: answer.body === '' ? undefined : safely(answer.body) };
  }

  async data(id, tenant, request, status) {
    return (await this.call(id, tenant, request, { status })).json.data;
  }

  /** A tenant with a key that may write and one that may not. */
  async makeTenant() {
    this.tenants += 1;
    const name = `t${this.tenants}`;
    const made = await this.data('createTenant', undefined, { body: { slug: name, name } }, 201);
    const path = { id: made.id };
    const issue = async (scope) =>
      (await this.data('issueApiKey', undefined, { path, body: { name: scope, scope } }, 201)).key;
    return { id: made.id, slug: name, key: await issue('write'), readKey: await issue('read') };
  }
}

function safely(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
