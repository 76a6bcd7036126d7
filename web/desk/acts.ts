import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useSignedIn } from '../shared/ui/signed-in';
import { useToast } from '../shared/ui/toasts';
import { conversationPath, keys } from './queries';

export interface Act {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/v1/conversations/{id}`. */
  readonly path: string;
  readonly body?: unknown;
}

/**
 * What is done with a conversation. Refusals are told in words, unless `failed` has none: then the caller shows them where they belong.
 * Afterwards everything that may have changed is read anew.
 */
export function useAct(conversationId: string, failed: (error: unknown) => string | null) {
  const { api } = useSignedIn();
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: ({ method, path, body }: Act) =>
      api.call<Record<string, unknown> | null>(method, conversationPath(conversationId) + path, {
        ...(body === undefined ? {} : { body }),
        key: crypto.getRandomValues(new Uint32Array(4)).join(''),
      }),
    onError: (error) => {
      const words = failed(error);
      if (words !== null) toast(words, 'error');
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.conversation(conversationId) });
      void client.invalidateQueries({ queryKey: keys.lists });
    },
  });
}
