// install.mjs FOLDER: puts the pinned packages into FOLDER/node_modules, once for each lock file.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2];
const source = dirname(fileURLToPath(import.meta.url));
const stamp = join(folder, 'installed');
const lock = readFileSync(join(source, 'package-lock.json'), 'utf8');

if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) process.exit(0);

mkdirSync(folder, { recursive: true });
for (const name of ['package.json', 'package-lock.json']) {
  copyFileSync(join(source, name), join(folder, name));
}
const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
  { cwd: folder, stdio: 'inherit' });
if (npm.status !== 0) {
  console.error(`The packages of ${join(source, 'package-lock.json')} could not be installed with ` +
    'npm ci. It needs npm and, the first time, the network.', npm.error ?? '');
  process.exit(1);
}
writeFileSync(stamp, lock);
