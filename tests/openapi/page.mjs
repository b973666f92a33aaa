// Runs the script of the documentation's page on as much of a document as it needs to build itself.

import vm from 'node:vm';

class Element {
  constructor(name) {
    this.name = name;
    this.attributes = {};
    this.children = [];
  }
  setAttribute(key, value) { this.attributes[key] = String(value); }
  append(...children) {
    for (const child of children) {
      if (!(child instanceof Element) && typeof child !== 'string') {
        throw new Error(`${this.name} gets ${child} for a child`);
      }
      this.children.push(child);
    }
  }
  remove() { this.removed = true; }
  addEventListener() {}
  set textContent(text) { this.children = [text]; }
  get text() { return this.children.map((each) => each.text ?? each).join(''); }
  * all() {
    yield this;
    for (const child of this.children) if (child instanceof Element) yield* child.all();
  }
}

/** The elements that the page gets for that description. */
export async function show(script, description) {
  const roots = new Map(['head', 'contents', 'main', 'state', 'filter', 'open', 'close']
    .map((id) => [id, new Element(id)]));
  const context = {
    document: {
      createElement: (name) => new Element(name),
      getElementById: (id) => roots.get(id) ?? null,
      querySelectorAll: () => [],
    },
    window: { addEventListener() {} },
    location: { hash: '', origin: 'http://127.0.0.1', pathname: '/docs' },
    fetch: async () => ({ ok: true, json: async () => structuredClone(description) }),
  };
  vm.runInNewContext(script, context);
  const state = roots.get('state');
  for (let turn = 0; turn < 1000 && !state.removed && state.children.length === 0; ++turn) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!state.removed) throw new Error(`the page shows: ${state.text}`);
  return [...roots.values()].flatMap((root) => [...root.all()]);
}
