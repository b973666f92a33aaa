// Holds the service and the description of its API against each other, both ways.
//
// TENANTD is the program, TENANCY_NODE_FOLDER the folder with the packages.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Description, walk } from './description.mjs';
import { Driver, targetOf } from './driver.mjs';
import { Gateway } from './gateway.mjs';
import { Validator } from './packages.mjs';
import { show } from './page.mjs';
import { fill, requests } from './requests.mjs';
import { Service } from './service.mjs';
import { bodies, otherBodies, parameterValues } from './variations.mjs';

/** Why a status of an operation cannot be brought about. Everything else that is listed happens here. */
function excuse({ method, id }, status) {
  if (status === '500') return 'needs a fault in the service or the store';
  if (status === '503' && method === 'GET' && id !== 'showReadiness') return 'nothing that holds back writes holds back reads';
  return undefined;
}

/** Writes that wait at the same time share a sync of the disk. */
const together = { concurrency: 8 };

let service;
let gateway;
let description;
let driver;

/**
 * A test for each operation that the filter lets through, with a tenant of its own. What it gets last
 * makes a request that is let in: a new one only when the one before has changed something.
 */
async function each(t, filter, run) {
  await Promise.all(description.operations.filter(filter).map((operation) =>
    t.test(operation.id, async () => {
      const tenant = await driver.makeTenant();
      let ready;
      await run(operation, tenant, async () => {
        if (ready === undefined || tenant.hasChanged) {
          ready = await requests[operation.id].good(driver, tenant);
          tenant.hasChanged = false;
        }
        return structuredClone(ready);
      });
    })));
}

const lists = (operation, status) => operation.responses[status] !== undefined;
const has = ({ parameters }, wanted) => parameters.some(({ name }) => name === wanted);
const takesTenants = ({ security }) => security?.some((each) => each.tenantKey !== undefined) ?? false;
const goodStatus = (operation) =>
  Object.keys(operation.responses).map(Number).find((status) => status < 300);

before(async () => {
  gateway = await Gateway.start();
  service = await Service.start(process.env.TENANTD, gateway.options('5s'));
  const answer = await service.request('GET', '/openapi.json');
  assert.equal(answer.status, 200);
  description = new Description(JSON.parse(answer.body));
  driver = new Driver(service, description, gateway);
});

after(async () => {
  const { status, log } = await service.stop();
  gateway.stop();
  assert.equal(status, 0, log);
  console.log(`${driver.requests} requests, ${description.operations.length} operations, ` +
    `${driver.driven.size} pairs of operation and status, ${driver.parameters.size} of operation and parameter`);
});

test('the document is OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(description.document));
  assert.ok(valid, JSON.stringify(errors, null, 1));
  assert.equal(validator.version, '3.1');
});

test('the document is complete', () => {
  const { document, operations } = description;
  const tags = document.tags.map(({ name }) => name);
  assert.equal(new Set(operations.map(({ id }) => id)).size, operations.length);
  for (const operation of operations) {
    assert.ok(operation.summary, operation.id);
    assert.deepEqual(operation.tags.filter((tag) => !tags.includes(tag)), [], operation.id);
    for (const { name, description: text } of operation.parameters) assert.ok(text, `${operation.id} ${name}`);
    for (const status of Object.keys(operation.responses)) {
      const { value, keys } = description.at(
        ['paths', operation.path, operation.method.toLowerCase(), 'responses', status]);
      for (const header of ['X-Request-Id', 'Cache-Control']) {
        assert.equal(description.at([...keys, 'headers', header]).value.required, true, `${operation.id} ${status}`);
      }
      assert.ok(value.description, `${operation.id} ${status}`);
    }
  }
  // Nothing stands there unused, and nothing is left to be replaced.
  const text = JSON.stringify(document);
  assert.equal(text.includes('@'), false, 'a placeholder is left');
  for (const [kind, components] of Object.entries(document.components)) {
    for (const name of kind === 'securitySchemes' ? [] : Object.keys(components)) {
      assert.ok(text.includes(`"#/components/${kind}/${name}"`), `nothing refers to ${kind}/${name}`);
    }
  }
});

test('all schemas hold in strict mode, and all examples fit them', () => {
  let examples = 0;
  const fits = (keys, value) => {
    examples += 1;
    assert.deepEqual(description.faults(keys, value), [], keys.join('/'));
    assert.deepEqual(description.faults(keys, value, 'answered'), [], keys.join('/'));
  };
  for (const [value, keys] of walk(description.document)) {
    if (keys.at(-1) === 'schema') description.faults(keys, null);
    if (keys.length === 3 && keys[1] === 'schemas') description.faults(keys, null);
    if (keys.at(-1) === 'examples' && Array.isArray(value)) {
      for (const example of value) fits(keys.slice(0, -1), example);
    }
    if (keys.at(-1) === 'example') fits([...keys.slice(0, -1), 'schema'], value);
  }
  assert.ok(examples > 50);
});

test('every operation is known to this test', () => {
  assert.deepEqual(Object.keys(requests).sort(), description.operations.map(({ id }) => id).sort());
});

test('every path knows the methods that are described and no others', async () => {
  for (const [path, item] of Object.entries(description.document.paths)) {
    const places = { id: 'x', key: 'x', metric: 'x' };
    const answer = await service.request('PURGE', targetOf(path, { path: places }));
    assert.equal(answer.status, 405, path);
    const methods = Object.keys(item).filter((key) => item[key].responses !== undefined);
    const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
    assert.deepEqual(answer.headers.allow.split(', ').sort(), [...allowed, 'OPTIONS'].sort(), path);
    const told = await service.request('OPTIONS', targetOf(path, { path: places }));
    assert.equal(told.status, 204, path);
    assert.equal(told.headers.allow, answer.headers.allow, path);
  }
});

test('what is asked for rightly is done', together, async (t) => {
  await each(t, () => true, async (operation, tenant, good) => {
    await driver.call(operation.id, tenant, await good(), { status: goodStatus(operation) });
    if (operation.method !== 'GET') return;
    const request = await good();
    const head = await driver.call(operation.id, tenant, request, { status: 200, method: 'HEAD' });
    const get = await driver.call(operation.id, tenant, request, { status: 200 });
    // Of these there come more while this is running.
    const passing = ['date', 'x-request-id', ...(operation.id === 'listTenants' ? ['content-length'] : [])];
    for (const answer of [head, get]) {
      for (const name of passing) delete answer.headers[name];
    }
    assert.deepEqual(head.headers, get.headers);
  });
});

test('lists show rows of every kind, by page and by cursor', together, async (t) => {
  await each(t, ({ id }) => id.startsWith('list'), async ({ id, parameters }, tenant) => {
    await fill(driver, tenant);
    const path = id === 'listApiKeys' ? { id: tenant.id }
      : id === 'listExecutionsOfWorkflow'
        ? { id: (await driver.data('listExecutions', tenant, {}, 200))[0].workflow_id } : undefined;
    const get = async (query) => (await driver.call(id, tenant, { path, query }, { status: 200 })).json;
    assert.notEqual((await get({})).data.length, 0);
    if (!parameters.some(({ name }) => name === 'cursor')) return;
    const first = await get({ limit: 1 });
    if (id !== 'listExecutionsOfWorkflow') {
      const second = await get({ limit: 1, cursor: first.pagination.cursor });
      assert.notDeepEqual(second.data, first.data);
    } else {
      await driver.call('startExecution', tenant, { path, body: {} }, { status: [201, 409] });
      const { pagination } = await get({ limit: 1 });
      await get({ limit: 1, cursor: pagination.cursor });
    }
  });
  const tenant = await driver.makeTenant();
  await fill(driver, tenant);
  const { json } = await driver.call('listWorkflows', tenant, { query: { executions: 2 } }, { status: 200 });
  assert.notEqual(json.data[0].latest_executions.length, 0);
});

test('parameters are taken as their schemas say, and refused otherwise', together, async (t) => {
  await each(t, () => true, async (operation, tenant, good) => {
    const optional = operation.parameters.filter(({ in: place }) => place !== 'path');
    for (const parameter of optional) {
      const place = parameter.in === 'header' ? 'headers' : 'query';
      const send = async (value, options) => {
        const request = await good();
        const one = typeof value === 'function' ? value(request) : value;
        request[place] = { ...request[place], [parameter.name]: one };
        // The last page there can be is one of the smallest pages.
        if (parameter.name === 'page') request.query.per_page = 1;
        return driver.call(operation.id, tenant, request, options);
      };
      // Which tenant, which version and which place in a list it is only the service knows.
      if (parameter.schema === description.at(['components', 'schemas', 'TenantId']).value) {
        const own = ({ path }) => (operation.path.startsWith('/api/tenants/') ? path.id : tenant.id);
        await send(own, { status: goodStatus(operation) });
        await send('tnt_0000000000001', { status: 403 });
        await send('acme', { status: [400, 403], fits: false });
      } else if (parameter.name === 'Idempotency-Key') {
        for (const value of [parameter.example, 'x'.repeat(255), '"in quotation marks"'.replaceAll(' ', '-'), '!~']) {
          await send(value, { status: goodStatus(operation) });
        }
        for (const value of ['', 'x'.repeat(256), 'a b', '"', '""', '"x', 'caf\u00e9']) {
          await send(value, { status: 400, fits: false });
        }
      } else if (parameter.name === 'If-Match') {
        await send('*', { status: goodStatus(operation) });
        await send('1', { status: [400, 412], fits: false });
      } else if (parameter.name === 'cursor') {
        await send('nonsense', { status: 400 });
        await send('', { status: 400, fits: false });
      } else if (parameter.name === 'If-None-Match') {
        const { headers } = await driver.call(operation.id, tenant, await good(), { status: 200 });
        const weak = `"x", W/${headers.etag}`;
        for (const held of [headers.etag, weak, '*']) await send(held, { status: 304 });
        await send('"x"', { status: 200 });
      } else {
        for (const value of parameterValues(description, parameter)) {
          const isGood = description.faults(parameter.schemaKeys, value).length === 0;
          // Bytes that no request can be sent with in a header.
          if (place === 'headers' && /[^ -~]/.test(String(value))) continue;
          await send(value, { status: isGood ? goodStatus(operation) : 400, fits: isGood });
        }
      }
    }
  });
});

test('the service knows the parameters that are described and no others', together, async (t) => {
  await each(t, ({ security }) => security !== undefined, async (operation, tenant, good) => {
    const described = operation.parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name);
    const known = new Set();
    // What stands alone is not among those that stand together.
    for (const query of [{ nope: 1 }, { Page: 1 }, { '': 'x' }, ...described.map((name) => ({ [name]: 'x', nope: 1 }))]) {
      const { json } = await driver.call(operation.id, tenant, { ...(await good()), query },
        { status: query.tenant_id === undefined ? 400 : 403, fits: false });
      const names = /Known: (.*)$/.exec(json.detail)?.[1].split(' ') ?? [];
      for (const name of names) known.add(name);
    }
    assert.deepEqual([...known].sort(), described.sort());
  });
});

test('bodies are taken as their schemas say, and refused otherwise', together, async (t) => {
  await each(t, ({ requestBody }) => requestBody !== undefined, async (operation, tenant, good) => {
    const schema = description.bodySchema(operation);
    let taken = 0;
    let turnedAway = 0;
    for (const { name, body } of bodies(description, operation, (await good()).body)) {
      const request = await good();
      // What was made for this request alone stays as it is, unless it is what varies.
      request.body = Object.fromEntries(Object.keys({ ...body, [name]: 0 })
        .filter((key) => Object.hasOwn(body, key))
        .map((key) => [key, key === name || !Object.hasOwn(request.body, key) ? body[key] : request.body[key]]));
      const isGood = description.faults(schema.keys, request.body).length === 0;
      if (isGood) {
        taken += 1;
        // Names that are taken are no fault of the schema's.
        const { status } = await driver.call(operation.id, tenant, request,
          { status: [goodStatus(operation), ...(operation.responses[409] === undefined ? [] : [409])] });
        const unique = ['name', 'slug', 'instance', 'messaging'];
        if (status === 409) assert.ok(unique.includes(name), `${operation.id} ${name}`);
      } else {
        turnedAway += 1;
        const { json } = await driver.call(operation.id, tenant, request, { status: 422, fits: false });
        assert.ok(json.errors.some(({ field }) => field === name || field.startsWith(`${name}.`)) || operation.id === 'endExecution',
          `${operation.id}: ${name} is not among ${JSON.stringify(json.errors)}`);
      }
    }
    assert.ok(turnedAway > 0);
    for (const body of otherBodies) {
      await driver.call(operation.id, tenant, { ...(await good()), body }, { status: 400, fits: false });
    }
  });
});

test('the bytes of a body are refused when they are no JSON, or mean two things', together, async (t) => {
  const deep = `{"definition":${'['.repeat(40)}${']'.repeat(40)}}`;
  await each(t, ({ requestBody }) => requestBody !== undefined, async (operation, tenant, good) => {
    for (const raw of ['', '{', '{"name":"x"', '{"name":}', "{'name':'x'}", '{}{}', 'nul', '{"a":1,"a":2}',
      '{"name":"\\ud800"}', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), deep]) {
      const { json } = await driver.call(operation.id, tenant, await good(), { status: 400, fits: null, raw });
      assert.notEqual(json.position, undefined, raw);
    }
  });
});

test('400: what is malformed', together, async (t) => {
  await each(t, () => true, async (operation, tenant, good) => {
    const target = `${targetOf(operation.path, await good())}?%zz=1`;
    await driver.call(operation.id, tenant, await good(), { status: 400, fits: null, target });
    const twice = `${targetOf(operation.path, await good())}?page=1&page=1`;
    await driver.call(operation.id, tenant, await good(), { status: 400, fits: null, target: twice });
  });
});

test('401: no key, a wrong key, a key of the other kind', together, async (t) => {
  await each(t, ({ security }) => security !== undefined, async (operation, tenant, good) => {
    const others = operation.security.length > 1 ? []
      : [takesTenants(operation) ? service.administratorKey : tenant.key];
    for (const key of [null, 'nonsense', ...others]) {
      await driver.call(operation.id, tenant, await good(), { status: 401, key });
    }
  });
});

test('403: a key of too narrow a scope, a tenant that is not active or not the one', together, async (t) => {
  await each(t, ({ security }) => security !== undefined, async (operation, tenant, good) => {
    const request = await good();
    const headers = { 'X-Tenant-ID': 'tnt_0000000000001' };
    await driver.call(operation.id, tenant, { ...request, headers }, { status: 403, fits: null });
    if (!takesTenants(operation)) return;
    if (operation.method !== 'GET') {
      await driver.call(operation.id, tenant, request, { status: 403, key: tenant.readKey });
    }
    await driver.call('suspendTenant', undefined, { path: { id: tenant.id } }, { status: 200 });
    await driver.call(operation.id, tenant, request, { status: 403 });
  });
});

test('403: what is more than a quota leaves', together, async (t) => {
  const counted = { createDeployment: 'deployments', createWorkflow: 'workflows', startExecution: 'executions' };
  await each(t, ({ id }) => counted[id] !== undefined, async (operation, tenant, good) => {
    const metric = counted[operation.id];
    const path = { id: tenant.id, metric };
    const request = await good();
    await driver.call('setQuota', undefined, { path, body: { limit: 0 } }, { status: 200 });
    const { json } = await driver.call(operation.id, tenant, request, { status: 403 });
    assert.equal(json.metric, metric);
  });
});

test("404: what is not there, and another tenant's, in the same words", together, async (t) => {
  await each(t, (it) => lists(it, 404) || requests[it.id].absent !== undefined, async (operation, tenant, good) => {
    const { absent } = requests[operation.id];
    const request = await good();
    const missing = await driver.call(operation.id, tenant, { ...request, path: absent }, { status: 404 });
    for (const id of ['x', '%', '../x', 'tnt_', 'x'.repeat(300)]) {
      await driver.call(operation.id, tenant, { ...request, path: { ...absent, id } }, { status: 404, fits: false });
    }
    if (!takesTenants(operation)) return;
    const stranger = await driver.makeTenant();
    const foreign = await driver.call(operation.id, stranger, request, { status: 404 });
    delete foreign.json.request_id;
    delete missing.json.request_id;
    assert.deepEqual(foreign.json, missing.json);
  });
});

test('409: what stands against it', together, async (t) => {
  await each(t, (it) => lists(it, 409) || requests[it.id].conflict !== undefined, async (operation, tenant) => {
    const conflicts = requests[operation.id].conflict ?? [];
    assert.notEqual(conflicts.length, 0, `nothing stands against ${operation.id}`);
    for (const conflict of conflicts) {
      await driver.call(operation.id, tenant, await conflict(driver, tenant), { status: 409 });
    }
  });
});

test('412: a version that is not there any more', together, async (t) => {
  await each(t, (it) => lists(it, 412) || has(it, 'If-Match'), async (operation, tenant, good) => {
    const request = await good();
    const [item] = /^\/api\/[a-z]+\/\{id\}/.exec(operation.path);
    const show = description.operations.find(({ method, path }) => method === 'GET' && path === item);
    const { headers: { etag } } = await driver.call(show.id, tenant, { path: request.path }, { status: 200 });
    const sent = (tag) => ({ ...request, headers: { 'If-Match': tag } });
    for (const tag of ['"999"', `W/${etag}`]) {
      await driver.call(operation.id, tenant, sent(tag), { status: 412 });
    }
    await driver.call(operation.id, tenant, sent(etag), { status: goodStatus(operation) });
  });
});

test('an idempotency key lets a write happen once, and belongs to one request', together, async (t) => {
  await each(t, (it) => takesTenants(it) && it.method !== 'GET', async (operation, tenant, good) => {
    const request = { ...(await good()), headers: { 'Idempotency-Key': 'once' } };
    const status = goodStatus(operation);
    const first = await driver.call(operation.id, tenant, request, { status });
    const again = await driver.call(operation.id, tenant, request, { status });
    assert.equal(first.headers['idempotency-replayed'], undefined);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.equal(again.body, first.body);
    const other = { ...request, query: { tenant_id: tenant.id } };
    await driver.call(operation.id, tenant, other, { status: 422 });
  });
  const isAdministrators = (operation) => operation.security !== undefined && !takesTenants(operation);
  await each(t, (it) => it.method !== 'GET' && isAdministrators(it), async (operation, tenant, good) => {
    const request = { ...(await good()), headers: { 'Idempotency-Key': 'once' } };
    await driver.call(operation.id, tenant, request, { status: 400, fits: false });
  });
});

test('413 and 415: too large a body, one of another type', together, async (t) => {
  await each(t, ({ requestBody }) => requestBody !== undefined, async (operation, tenant, good) => {
    const raw = `{"name":"${'x'.repeat(1024 * 1024)}"}`;
    await driver.call(operation.id, tenant, await good(), { status: 413, fits: null, raw });
    await driver.call(operation.id, tenant, { ...(await good()), type: 'text/plain' }, { status: 415, fits: false });
    const headers = { 'Content-Encoding': 'gzip' };
    await driver.call(operation.id, tenant, { ...(await good()), headers }, { status: 415, fits: false });
    for (const type of Object.keys(operation.requestBody.content)) {
      await driver.call(operation.id, tenant, { ...(await good()), type }, { status: goodStatus(operation) });
    }
  });
});

test('what any request is refused for', together, async (t) => {
  await each(t, () => true, async (operation, tenant, good) => {
    const request = await good();
    const long = { status: 414, fits: null, target: `${targetOf(operation.path, request)}?${'x'.repeat(9000)}` };
    await driver.call(operation.id, tenant, request, long);
    for (const [status, headers] of [[417, { Expect: 'miracles' }], [431, { 'X-Large': 'x'.repeat(17000) }],
      [501, { 'Transfer-Encoding': 'gzip, chunked' }]]) {
      const asked = { ...request, headers: { ...request.headers, ...headers }, body: undefined };
      await driver.call(operation.id, tenant, asked, { status, fits: false });
    }
  });
});

test('the page shows every operation and every schema', async () => {
  const page = await service.request('GET', '/docs');
  const links = [...page.body.matchAll(/(?:src|href)="(?!#)([^"]+)"/g)].map((match) => match[1]);
  assert.ok(links.length > 2);
  for (const link of ['docs', ...links]) {
    const { status, headers, body } = await service.request('GET', new URL(link, 'http://x/docs').pathname);
    assert.equal(status, 200, link);
    assert.equal(headers.etag, `"${createHash('sha256').update(body).digest('hex')}"`, link);
  }
  const script = await service.request('GET', '/docs/page.js');
  const elements = await show(script.body, description.document);
  const ids = elements.map(({ attributes }) => attributes.id).filter(Boolean);
  assert.equal(new Set(ids).size, ids.length, 'an id is given twice');
  for (const id of [...description.operations.map((each) => each.id),
    ...Object.keys(description.document.components.schemas).map((name) => `schema-${name}`)]) {
    assert.ok(ids.includes(id), `the page does not show ${id}`);
  }
  for (const { attributes: { href } } of elements) {
    assert.ok(!href?.startsWith('#') || ids.includes(href.slice(1)), `${href} leads nowhere`);
  }
  const text = elements.map((element) => element.text).join('\n');
  for (const wrong of ['undefined', '[object', 'NaN']) assert.equal(text.includes(wrong), false, wrong);
});

/** Two of a tenant that has room for one, while the store is held: one waits in vain, one is refused. */
async function crowd(driver, { operation, tenant, request }) {
  const call = (id, what, status) => driver.call(id, tenant, what, { status });
  if (operation.method !== 'GET') {
    const answers = await Promise.all([1, 2].map(() => call(operation.id, request, [429, 503])));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [429, 503], operation.id);
    return;
  }
  let isOver = false;
  const late = { body: { project_name: 'late' } };
  const wait = async () => {
    // One that comes while the other is there is refused itself.
    while ((await call('createDeployment', late, [429, 503])).status === 429);
    isOver = true;
  };
  const waiting = wait();
  let status = 0;
  while (status !== 429 && !isOver) ({ status } = await call(operation.id, request, [200, 429]));
  assert.equal(status, 429, operation.id);
  await waiting;
}

test('a tenant comes with its instance, and a fresh pairing when it is asked for', async () => {
  const messaging = { instance: 'clinic' };
  const body = { slug: 'clinic', name: 'Clinic', messaging };
  const made = await driver.data('createTenant', undefined, { body }, 201);
  assert.equal(made.status, 'active');
  assert.deepEqual(made.messaging, { ...messaging, state: 'pairing',
    pairing: { pairing_code: 'WZYEH1YY', code: '2@abc/def+==,x', qr: gateway.pairing().base64 } });
  const path = { id: made.id };
  const again = await driver.data('pairTenant', undefined, { path, body: {} }, 200);
  assert.deepEqual(again, made);
  assert.equal((await driver.data('showTenant', undefined, { path }, 200)).messaging, undefined);
});

test('502 and 504: a gateway that fails, or does not answer', async () => {
  const hasty = await Service.start(process.env.TENANTD, gateway.options('200ms'));
  const other = new Driver(hasty, description, gateway, driver);
  try {
    for (const [mood, status] of [['fails', 502], ['hangs', 504]]) {
      gateway.mood = mood;
      const body = { slug: mood, name: 'Clinic', messaging: { instance: mood } };
      const { json } = await other.call('createTenant', undefined, { body }, { status });
      const path = { id: json.tenant_id };
      assert.equal(json.resume, `POST /api/tenants/${json.tenant_id}/messaging`);
      assert.equal((await other.data('showTenant', undefined, { path }, 200)).status, 'provisioning');
      await other.call('pairTenant', undefined, { path, body: {} }, { status });
      gateway.mood = 'good';
      const resumed = await other.data('pairTenant', undefined, { path, body: { activate: true } }, 200);
      assert.equal(resumed.status, 'active');
    }
  } finally {
    gateway.mood = 'good';
    const { status, log } = await hasty.stop();
    assert.equal(status, 0, log);
  }
});

test('421, 429, 503: another host, too many requests of a tenant, a store that is busy', async () => {
  const hindered = await Service.start(process.env.TENANTD,
    ['--base-domain', 'api.example', '--tenant-requests', '1', '--request-time', '4s', '--drain', '1s',
      ...gateway.options('3s')]);
  let release = async () => {};
  try {
    const other = new Driver(hindered, description, gateway, driver);
    const prepared = await Promise.all(description.operations
      .filter(({ security }) => security !== undefined)
      .map(async (operation) => {
        const tenant = await other.makeTenant();
        return { operation, tenant, request: await requests[operation.id].good(other, tenant) };
      }));
    for (const { operation, tenant, request } of prepared) {
      const headers = { Host: 'elsewhere.example' };
      await other.call(operation.id, tenant, { ...request, headers }, { status: 421, fits: null });
    }
    release = await hindered.holdStore();
    await Promise.all(prepared.filter(({ operation }) => takesTenants(operation))
      .map((each) => crowd(other, each)));
    // Behind others that wait there may be too little time left for the gateway's answer.
    const writes = prepared
      .filter(({ operation }) => !takesTenants(operation) && operation.method !== 'GET');
    for (const asksGateway of [true, false]) {
      await Promise.all(writes
        .filter(({ operation }) => (operation.id === 'pairTenant') === asksGateway)
        .map(({ operation, tenant, request }) => other.call(operation.id, tenant, request, { status: 503 })));
    }
    await release();
    hindered.tellToStop();
    for (let status = 200; status !== 503;) {
      ({ status } = await other.call('showReadiness', undefined, {}, { status: [200, 503] }));
    }
  } finally {
    await release();
    const { status, log } = await hindered.stop();
    assert.equal(status, 0, log);
  }
});

test('every status and every parameter that is described was driven', () => {
  const missing = [];
  for (const operation of description.operations) {
    for (const status of Object.keys(operation.responses)) {
      const isDriven = driver.driven.has(`${operation.id} ${status}`);
      const why = excuse(operation, status);
      if (!isDriven && why === undefined) missing.push(`${operation.id} ${status}`);
      assert.ok(!isDriven || why === undefined, `${operation.id} ${status} happens after all, though: ${why}`);
    }
    for (const { in: place, name } of operation.parameters) {
      if (!driver.parameters.has(`${operation.id} ${place} ${name}`)) missing.push(`${operation.id} ${place} ${name}`);
    }
  }
  assert.deepEqual(missing, []);
});
