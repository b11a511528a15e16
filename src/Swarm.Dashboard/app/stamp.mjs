// Writes the hash of the sources beside what was built of them, or with --check compares it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const stamp = join(here, '..', 'wwwroot', 'sources.sha256');
const roots = ['index.html', 'package.json', 'package-lock.json', 'vite.config.mjs', 'tsconfig.json', 'src', 'public'];

function* files(path) {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    yield path;
    return;
  }
  for (const entry of entries) yield* files(join(path, entry.name));
}

// Line by line: name, a space, the SHA-256 of the content; the stamp is the SHA-256 of these lines in ordinal order.
const lines = roots
  .flatMap(root => [...files(join(here, root))])
  .map(file => `${relative(here, file).replaceAll('\\', '/')} ${createHash('sha256').update(readFileSync(file)).digest('hex')}\n`)
  .sort((a, b) => (a < b ? -1 : 1));
const hash = createHash('sha256').update(lines.join('')).digest('hex') + '\n';
if (process.argv.includes('--check')) {
  if (readFileSync(stamp, 'utf8') !== hash) {
    console.error('wwwroot was not built from these sources; run npm run build');
    process.exit(1);
  }
} else {
  writeFileSync(stamp, hash);
}
