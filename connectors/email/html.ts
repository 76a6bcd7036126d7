import sanitize from 'sanitize-html';

/**
 * HTML of a stranger's mail, fit to be looked at: text, tables and links; no script, form, frame, style sheet or remote picture (one
 * would tell the sender that it was opened).
 */
export function safeHtml(html: string): string {
  return sanitize(html, {
    allowedTags: [...sanitize.defaults.allowedTags, 'center', 'font', 'del', 'ins'],
    disallowedTagsMode: 'discard',
    allowedAttributes: {
      a: ['href', 'title', 'rel', 'target'],
      td: ['colspan', 'rowspan', 'align'],
      th: ['colspan', 'rowspan', 'align'],
      font: ['color'],
      '*': ['dir', 'lang'],
    },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesAppliedToAttributes: ['href'],
    allowProtocolRelative: false,
    nestingLimit: 100,
    transformTags: {
      a: sanitize.simpleTransform('a', { rel: 'noopener noreferrer nofollow', target: '_blank' }),
    },
  });
}

/** The words of an HTML mail, a line per block. */
export function textOfHtml(html: string): string {
  const blocks = html.replaceAll(/<(br|\/p|\/div|\/tr|\/li|\/h[1-6])\b[^>]{0,1000}>/gi, '$&\n');
  return sanitize(blocks, { allowedTags: [], allowedAttributes: {}, nestingLimit: 100 })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n[ \n]*\n/g, '\n\n')
    .trim();
}
