import { type Finding, fail, ok, warn } from './finding';

/** Characters of a secret that nobody will guess: 128 bits in hexadecimal. */
const ENOUGH = 32;
/** Fewer different ones than this in a long secret: a pattern, not chance. */
const VARIED = 10;

/** What is wrong with a secret; null when it is strong. Says nothing of its content. */
export function weaknessOf(secret: string): string | null {
  if (/change-?me|example|password|secret/i.test(secret)) return 'it is made of words';
  if (secret.length < ENOUGH) return `it has fewer than ${ENOUGH} characters`;
  if (new Set(secret).size < VARIED) return `it has fewer than ${VARIED} different characters`;
  return null;
}

/** The bootstrap token and each of `PARLEY_SECRET`. */
export function checkSecrets(
  adminToken: string | undefined,
  secrets: readonly string[] | undefined,
): Finding[] {
  const named = [
    ['PARLEY_ADMIN_TOKEN', adminToken] as const,
    ...(secrets ?? []).map((secret, n) => [`PARLEY_SECRET ${n + 1}`, secret] as const),
  ];
  const findings = named.flatMap(([name, secret]): Finding[] => {
    if (secret === undefined) return [];
    const weakness = weaknessOf(secret);
    return [weakness ? warn(name, weakness) : ok(name, 'strong')];
  });
  if (adminToken && secrets?.includes(adminToken))
    findings.push(fail('PARLEY_SECRET', 'it is the same as PARLEY_ADMIN_TOKEN'));
  if (!secrets)
    findings.push(ok('PARLEY_SECRET', 'made at the first start, in the data directory'));
  return findings;
}

/** Defaults of parley.yaml that stand where nobody has set a variable: they are public. */
export function checkDefaults(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  publicUrl: string,
): Finding[] {
  const defaults = [...file.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)]
    .filter(([, name = '', text = '']) => !env[name] && /demo|change-?me|whsec_/i.test(text))
    .map(([, name]) => name);
  if (defaults.length === 0) return [ok('parley.yaml', 'no secret of it is a published default')];
  const text = `published defaults stand for ${defaults.join(', ')}`;
  return [
    isLoopback(publicUrl)
      ? ok('parley.yaml', `${text}; fine on one machine`)
      : fail('parley.yaml', text),
  ];
}

export function isLoopback(url: string): boolean {
  return /^(localhost|127\.|\[::1\])/.test(new URL(url).hostname);
}
