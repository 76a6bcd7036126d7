import { conversationRoot, ID_PREFIXES } from '../ids';

// Ids as continue-as-new carries them: ours are long and made by rule, so that most of each can be left out. What does not follow
// the rule is kept whole behind a `=`. All are exact inverses of each other.

const HEX_ROOT = /^[0-9a-f]{24}$/;
const CUSTOMER_HOME = /^conversation:cus_([a-z2-7]{26})$/;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const DIGIT_BITS = 6;

/** `cnv_` and 24 hex digits in 16 characters. */
export function shortConversation(conversationId: string): string {
  const root = conversationRoot(conversationId);
  const usual = conversationId.startsWith(ID_PREFIXES.conversation) && HEX_ROOT.test(root);
  return usual ? pack(root) : `=${conversationId}`;
}
export function longConversation(short: string): string {
  return short.startsWith('=') ? short.slice(1) : `${ID_PREFIXES.conversation}${unpack(short)}`;
}

/** A task of its conversation by its counter; one that routing was asked for by name in 17 characters. */
export function shortTask(taskId: string, conversationId: string): string {
  const own = `${ID_PREFIXES.task}${conversationRoot(conversationId)}-`;
  if (taskId.startsWith(own)) return taskId.slice(own.length);
  const root = taskId.slice(ID_PREFIXES.task.length);
  return HEX_ROOT.test(root) && taskId.startsWith(ID_PREFIXES.task)
    ? `#${pack(root)}`
    : `=${taskId}`;
}
export function longTask(short: string, conversationId: string): string {
  if (short.startsWith('=')) return short.slice(1);
  if (short.startsWith('#')) return `${ID_PREFIXES.task}${unpack(short.slice(1))}`;
  return `${ID_PREFIXES.task}${conversationRoot(conversationId)}-${short}`;
}

/** `conversation:cus_…` without what all have in common. */
export function shortWorkflow(workflowId: string): string {
  return CUSTOMER_HOME.exec(workflowId)?.[1] ?? `=${workflowId}`;
}
export function longWorkflow(short: string): string {
  return short.startsWith('=') ? short.slice(1) : `conversation:${ID_PREFIXES.customer}${short}`;
}

/** Three hex digits in two of 64. */
function pack(hex: string): string {
  let packed = '';
  for (let at = 0; at < hex.length; at += 3) {
    const value = Number.parseInt(hex.slice(at, at + 3), 16);
    packed += `${DIGITS[value >> DIGIT_BITS]}${DIGITS[value & (DIGITS.length - 1)]}`;
  }
  return packed;
}
function unpack(packed: string): string {
  let hex = '';
  for (let at = 0; at < packed.length; at += 2) {
    const [high = '', low = ''] = packed.slice(at, at + 2);
    const value = (DIGITS.indexOf(high) << DIGIT_BITS) | DIGITS.indexOf(low);
    hex += value.toString(16).padStart(3, '0');
  }
  return hex;
}

/** Names that many rows share (agents, queues, MRDs) by their place in one list. */
export class SharedNames {
  private readonly indexes = new Map<string, number>();

  constructor(readonly list: string[] = []) {}

  indexOf(name: string): number {
    const known = this.indexes.get(name);
    if (known !== undefined) return known;
    this.indexes.set(name, this.list.length);
    this.list.push(name);
    return this.list.length - 1;
  }
  /** -1 for none. */
  indexOrNone(name: string | null): number {
    return name === null ? -1 : this.indexOf(name);
  }
  indexesOf(names: readonly string[]): readonly number[] | 0 {
    return names.length === 0 ? 0 : names.map((name) => this.indexOf(name));
  }
  nameAt(index: number): string {
    return this.list[index] ?? '';
  }
  nameOrNone(index: number): string | null {
    return this.list[index] ?? null;
  }
  namesAt(indexes: readonly number[] | 0): readonly string[] {
    return indexes === 0 ? [] : indexes.map((index) => this.nameAt(index));
  }
}
