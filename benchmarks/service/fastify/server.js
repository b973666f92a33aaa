'use strict';

// The service's scoped work by hand: a key is hashed and looked up together with its tenant's
// status, and rows are found by tenant and id.
//
//   node server.js FILE

const crypto = require('node:crypto');
const Database = require('better-sqlite3');
const fastify = require('fastify');

const database = new Database(process.argv[2], { fileMustExist: true });
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.pragma('foreign_keys = ON');
database.pragma('temp_store = MEMORY');

const columns = 'id, project_name, status, url, created_at, updated_at';
const findKey = database.prepare(
  'SELECT k.tenant_id AS id, t.slug, t.status FROM api_keys AS k ' +
    'JOIN tenants AS t ON t.id = k.tenant_id WHERE k.hash = ?');
const findDeployment = database.prepare(
  `SELECT ${columns} FROM deployments WHERE tenant_id = ? AND id = ?`);
// In the order of the keys, which begin with the time. One more than is shown tells whether there is
// a next page.
const listFirst = database.prepare(
  `SELECT ${columns} FROM deployments WHERE tenant_id = ? ORDER BY id DESC LIMIT ?`);
const listBehind = database.prepare(
  `SELECT ${columns} FROM deployments WHERE tenant_id = ? AND id < ? ORDER BY id DESC LIMIT ?`);
const insertDeployment = database.prepare(
  'INSERT INTO deployments (tenant_id, id, project_name, status, url, created_at, updated_at) ' +
    'VALUES (?, ?, ?, ?, ?, ?, ?)');

const text = { type: 'string' };
const nullableText = { type: 'string', nullable: true };
const deployment = {
  type: 'object',
  properties: {
    id: text,
    project_name: text,
    status: text,
    url: nullableText,
    created_at: text,
    updated_at: text,
  },
};
const one = {
  type: 'object',
  properties: { success: { type: 'boolean' }, data: deployment, tenant_id: text },
};
const many = {
  type: 'object',
  properties: {
    success: { type: 'boolean' },
    data: { type: 'array', items: deployment },
    pagination: {
      type: 'object',
      properties: {
        page: { type: 'integer', nullable: true },
        per_page: { type: 'integer' },
        total: { type: 'integer', nullable: true },
        total_pages: { type: 'integer', nullable: true },
        has_next: { type: 'boolean' },
        has_prev: { type: 'boolean' },
        cursor: nullableText,
        previous_cursor: nullableText,
      },
    },
    tenant_id: text,
  },
};

// Times are whole microseconds, which JavaScript's dates have no place for.
function isoTime(microseconds) {
  const rest = String(microseconds % 1000).padStart(3, '0');
  return new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, -1) + rest + 'Z';
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

// As the service's: the time in front, so that rows are added at the end of a tenant's.
function makeId(milliseconds) {
  let id = '';
  for (let i = 0, rest = milliseconds; i < 10; ++i, rest = Math.floor(rest / 32)) {
    id = alphabet[rest % 32] + id;
  }
  for (const byte of crypto.randomBytes(16)) {
    id += alphabet[byte % 32];
  }
  return id;
}

function shown(row) {
  row.created_at = isoTime(row.created_at);
  row.updated_at = isoTime(row.updated_at);
  return row;
}

// In one step where Node has it.
const sha256 = crypto.hash
  ? (value) => crypto.hash('sha256', value, 'buffer')
  : (value) => crypto.createHash('sha256').update(value).digest();

const app = fastify({ logger: false, exposeHeadRoutes: false, keepAliveTimeout: 60_000 });
app.decorateRequest('tenant', null);
app.addHook('onRequest', (request, reply, done) => {
  const header = request.headers.authorization;
  if (header === undefined || !header.startsWith('Bearer ')) {
    reply.code(401).send({ title: 'Unauthorized' });
    return;
  }
  const tenant = findKey.get(sha256(header.slice(7)));
  if (tenant === undefined) {
    reply.code(401).send({ title: 'Unauthorized' });
    return;
  }
  if (tenant.status !== 'active') {
    reply.code(403).send({ title: 'Forbidden' });
    return;
  }
  request.tenant = tenant;
  done();
});

app.get('/api/deployments/:id', { schema: { response: { 200: one } } }, (request, reply) => {
  const row = findDeployment.get(request.tenant.id, request.params.id);
  if (row === undefined) {
    reply.code(404).send({ title: 'Not Found' });
    return;
  }
  reply.send({ success: true, data: shown(row), tenant_id: request.tenant.slug });
});

const listSchema = {
  querystring: {
    type: 'object',
    properties: {
      limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
      cursor: text,
    },
    additionalProperties: false,
  },
  response: { 200: many },
};
app.get('/api/deployments', { schema: listSchema }, (request, reply) => {
  const { limit, cursor } = request.query;
  let rows;
  if (cursor === undefined) {
    rows = listFirst.all(request.tenant.id, limit + 1);
  } else {
    const id = Buffer.from(cursor, 'base64url').toString();
    rows = listBehind.all(request.tenant.id, id, limit + 1);
  }
  const hasNext = rows.length > limit;
  if (hasNext) {
    rows.pop();
  }
  const next = hasNext ? Buffer.from(rows[rows.length - 1].id).toString('base64url') : null;
  for (const row of rows) {
    shown(row);
  }
  reply.send({
    success: true,
    data: rows,
    pagination: {
      page: null,
      per_page: limit,
      total: null,
      total_pages: null,
      has_next: hasNext,
      has_prev: cursor !== undefined,
      cursor: next,
      previous_cursor: null,
    },
    tenant_id: request.tenant.slug,
  });
});

const createSchema = {
  body: {
    type: 'object',
    properties: {
      project_name: { type: 'string', minLength: 1, maxLength: 200 },
      status: { enum: ['pending', 'active', 'failed', 'stopped'], default: 'pending' },
      url: { type: 'string', maxLength: 2000, pattern: '^https?://', nullable: true },
    },
    required: ['project_name'],
    additionalProperties: false,
  },
  response: { 201: one },
};
app.post('/api/deployments', { schema: createSchema }, (request, reply) => {
  const { project_name, status, url = null } = request.body;
  const milliseconds = Date.now();
  const id = makeId(milliseconds);
  const now = milliseconds * 1000;
  // A statement outside of BEGIN is a transaction of its own: it is on disk when this returns.
  insertDeployment.run(request.tenant.id, id, project_name, status, url, now, now);
  const time = isoTime(now);
  reply
    .code(201)
    .header('location', `/api/deployments/${id}`)
    .send({
      success: true,
      data: { id, project_name, status, url, created_at: time, updated_at: time },
      tenant_id: request.tenant.slug,
    });
});

process.on('SIGTERM', () => {
  app.close().then(() => {
    database.close();
    process.exit(0);
  });
});
app.listen({ host: '127.0.0.1', port: 0 }).then((url) => console.log(`listening on ${url}`));
