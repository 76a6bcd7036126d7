import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const eventKey = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
