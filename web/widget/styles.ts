import { themeOf } from './theme';

/*
 * Constructable style sheets: they need no `style` element and no `unsafe-inline`, so the widget looks the same under any
 * Content-Security-Policy. Logical properties throughout: right-to-left is the same sheet.
 */
const CSS = `
:host { all: initial; }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }

.root {
  --surface: #fff; --raised: #f2f4f6; --line: #e1e5ea; --ink: #15191f; --muted: #5a6472; --danger: #b3261e;
  --shadow: 0 1px 2px rgb(16 24 40 / .06), 0 18px 48px -8px rgb(16 24 40 / .28);
  font: 15px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif;
  color: var(--ink); text-align: start; -webkit-text-size-adjust: 100%;
}
.root.dark {
  --surface: #1e2228; --raised: #2a2f37; --line: #3a414b; --ink: #eceff3; --muted: #a9b2be; --danger: #ffb4ab;
  --shadow: 0 0 0 1px rgb(255 255 255 / .07), 0 18px 48px -8px rgb(0 0 0 / .7);
  color-scheme: dark;
}
button, input, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; -webkit-tap-highlight-color: transparent; }
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--accent-ink); outline-offset: 2px; }
h2, h3, p, ul { margin: 0; }
svg { width: 20px; height: 20px; flex: none; display: block; }
.sr { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.muted { color: var(--muted); }

.launcher {
  position: fixed; z-index: 2147483000; inset-block-end: max(20px, env(safe-area-inset-bottom)); inset-inline-end: 20px;
  width: 60px; height: 60px; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent);
  box-shadow: 0 2px 6px rgb(16 24 40 / .18), 0 10px 28px -6px rgb(16 24 40 / .45);
  transition: transform .18s cubic-bezier(.3, 1.4, .6, 1);
}
.launcher:hover { transform: scale(1.06); }
.launcher:active { transform: scale(.97); }
.launcher:focus-visible { outline-offset: 3px; }
.launcher svg { width: 28px; height: 28px; }
.badge {
  position: absolute; inset-block-start: -3px; inset-inline-end: -3px; min-width: 22px; height: 22px; padding: 0 6px;
  border-radius: 11px; background: #c62828; color: #fff; border: 2px solid #fff;
  font-size: 12px; font-weight: 700; line-height: 18px; text-align: center;
}

.panel {
  position: fixed; z-index: 2147483000; inset-block-end: 20px; inset-inline-end: 20px;
  width: 384px; height: min(640px, calc(100dvh - 40px));
  display: flex; flex-direction: column; overflow: hidden;
  background: var(--surface); border-radius: 20px; box-shadow: var(--shadow);
  animation: rise .22s cubic-bezier(.2, .9, .3, 1);
}
@keyframes rise { from { opacity: 0; transform: translateY(14px) scale(.985); } }
@media (max-width: 480px), (max-height: 480px) {
  .panel { inset: 0; width: 100%; height: var(--visible-height, 100dvh); border-radius: 0; box-shadow: none; }
}

header {
  display: flex; align-items: center; gap: 4px; flex: none;
  padding: 14px 10px; padding-inline-start: 16px; padding-block-start: max(14px, env(safe-area-inset-top));
  background: var(--accent); color: var(--on-accent);
}
.avatar {
  width: 40px; height: 40px; flex: none; border-radius: 50%; display: grid; place-items: center; margin-inline-end: 8px;
  background: color-mix(in srgb, currentColor 18%, transparent); font-weight: 650; font-size: 17px;
}
header .who { flex: 1; min-width: 0; }
header h2 { font-size: 17px; font-weight: 650; line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
header p { font-size: 13px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.icon { width: 40px; height: 40px; border-radius: 12px; display: grid; place-items: center; }
.icon:hover { background: color-mix(in srgb, currentColor 16%, transparent); }
.icon:focus-visible { outline-color: currentColor; outline-offset: -3px; }
:dir(rtl) > header .icon:first-of-type:not(:last-of-type) svg, :dir(rtl) .send svg { transform: scaleX(-1); }

.status:not(:empty) {
  flex: none; padding: 8px 18px; font-size: 13px; background: var(--raised); color: var(--ink);
  border-block-end: 1px solid var(--line);
}
.question {
  flex: none; display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 12px 18px;
  border-block-end: 1px solid var(--line); animation: rise .18s;
}
.question p { flex: 1 1 100%; font-weight: 600; }
.content { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.middle { margin: auto; padding: 24px; text-align: center; display: grid; gap: 16px; justify-items: center; }

.primary, .plain {
  min-height: 44px; padding: 9px 20px; border-radius: 12px; font-weight: 600; border: 1px solid transparent;
}
.primary { background: var(--accent); color: var(--on-accent); }
.primary:hover { filter: brightness(1.08); }
.plain { border-color: var(--line); }
.plain:hover { background: var(--raised); }
.link { color: var(--accent-ink); text-decoration: underline; text-underline-offset: 2px; font-weight: 600; }

.form { overflow: auto; padding: 22px 18px; display: grid; gap: 16px; align-content: start; }
.form h3 { font-size: 17px; font-weight: 650; }
.field { display: grid; gap: 6px; }
.field label { font-size: 14px; font-weight: 600; }
.field label small { font-weight: 400; color: var(--muted); font-size: 13px; }
.field input {
  width: 100%; min-height: 44px; padding: 9px 13px; border-radius: 12px; border: 1px solid #868f9b; background: var(--surface);
  font-size: 16px;
}
.field input:focus { outline: 2px solid var(--accent-ink); outline-offset: 0; border-color: transparent; }
.field input[aria-invalid=true] { border-color: var(--danger); }
.problem { color: var(--danger); font-size: 13px; }

.transcript { position: relative; flex: 1; min-height: 0; display: flex; }
.scroll { flex: 1; min-width: 0; overflow-y: auto; overscroll-behavior: contain; padding: 14px 16px 6px; display: flex; flex-direction: column; }
.scroll:focus-visible { outline-offset: -3px; }
.items { margin-block-start: auto; display: flex; flex-direction: column; min-width: 0; }
.empty { color: var(--muted); text-align: center; margin-block: 24vh; padding: 24px; }
.day, .notice { align-self: center; text-align: center; color: var(--muted); font-size: 12.5px; margin: 12px 0 6px; max-width: 90%; overflow-wrap: anywhere; }
.notice { background: var(--raised); border-radius: 12px; padding: 4px 12px; margin: 10px 0; }
.earlier { align-self: center; padding: 8px; font-size: 13px; }
.latest {
  position: absolute; inset-block-end: 10px; inset-inline-end: 16px; width: 40px; height: 40px; border-radius: 50%;
  display: grid; place-items: center; background: var(--surface); color: var(--ink); border: 1px solid var(--line);
  box-shadow: 0 4px 14px rgb(16 24 40 / .22);
}

.message { max-width: 82%; align-self: flex-start; margin-block-start: 3px; min-width: 0; }
.message.first { margin-block-start: 12px; }
.message.visitor { align-self: flex-end; display: grid; justify-items: end; }
.name { font-size: 12.5px; font-weight: 600; color: var(--muted); margin: 0 4px 4px; overflow-wrap: anywhere; }
.bubble {
  position: relative; width: fit-content; max-width: 100%; padding: 9px 14px; border-radius: 18px; background: var(--raised);
  overflow-wrap: anywhere; overflow: clip; animation: appear .18s ease-out;
}
@keyframes appear { from { opacity: 0; transform: translateY(6px); } }
.message:not(.visitor) .bubble { border-start-start-radius: 6px; }
.message:not(.visitor).first .bubble { border-start-start-radius: 18px; }
.message:not(.visitor).last .bubble { border-end-start-radius: 6px; }
.visitor .bubble { background: var(--accent); color: var(--on-accent); border-start-end-radius: 6px; }
.visitor.first .bubble { border-start-end-radius: 18px; }
.visitor.last .bubble { border-end-end-radius: 6px; }
.business .bubble { background: none; border: 1px solid var(--line); }
.bubble em { font-style: italic; }
.text { unicode-bidi: plaintext; }
.text p + ul, .text ul + p, .text + .text { margin-block-start: 6px; }
.text ul { padding-inline-start: 20px; }
.bubble a { color: var(--accent-ink); text-underline-offset: 2px; }
.visitor .bubble a, .visitor .bubble .link { color: inherit; }
.bubble code { font: 13px/1.4 ui-monospace, Menlo, Consolas, monospace; background: rgb(127 127 127 / .16); border-radius: 5px; padding: 1px 5px; }
.bubble small { display: block; font-size: 13px; color: var(--muted); margin-block-start: 4px; }
.headline { display: block; margin-block-end: 2px; }
.reactions { display: block; margin-block-start: 4px; }
.meta { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 8px; margin: 4px 4px 0; font-size: 12px; color: var(--muted); }
.delivery { display: inline-flex; align-items: center; gap: 3px; }
.delivery svg { width: 14px; height: 14px; }
.delivery.seen { color: var(--accent-ink); }
.delivery.failed { color: var(--danger); }
.delivery.failed .link { color: inherit; padding: 4px 0; }

.choices { display: flex; flex-wrap: wrap; gap: 8px; margin-block-start: 8px; }
.choice {
  min-height: 42px; padding: 8px 16px; border-radius: 21px; border: 1.5px solid var(--accent-ink); color: var(--accent-ink);
  background: var(--surface); font-weight: 600; text-align: start; overflow-wrap: anywhere; max-width: 100%;
  animation: appear .2s ease-out backwards; transition: background .12s, color .12s;
}
.choice:hover { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
.choice small { display: block; font-weight: 400; font-size: 13px; }
.choices .section { flex: 1 1 100%; font-size: 13px; color: var(--muted); margin-block-start: 4px; }
.cards { display: flex; gap: 10px; overflow-x: auto; }
.card { flex: 0 0 200px; border: 1px solid var(--line); border-radius: 12px; padding: 12px; background: var(--surface); }
.bubble:has(canvas) { padding: 5px; }
.bubble:has(canvas) .text { padding: 2px 9px 4px; }
.media canvas { display: block; max-width: 100%; height: auto; border-radius: 14px; background: rgb(127 127 127 / .12); }
.media .text { margin-block-start: 6px; }
.file { display: inline-flex; align-items: center; gap: 8px; min-height: 40px; text-align: start; font-weight: 600; overflow-wrap: anywhere; }
.absent { display: flex; align-items: center; gap: 8px; margin: 0; opacity: .75; overflow-wrap: anywhere; }
.bubble .file small { margin: 0; color: inherit; font-weight: 400; }

.typing { display: flex; align-items: center; gap: 8px; margin-block: 12px 4px; color: var(--muted); font-size: 13px; }
.dots { display: inline-flex; gap: 4px; padding: 11px 13px; border-radius: 16px; background: var(--raised); }
.dots i { width: 6px; height: 6px; border-radius: 50%; background: var(--muted); animation: hop 1.2s infinite; }
.dots i:nth-child(2) { animation-delay: .15s; }
.dots i:nth-child(3) { animation-delay: .3s; }
@keyframes hop { 30% { transform: translateY(-4px); } 60% { transform: none; } }
.skeleton { display: grid; gap: 12px; width: 100%; }
.skeleton i { height: 38px; border-radius: 18px; background: var(--raised); width: 62%; animation: pulse 1.4s infinite; }
.skeleton i:nth-of-type(2) { width: 44%; justify-self: end; }
.skeleton i:nth-of-type(3) { width: 54%; }
@keyframes pulse { 50% { opacity: .5; } }

.waiting {
  flex: none; display: flex; align-items: center; gap: 8px; margin: 8px 12px 0; padding: 9px 14px; border-radius: 14px;
  background: color-mix(in srgb, var(--accent-ink) 9%, var(--surface)); font-size: 13.5px; animation: rise .18s;
}
.waiting svg { width: 17px; height: 17px; color: var(--accent-ink); }
.waiting b { font-weight: 600; color: var(--ink); }
.waiting span { color: var(--muted); }

.composer {
  flex: none; display: flex; align-items: flex-end; gap: 4px; margin: 8px 12px 12px; padding: 5px;
  margin-block-end: max(12px, env(safe-area-inset-bottom));
  border: 1px solid #868f9b; border-radius: 24px; background: var(--surface);
}
.composer:focus-within { border-color: transparent; outline: 2px solid var(--accent-ink); }
.composer textarea {
  flex: 1; min-width: 0; resize: none; border: 0; background: none; padding: 7px 0; margin: 0; font-size: 16px; line-height: 24px;
  max-height: 132px; outline: none;
}
.composer textarea::placeholder { color: var(--muted); opacity: 1; }
.attach { width: 38px; height: 38px; flex: none; border-radius: 50%; display: grid; place-items: center; color: var(--muted); }
.attach:hover { color: var(--ink); background: var(--raised); }
.upload { flex: none; display: flex; gap: 8px 12px; flex-wrap: wrap; padding: 6px 20px 0; font-size: 13px; color: var(--muted); overflow-wrap: anywhere; }
.send {
  width: 38px; height: 38px; flex: none; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent); transition: background .12s;
}
.send[aria-disabled=true] { background: var(--raised); color: var(--muted); cursor: default; }
.over { flex: none; padding: 14px 16px max(16px, env(safe-area-inset-bottom)); display: grid; gap: 10px; text-align: center; border-block-start: 1px solid var(--line); }

@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation-duration: .01ms !important; animation-iteration-count: 1 !important; transition: none !important; }
}
@media (forced-colors: active) {
  .bubble, .launcher, .send, .primary, .choice, .panel { border: 1px solid CanvasText; }
}
@media print { .root { display: none; } }
`;

/** The widget's own sheet; parsed once per page. */
export function baseSheet(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  return sheet;
}

/** Sets the channel's accent colour on `sheet`, for light and dark. */
export function paint(sheet: CSSStyleSheet, accentColor: string | undefined): void {
  const { light, dark } = themeOf(accentColor);
  const block = (variables: Readonly<Record<string, string>>) =>
    Object.entries(variables)
      .map(([name, value]) => `${name}: ${value};`)
      .join('');
  sheet.replaceSync(`.root { ${block(light)} } .root.dark { ${block(dark)} }`);
}
