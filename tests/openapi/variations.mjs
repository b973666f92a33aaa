// Requests made of a request that is let in: some that keep to its schema, and some that do not.

const ofType = { string: 'text', number: 1.5, boolean: true, array: [], object: {}, null: null };

/** The schemas that a value may follow, with references followed. */
function alternatives(description, keys) {
  const { value, keys: place } = description.at(keys);
  if (value.anyOf === undefined) return [value];
  return value.anyOf.flatMap((_, index) => alternatives(description, [...place, 'anyOf', index]));
}

/** Texts and numbers at the limits of a schema, and one beyond each. */
function limits(schema) {
  const values = [];
  if (schema.minLength !== undefined) values.push('x'.repeat(schema.minLength), 'x'.repeat(schema.minLength - 1));
  if (schema.maxLength !== undefined) {
    values.push('x'.repeat(schema.maxLength), 'x'.repeat(schema.maxLength + 1));
    // As long as may be, for texts of a form.
    for (const example of schema.examples ?? []) values.push(example.padEnd(schema.maxLength, 'x'));
  }
  if (schema.minimum !== undefined) values.push(schema.minimum, schema.minimum - 1);
  if (schema.maximum !== undefined) values.push(schema.maximum, schema.maximum + 1);
  if (schema.pattern !== undefined) values.push('a\u0000b', 'a\nb', ' ', '\u009f', 'not//of:this form');
  if (schema.format === 'date-time') values.push('yesterday', '2026-13-01T00:00:00Z', '2026-01-01');
  return values;
}

/** Values for one member: allowed and not. */
function* valuesFor(description, keys) {
  for (const schema of alternatives(description, keys)) {
    yield* schema.enum ?? [];
    yield* schema.examples ?? [];
    yield* limits(schema);
    if (schema.type === 'null') yield null;
    if (schema.enum !== undefined) yield* [`${schema.enum[0]}x`, schema.enum[0].toUpperCase(), ''];
  }
  yield* Object.values(ofType);
}

/** Bodies made of one that is good by changing one thing. */
export function* bodies(description, operation, good) {
  const { value: schema, keys } = description.bodySchema(operation);
  for (const name of Object.keys(schema.properties)) {
    for (const value of valuesFor(description, [...keys, 'properties', name])) {
      yield { name, body: { ...good, [name]: value } };
    }
    const { [name]: left, ...without } = good;
    yield { name, body: without };
  }
  for (const name of ['colour', 'id', 'tenant_id', 'created_at', '__proto__', '']) {
    yield { name, body: { ...good, ...JSON.parse(`{"${name}":"x"}`) } };
  }
}

/** What is no object at all. */
export const otherBodies = [[], [{}], 'text', 1, true, null];

/** Values for a parameter of a query or of the headers: allowed and not. */
export function* parameterValues(description, parameter) {
  const { schema, schemaKeys, example } = parameter;
  if (example !== undefined) yield example;
  if (schema.type === 'array') {
    const items = [...valuesFor(description, [...schemaKeys, 'items'])].filter((each) => typeof each === 'string');
    yield* items.map((each) => [each]);
    yield items.filter((each) => description.faults([...schemaKeys, 'items'], each).length === 0).slice(0, 2);
    return;
  }
  yield* limits(schema);
  yield* schema.enum ?? [];
  yield* schema.examples ?? [];
  if (schema.default !== undefined) yield schema.default;
  if (schema.enum !== undefined || schema.type === 'integer') yield* ['', 'x', '1.5', '-1', '0x1', '1e3', ' 1'];
}
