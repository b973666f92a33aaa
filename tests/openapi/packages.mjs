// What was installed into the build folder, which the tests do not stand in.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.env.TENANCY_NODE_FOLDER;
if (folder === undefined || !existsSync(join(folder, 'node_modules'))) {
  throw new Error(`there are no packages in ${folder}: run the test openapi/packages first`);
}
const require = createRequire(join(folder, 'package.json'));

export const Ajv = require('ajv/dist/2020').default;
export const addFormats = require('ajv-formats').default;
export const { Validator } = await import(pathToFileURL(
  join(folder, 'node_modules/@seriousme/openapi-schema-validator/index.js')).href);
