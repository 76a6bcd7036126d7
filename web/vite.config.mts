import { defineConfig } from 'vite';

/** The desk and the board: one page, `dist/web/staff.html`, and what it fetches, `dist/web/assets/`. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  // React's automatic runtime; the widget is Preact by plain calls and has no JSX.
  oxc: { jsx: { runtime: 'automatic', importSource: 'react' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: false,
    target: 'es2022',
    // It would be an inline script, which the pages' policy forbids.
    modulePreload: { polyfill: false },
    // Fonts and pictures as data addresses are not allowed either; there are none.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: 'staff.html',
      // "use client" is for servers that render React; there is none.
      checks: { moduleLevelDirective: false },
    },
  },
});
