// The description of the API: its operations, and whether requests and answers keep to it.

import { Ajv, addFormats } from './packages.mjs';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

// What every server sends, and what says nothing of the operation.
const transportHeaders = new Set(['connection', 'content-length', 'content-type', 'date',
  'keep-alive', 'referrer-policy', 'transfer-encoding', 'vary', 'x-content-type-options']);

// What `default` stands for. Any other status that is not listed is a fault.
const refusedAnywhere = new Set([414, 417, 421, 431, 501]);

const escaped = (key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Objects hold nothing but what is listed: an answer that says more is not described. */
function closed(value) {
  if (Array.isArray(value)) return value.map(closed);
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]));
  if (copy.type === 'object' && copy.properties !== undefined) copy.additionalProperties ??= false;
  return copy;
}

/** Every value in the document with the keys that lead to it. */
export function* walk(value, path = []) {
  yield [value, path];
  if (value !== null && typeof value === 'object') {
    for (const [key, each] of Object.entries(value)) yield* walk(each, [...path, key]);
  }
}

export class Description {
  constructor(document) {
    this.document = document;
    this.ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true });
    addFormats(this.ajv);
    this.ajv.addVocabulary(Object.keys(document));
    this.ajv.addSchema(document, 'sent');
    this.ajv.addSchema(closed(document), 'answered');
    this.operations = Object.entries(document.paths).flatMap(([path, item]) => methods
      .filter((method) => item[method] !== undefined)
      .map((method) => ({ id: item[method].operationId, path, method: method.toUpperCase(),
        ...item[method], parameters: this.parameters(path, method) })));
  }

  operation(id) {
    const found = this.operations.find((each) => each.id === id);
    if (found === undefined) throw new Error(`there is no operation ${id}`);
    return found;
  }

  /** A value with the keys that lead to it, after following references. */
  at(keys) {
    const value = keys.reduce((each, key) => each[key], this.document);
    return value?.$ref === undefined ? { value, keys }
      : this.at(value.$ref.slice(2).split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')));
  }

  /** What a schema at that place finds wrong with a value; nothing when it fits. */
  faults(keys, value, as = 'sent') {
    const reference = `${as}#/${keys.map(escaped).join('/')}`;
    const validate = this.ajv.getSchema(reference);
    if (validate === undefined) throw new Error(`there is no schema at ${reference}`);
    if (validate(value)) return [];
    return validate.errors.map((each) => `${each.instancePath || 'it'} ${each.message} ${JSON.stringify(each.params)}`);
  }

  parameters(path, method) {
    const all = this.document.paths[path][method].parameters ?? [];
    return all.map((_, index) => {
      const { value, keys } = this.at(['paths', path, method, 'parameters', index]);
      const schema = this.at([...keys, 'schema']);
      return { ...value, schema: schema.value, schemaKeys: [...keys, 'schema'] };
    });
  }

  /** The schema of a body of that type, or of the only one. */
  bodySchema(operation, type = 'application/json') {
    if (operation.requestBody === undefined) return undefined;
    const { value, keys } = this.at(['paths', operation.path, operation.method.toLowerCase(), 'requestBody']);
    if (value.content[type] === undefined) return undefined;
    return this.at([...keys, 'content', type, 'schema']);
  }

  /** What the description finds wrong with a request. */
  requestFaults(operation, { path = {}, query = {}, headers = {}, body, type }) {
    const given = { path, query, header: headers };
    const faults = [];
    for (const { name, in: place, required, schemaKeys } of operation.parameters) {
      const value = given[place][name];
      if (value !== undefined) faults.push(...this.faults(schemaKeys, value).map((each) => `${name}: ${each}`));
      else if (required) faults.push(`${name} is missing`);
    }
    for (const [place, values] of Object.entries(given)) {
      for (const name of Object.keys(values)) {
        if (!operation.parameters.some((each) => each.in === place && each.name === name)) {
          faults.push(`${name} is no parameter`);
        }
      }
    }
    if (operation.requestBody === undefined) return body === undefined ? faults : [...faults, 'there is a body'];
    const schema = this.bodySchema(operation, type);
    if (schema === undefined) return [...faults, `no body is of type ${type}`];
    if (body === undefined) return [...faults, 'there is no body'];
    return [...faults, ...this.faults(schema.keys, body)];
  }

  /** Under which of the listed statuses an answer falls. */
  statusKey(operation, status) {
    if (operation.responses[status] !== undefined) return String(status);
    return refusedAnywhere.has(status) && operation.responses.default !== undefined ? 'default' : undefined;
  }

  /** What the description finds wrong with an answer. */
  answerFaults(operation, { status, headers, body }, { withBody = true } = {}) {
    const key = this.statusKey(operation, status);
    if (key === undefined) return [`the status ${status} is not listed: ${body}`];
    const { value, keys } = this.at(['paths', operation.path, operation.method.toLowerCase(), 'responses', key]);
    const faults = this.headerFaults(value.headers ?? {}, keys, headers);
    if (!withBody) return body === '' ? faults : [...faults, 'there is a body'];
    if (value.content === undefined) {
      return body === '' && headers['content-type'] === undefined ? faults : [...faults, `there is a body: ${body}`];
    }
    const type = headers['content-type'];
    if (value.content[type] === undefined) return [...faults, `the type ${type} is not listed`];
    const schema = this.at([...keys, 'content', type, 'schema']);
    const content = type.includes('json') ? JSON.parse(body) : body;
    faults.push(...this.faults(schema.keys, content, 'answered'));
    if (type === 'application/problem+json' && content.status !== status) {
      faults.push(`the document says ${content.status}`);
    }
    return faults;
  }

  headerFaults(listed, keys, headers) {
    const faults = [];
    for (const name of Object.keys(listed)) {
      const header = this.at([...keys, 'headers', name]);
      const text = headers[name.toLowerCase()];
      if (text === undefined) {
        if (header.value.required) faults.push(`the header ${name} is missing`);
        continue;
      }
      const schema = this.at([...header.keys, 'schema']);
      const value = schema.value.type === 'integer' ? Number(text) : text;
      faults.push(...this.faults([...header.keys, 'schema'], value, 'answered').map((each) => `${name}: ${each}`));
    }
    const names = new Set(Object.keys(listed).map((name) => name.toLowerCase()));
    for (const name of Object.keys(headers)) {
      if (!names.has(name) && !transportHeaders.has(name)) faults.push(`the header ${name} is not listed`);
    }
    return faults;
  }
}
