import { defineConfig, type Plugin } from 'vite';

/** One file, nothing beside it: `dist/web/widget.js`. */
export default defineConfig({
  plugins: [tightStyles()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry: 'main.ts', formats: ['iife'], name: 'ParleyWidget', fileName: () => 'widget.js' },
  },
});

/** The sheet is a text of the script, which no minifier looks into: the spaces between its rules go. */
function tightStyles(): Plugin {
  const tight = (css: string) =>
    css
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/ ?([{};]) ?/g, '$1')
      .replaceAll(/([:,]) /g, '$1')
      .replaceAll(';}', '}');
  return {
    name: 'tight-styles',
    transform: (code, id) =>
      id.endsWith('/styles.ts')
        ? code.replace(
            /const CSS = `[^`]*`/,
            (sheet) => `const CSS = \`${tight(sheet.slice(13, -1))}\``,
          )
        : null,
  };
}
