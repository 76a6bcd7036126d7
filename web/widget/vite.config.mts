import { defineConfig } from 'vite';

/** One file, nothing beside it: `dist/web/widget.js`. */
export default defineConfig({
  build: {
    outDir: '../../dist/web',
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry: 'main.ts', formats: ['iife'], name: 'ParleyWidget', fileName: () => 'widget.js' },
  },
});
