import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The server serves what this builds; in development a running server answers the API. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../../dist/portal',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows files of our own origin only, so nothing becomes a data: URI.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // One file of ours and one of libraries, which a new version of the portal leaves in the cache. Pages are
    // not split off: together they are 50 kB, and a page that fetches its code late fails after an upgrade.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'libraries', test: /node_modules/ }] } },
    },
  },
  server: {
    proxy: { '/api': { target: process.env['PLTF_URL'] ?? 'http://127.0.0.1:7070' } },
  },
});
