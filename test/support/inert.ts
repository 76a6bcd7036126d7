import type { Frame, Page } from 'playwright-core';

/**
 * What texts have become in a page, its widget's shadow root included, where they became more than text: an element or attribute that
 * runs or loads something, a link that is more than a link, an attribute that carries a payload's code and is not there to be read.
 * `element[attribute]`, in the page's order; empty for a page in which all texts are text.
 */
export function tracesIn(page: Page | Frame): Promise<readonly string[]> {
  return page.evaluate(tracesInPage);
}

/** What a reader sees of the elements, and what a screen reader hears of them; a line each. */
export function shownIn(page: Page, selector: string): Promise<string> {
  return page.evaluate((wanted) => {
    const { document } = globalThis as unknown as InPage;
    const root = document.querySelector('parley-webchat')?.shadowRoot ?? document;
    return [...root.querySelectorAll(wanted)]
      .filter((element) => element.checkVisibility())
      .map((element) =>
        [
          element.textContent ?? '',
          element.value ?? '',
          ...['aria-label', 'alt', 'title'].map((name) => element.getAttribute(name) ?? ''),
        ].join('\n'),
      )
      .join('\n');
  }, selector);
}

/**
 * Puts each text into a page without any policy: as markup into a widget's shadow root, or as a link's address. Answers those that left
 * no trace.
 */
export function plant(
  page: Page,
  texts: readonly string[],
  as: 'markup' | 'address',
): Promise<readonly string[]> {
  return page.evaluate(
    ({ texts: planted, as: how, look }) => {
      const { document } = globalThis as unknown as InPage;
      const traces = new Function(`return (${look})()`) as () => readonly string[];
      const host = document.createElement('parley-webchat');
      document.body.append(host);
      const shadow = host.attachShadow({ mode: 'open' });
      return planted.filter((text) => {
        const place = document.createElement(how === 'markup' ? 'div' : 'a');
        if (how === 'markup') place.innerHTML = text;
        else place.setAttribute('href', text);
        (how === 'markup' ? shadow : document.body).append(place);
        const none = traces().length === 0;
        place.remove();
        return none;
      });
    },
    { texts, as, look: tracesInPage.toString() },
  );
}

/** Runs in the page; uses nothing from outside itself. */
function tracesInPage(): readonly string[] {
  const { document, location } = globalThis as unknown as InPage;
  const shadow = document.querySelector('parley-webchat')?.shadowRoot;
  const elements = [
    ...document.querySelectorAll('*'),
    ...(shadow ? shadow.querySelectorAll('*') : []),
  ];
  /** Attributes that nothing reads but people. */
  const words = ['alt', 'aria-label', 'download', 'placeholder', 'title', 'value'];
  const running = ['action', 'autofocus', 'background', 'formaction', 'srcdoc', 'xlink:href'];
  const addressOf = (element: PageElement, name: string) => {
    const value = element.getAttribute(name) ?? '';
    return URL.canParse(value, document.baseURI) ? new URL(value, document.baseURI) : null;
  };
  const own = (address: URL | null) =>
    address !== null && location.origin !== 'null' && address.origin === location.origin;
  const kept = (element: PageElement) => addressOf(element, 'src')?.protocol === 'blob:';

  function isSafeLink(link: PageElement): boolean {
    if (!link.getAttributeNames().includes('href')) return true;
    const address = addressOf(link, 'href');
    if (!address || !['http:', 'https:', 'mailto:', 'tel:'].includes(address.protocol))
      return false;
    if (own(address)) return !(link.getAttribute('href') ?? '').includes('ran(');
    const rel = (link.getAttribute('rel') ?? '').split(' ');
    return rel.includes('noopener') && rel.includes('noreferrer');
  }
  function isOurs(element: PageElement): boolean {
    switch (element.localName) {
      case 'a':
        return isSafeLink(element);
      case 'script':
        return own(addressOf(element, 'src')) && (element.textContent ?? '') === '';
      case 'link': {
        const address = addressOf(element, 'href');
        return own(address) || address?.protocol === 'data:';
      }
      case 'style':
        return !(element.textContent ?? '').includes('evil.example');
      case 'img':
      case 'video':
      case 'audio':
        return kept(element);
      case 'iframe':
        return (
          kept(element) && !/allow-(scripts|same)/.test(element.getAttribute('sandbox') ?? '-')
        );
      case 'meta':
        return !element.getAttributeNames().includes('http-equiv');
      case 'svg':
        return (
          element.getAttributeNames().includes('class') ||
          element.getAttribute('aria-hidden') === 'true'
        );
      default:
        return ![
          'applet',
          'base',
          'embed',
          'frame',
          'marquee',
          'math',
          'object',
          'source',
        ].includes(element.localName);
    }
  }
  return elements.flatMap((element) => [
    ...(isOurs(element) ? [] : [element.localName]),
    ...element
      .getAttributeNames()
      .filter((name) => {
        const value = element.getAttribute(name) ?? '';
        const carries = /ran\(|evil\.example/.test(value) && !words.includes(name);
        return name.startsWith('on') || running.includes(name) || (carries && name !== 'href');
      })
      .map((name) => `${element.localName}[${name}]`),
  ]);
}

/** What functions that run in the page use of it: the tests are compiled without the DOM's types. */
interface InPage {
  readonly location: { readonly origin: string };
  readonly document: {
    readonly baseURI: string;
    readonly body: PageElement;
    querySelector(selector: string): { readonly shadowRoot: Root | null } | null;
    createElement(name: string): PageElement;
  } & Root;
}
interface Root {
  querySelectorAll(selector: string): Iterable<PageElement>;
}
interface PageElement {
  innerHTML: string;
  readonly localName: string;
  readonly textContent: string | null;
  readonly value?: string;
  getAttribute(name: string): string | null;
  getAttributeNames(): readonly string[];
  setAttribute(name: string, value: string): void;
  append(child: PageElement): void;
  attachShadow(options: { readonly mode: 'open' }): Pick<PageElement, 'append'>;
  remove(): void;
  checkVisibility(): boolean;
}
