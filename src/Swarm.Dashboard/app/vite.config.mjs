import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

// Names of custom properties are for the reader of style.css; the page needs only that they differ.
const shortProperties = {
  name: 'short-properties',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle).filter(f => f.fileName.endsWith('.css'))) {
      const names = new Map();
      const short = name => names.get(name) ?? names.set(name, `--${String.fromCharCode(97 + names.size)}`).get(name);
      file.source = String(file.source)
        .replaceAll(/--[a-z][a-z0-9-]*(?=\s*[:,)])/g, short)
        .replaceAll(/ ?([{}:;,]) ?(?=\S)/g, (all, c, at, css) => (c === ':' || css[at - 1] === ')' ? all : c))
        .replaceAll(/(--[a-z]): /g, '$1:')
        .replaceAll(/;}/g, '}');
    }
  },
};

// File names are stable, so that the embedded resources and their budget can be named; the server sends strong ETags.
export default defineConfig({
  base: './',
  plugins: [preact({ devToolsEnabled: false, prefreshEnabled: false }), shortProperties],
  build: {
    outDir: '../wwwroot',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        entryFileNames: 'app.js',
        assetFileNames: asset => (asset.names?.[0]?.endsWith('.css') ? 'app.css' : '[name][extname]'),
      },
    },
  },
});
