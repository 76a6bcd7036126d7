import { useRef } from 'react';
import { useSignedIn } from '../../shared/ui/signed-in';
import { conversationPath } from '../queries';

/** How often a sign of typing is repeated, ms. */
const TYPING_EVERY_MS = 5000;

/** Signs of typing: at the first key, then once in a while, and at the end. */
export function useTyping(conversationId: string, channelSessionId: string | undefined) {
  const { api } = useSignedIn();
  const last = useRef(0);
  return (isTyping: boolean) => {
    if (!channelSessionId) return;
    const now = Date.now();
    if (isTyping && now - last.current < TYPING_EVERY_MS) return;
    last.current = isTyping ? now : 0;
    const body = { typing: isTyping, channelSessionId };
    void api.call('POST', `${conversationPath(conversationId)}/typing`, { body }).catch(() => {});
  };
}
