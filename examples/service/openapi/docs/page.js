// Shows the description of the API. Everything is built of nodes and texts, never of markup, so that
// nothing in the description can become part of the page.
'use strict';

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** An element with attributes and with children: elements, texts, or what is false for nothing. */
function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter(Boolean));
  return element;
}

/** A text in which `code` and **what is strong** are marked. */
function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).filter(Boolean).map((part) => {
    if (part.startsWith('`')) return h('code', {}, part.slice(1, -1));
    if (part.startsWith('**')) return h('strong', {}, part.slice(2, -2));
    return part;
  });
}

function paragraphs(text) {
  return (text ?? '').split('\n\n').filter(Boolean).map((part) => h('p', {}, inline(part)));
}

function json(value) {
  return h('pre', { tabindex: 0 }, h('code', {}, JSON.stringify(value, null, 2)));
}

/** Follows a reference; what stands beside it counts before what stands behind it. */
function resolve(description, value) {
  if (value?.$ref === undefined) return value;
  const { $ref, ...beside } = value;
  const target = $ref.slice(2).split('/').reduce(
    (at, key) => at[key.replaceAll('~1', '/').replaceAll('~0', '~')], description);
  return { ...resolve(description, target), ...beside };
}

const nameOf = (ref) => ref.slice(ref.lastIndexOf('/') + 1);

/** A value that a schema allows, put together from its examples. */
function sample(description, schema) {
  const { examples, const: only, enum: values, anyOf, properties, items, type } =
    resolve(description, schema);
  if (examples !== undefined) return examples[0];
  if (only !== undefined) return only;
  if (values !== undefined) return values[0];
  if (anyOf !== undefined) return sample(description, anyOf[0]);
  if (properties !== undefined) {
    return Object.fromEntries(Object.entries(properties).map(
      ([name, member]) => [name, sample(description, member)]));
  }
  if (items !== undefined) return [sample(description, items)];
  return { integer: 1, boolean: true, string: 'text', object: {} }[[type].flat()[0]] ?? null;
}

function between(list, separator) {
  return list.flatMap((item, index) => (index === 0 ? [item] : [separator, item])).flat();
}

/** What a schema allows, in few words. */
function typeOf(schema) {
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref);
    return [h('a', { href: `#schema-${name}` }, name)];
  }
  if (schema.const !== undefined) return [h('code', {}, JSON.stringify(schema.const))];
  if (schema.enum !== undefined) {
    return between(schema.enum.map((value) => h('code', {}, value)), ' or ');
  }
  if (schema.anyOf !== undefined) return between(schema.anyOf.map(typeOf), ' or ');
  if (schema.items !== undefined) return ['list of ', ...typeOf(schema.items)];
  return [schema.type === undefined ? 'any' : [schema.type].flat().join(' or ')];
}

/** The limits of a schema, in few words. */
function limitsOf(schema) {
  const number = (value) => value.toLocaleString('en');
  const limits = [];
  if (schema.minLength !== undefined) limits.push(`at least ${number(schema.minLength)} long`);
  if (schema.maxLength !== undefined) limits.push(`at most ${number(schema.maxLength)} long`);
  if (schema.minimum !== undefined) limits.push(`from ${number(schema.minimum)}`);
  if (schema.maximum !== undefined) limits.push(`to ${number(schema.maximum)}`);
  if (schema.maxItems !== undefined) limits.push(`at most ${number(schema.maxItems)} items`);
  if (schema.format !== undefined) limits.push(`format ${schema.format}`);
  if (schema.default !== undefined) limits.push(`${JSON.stringify(schema.default)} unless given`);
  return limits.join(', ');
}

function row(name, tag, schema, description) {
  const limits = limitsOf(schema);
  const pattern = schema.pattern;
  return h('tr', {},
    h('th', { scope: 'row' }, h('code', {}, name), tag && h('span', { class: 'tag' }, tag)),
    h('td', {}, h('span', { class: 'type' }, typeOf(schema)),
      limits && h('span', { class: 'limits' }, limits)),
    h('td', {}, description && inline(description),
      pattern && h('code', { class: 'pattern' }, pattern)));
}

function table(caption, rows) {
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', {}, h('caption', {}, caption), h('tbody', {}, rows)));
}

/** The members of an object, or what else a schema allows. */
function schemaBody(schema) {
  if (schema.properties === undefined || Object.keys(schema.properties).length === 0) {
    return [table('Value', [row('value', null, schema)])];
  }
  const rows = Object.entries(schema.properties).map(([name, member]) =>
    row(name, schema.required?.includes(name) ? 'required' : null, member, member.description));
  return [table('Members', rows),
    schema.additionalProperties === false && h('p', { class: 'note' }, 'Other members are refused.')]
    .filter(Boolean);
}

function parameterTable(parameters) {
  const places = { path: 'path', query: 'query', header: 'header' };
  return table('Parameters', parameters.map(({ name, in: place, schema, description }) =>
    row(name, places[place], schema, description)));
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A command to try an operation with. */
function command(description, path, method, operation, body) {
  const parts = [method === 'get' ? 'curl' : `curl -X ${method.toUpperCase()}`];
  if (operation.security?.length > 0) parts.push('-H "Authorization: Bearer $KEY"');
  if (body !== undefined) {
    parts.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`);
  }
  const target = path.replaceAll(/\{([^}]+)\}/g, (_, name) => {
    const parameter = (operation.parameters ?? []).map((each) => resolve(description, each))
      .find((each) => each.in === 'path' && each.name === name);
    return String(parameter?.example ?? sample(description, parameter?.schema ?? {}));
  });
  parts.push(quoted(location.origin + location.pathname.replace(/\/docs$/, '') + target));
  return parts.join(' \\\n  ');
}

function media(description, content, heading) {
  return Object.entries(content).flatMap(([type, { schema, example, examples }], index) => {
    if (index > 0) return [h('p', { class: 'note' }, 'Or as ', h('code', {}, type), '.')];
    const shown = example ?? Object.values(examples ?? {})[0]?.value ??
      (type.includes('json') ? sample(description, schema) : undefined);
    return [
      h('p', {}, heading, h('code', {}, type), ': ', typeOf(schema)),
      shown !== undefined && h('details', { class: 'example' }, h('summary', {}, 'Example'), json(shown)),
    ].filter(Boolean);
  });
}

function responseOf(description, status, unresolved) {
  const response = resolve(description, unresolved);
  const headers = Object.entries(response.headers ?? {}).map(
    ([name, header]) => [name, resolve(description, header)]);
  const kind = status === 'default' ? 'other' : `status-${status[0]}`;
  return h('details', { class: 'response' },
    h('summary', {}, h('span', { class: `status ${kind}` }, status === 'default' ? 'others' : status),
      ' ', inline(response.description)),
    h('div', { class: 'inside' },
      media(description, response.content ?? {}, 'Body '),
      headers.length > 0 && table('Headers', headers.map(([name, header]) =>
        row(name, header.required ? 'always' : null, header.schema, header.description)))));
}

function keyOf(description, operation) {
  const wanted = (operation.security ?? []).flatMap((each) => Object.keys(each));
  if (wanted.length === 0) return h('p', { class: 'key' }, 'No key is asked for.');
  return wanted.map((name) => h('p', { class: 'key' },
    inline(description.components.securitySchemes[name].description)));
}

function badge(method) {
  return h('span', { class: `method ${method}` }, method.toUpperCase());
}

function operationOf(description, path, method, operation) {
  const parameters = (operation.parameters ?? []).map((each) => resolve(description, each));
  const body = resolve(description, operation.requestBody);
  const first = Object.values(body?.content ?? {})[0];
  const sent = first && (first.example ?? Object.values(first.examples ?? {})[0]?.value ??
    sample(description, first.schema));
  const details = h('details', {
    class: 'operation', id: operation.operationId,
    'data-words': [method, path, operation.summary, operation.operationId].join(' ').toLowerCase(),
  },
  h('summary', {}, badge(method), h('code', { class: 'path' }, path),
    h('h3', {}, operation.summary)),
  h('div', { class: 'inside' },
    paragraphs(operation.description),
    keyOf(description, operation),
    parameters.length > 0 && parameterTable(parameters),
    body && h('h4', {}, 'Body'),
    body && media(description, body.content, ''),
    h('h4', {}, 'Try it'),
    h('pre', { tabindex: 0 }, h('code', {}, command(description, path, method, operation, sent))),
    h('h4', {}, 'Answers'),
    Object.entries(operation.responses).map(
      ([status, response]) => responseOf(description, status, response))));
  return details;
}

/** The operations by their tags, in the order of both. */
function operationsByTag(description) {
  const all = Object.entries(description.paths).flatMap(([path, item]) => methods
    .filter((method) => item[method] !== undefined)
    .map((method) => ({ path, method, operation: item[method] })));
  return description.tags.map(({ name, description: text }) => (
    { name, text, id: `tag-${name.replaceAll(' ', '-')}`,
      entries: all.filter(({ operation }) => operation.tags.includes(name)) }));
}

function head(description) {
  const { title, version, summary } = description.info;
  return [
    h('h1', {}, title, ' ', h('span', { class: 'version' }, version)),
    h('p', {}, summary, ' ', h('a', { href: 'openapi.json' }, `OpenAPI ${description.openapi}`)),
  ];
}

function contents(description, groups) {
  return [
    h('label', { for: 'filter' }, 'Filter'),
    h('input', { id: 'filter', type: 'search', placeholder: 'path, method or words',
      autocomplete: 'off', spellcheck: 'false' }),
    h('p', { class: 'buttons' },
      h('button', { type: 'button', id: 'open' }, 'Unfold all'),
      h('button', { type: 'button', id: 'close' }, 'Fold all')),
    ...groups.map(({ name, id, entries }) => h('section', { class: 'group' },
      h('h2', {}, h('a', { href: `#${id}` }, name)),
      h('ul', {}, entries.map(({ path, method, operation }) => h('li', { 'data-of': operation.operationId },
        h('a', { href: `#${operation.operationId}`, title: `${method.toUpperCase()} ${path}` },
          badge(method), h('span', {}, operation.summary))))))),
    h('h2', {}, h('a', { href: '#schemas' }, 'Schemas')),
  ];
}

function body(description, groups) {
  return [
    h('section', { class: 'introduction' }, paragraphs(description.info.description)),
    ...groups.map(({ name, text, id, entries }) => h('section', { class: 'group', id },
      h('h2', {}, name), paragraphs(text),
      entries.map(({ path, method, operation }) =>
        operationOf(description, path, method, operation)))),
    h('section', { id: 'schemas' }, h('h2', {}, 'Schemas'),
      Object.entries(description.components.schemas).map(([name, schema]) =>
        h('details', { class: 'schema', id: `schema-${name}` },
          h('summary', {}, h('h3', {}, name)),
          h('div', { class: 'inside' }, paragraphs(schema.description), schemaBody(schema),
            h('details', { class: 'example' }, h('summary', {}, 'Example'),
              json(sample(description, schema))))))),
  ];
}

/** Opens what the address points to, with what it stands in. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target === null) return;
  for (let at = target; at !== null; at = at.parentElement) {
    if (at.tagName === 'DETAILS') at.open = true;
  }
  target.scrollIntoView();
}

/** Shows only the operations that have all words of the text. */
function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const operation of document.querySelectorAll('.operation')) {
    const fits = words.every((word) => operation.dataset.words.includes(word));
    operation.hidden = !fits;
    document.querySelector(`[data-of="${operation.id}"]`).hidden = !fits;
  }
  for (const group of document.querySelectorAll('.group')) {
    group.hidden = words.length > 0 && group.querySelector('.operation:not([hidden]), li:not([hidden])') === null;
  }
}

function listen() {
  document.getElementById('filter').addEventListener('input', (event) => filter(event.target.value));
  for (const [id, open] of [['open', true], ['close', false]]) {
    document.getElementById(id).addEventListener('click', () => {
      for (const each of document.querySelectorAll('.operation, .schema')) each.open = open;
    });
  }
  window.addEventListener('hashchange', openTarget);
  openTarget();
}

async function show() {
  const state = document.getElementById('state');
  try {
    const answer = await fetch('openapi.json');
    if (!answer.ok) throw new Error(`it was answered with ${answer.status}`);
    const description = await answer.json();
    const groups = operationsByTag(description);
    document.title = `${description.info.title} ${description.info.version}`;
    document.getElementById('head').append(...head(description));
    document.getElementById('contents').append(...contents(description, groups));
    document.getElementById('main').append(...body(description, groups));
    state.remove();
    listen();
  } catch (error) {
    state.textContent = `The description of the API cannot be shown: ${error.message}`;
  }
}

show();
