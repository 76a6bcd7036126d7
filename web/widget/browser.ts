/** The channel data that an agent sees beside the chat (domain.md 3.1): what the browser says of itself, and the form's answers. */
export function channelData(formData: Readonly<Record<string, string>>): Record<string, unknown> {
  const agent = navigator.userAgent;
  const browser = [
    ['Edge', /Edg\//],
    ['Opera', /OPR\//],
    ['Firefox', /Firefox\//],
    ['Chrome', /Chrom(e|ium)\//],
    ['Safari', /Safari\//],
  ].find(([, pattern]) => (pattern as RegExp).test(agent))?.[0];
  return {
    locale: navigator.language,
    device: /Mobi|Android/.test(agent) ? 'mobile' : 'desktop',
    ...(browser ? { browser } : {}),
    ...(Object.keys(formData).length > 0 ? { formData } : {}),
  };
}
