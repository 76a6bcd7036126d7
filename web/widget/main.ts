import { ParleyWebchat } from './element';
import type { Settings } from './protocol';

/*
 * <script src="https://chat.example.com/widget.js?channelId=web" async></script> is all that a page needs: the script adds one
 * <parley-webchat> for that channel. `data-theme`, `data-labels`, `data-lang`, `data-dir`, `data-identifier`,
 * `data-identifier-hash` and `data-name` on the script become attributes of the element. Without `channelId` (or `data-channel`)
 * the script only defines the element, for a page that places it itself.
 */
declare global {
  /** Settings by channel id, where whoever serves the script put them before it. */
  var parleyWebchat: Readonly<Record<string, Settings>> | undefined;
}

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;

if (!customElements.get('parley-webchat')) customElements.define('parley-webchat', ParleyWebchat);
if (script) place(script);

function place({ src, dataset }: HTMLScriptElement): void {
  const address = new URL(src, location.href);
  const channelId = dataset['channel'] ?? address.searchParams.get('channelId');
  if (!channelId) return;
  const element = document.createElement('parley-webchat') as ParleyWebchat;
  element.setAttribute('channel', channelId);
  element.setAttribute('base', new URL('.', address).href.replace(/\/$/, ''));
  for (const [key, value] of Object.entries(dataset))
    if (value && key !== 'channel')
      element.setAttribute(
        key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
        value,
      );
  element.settings = globalThis.parleyWebchat?.[channelId] ?? null;
  const add = () => document.body.append(element);
  if (document.body) add();
  else addEventListener('DOMContentLoaded', add, { once: true });
}
