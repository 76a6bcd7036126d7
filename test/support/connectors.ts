/** Profiles of one provider share its folder. */
const SHARED: Readonly<Record<string, string>> = {
  'whatsapp-cloud': 'whatsapp',
  '360dialog': 'whatsapp',
  messenger: 'messenger',
  instagram: 'messenger',
};

/** The folder in connectors/ that serves a provider. */
export function folderOf(providerId: string): string {
  return SHARED[providerId] ?? providerId;
}
